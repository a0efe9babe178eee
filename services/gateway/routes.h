// The route table: which method and path is which message, to which service. Everything that the gateway says about its
// interface (matching, parameters, openapi.json, the names in its metrics) is made from these rows.
//
// All paths begin with /v1/areas/{area}; a row's pattern is what follows. A parameter in braces names the field of the
// command that it fills, through submessages with a dot: "/people/{person.crn}".
#pragma once
#include "arena.h"
#include "err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum peer {
  PEER_INTAKE,
  PEER_REMINDERS,
  PEER_MATCHING,
  PEER_REPORTING,
  PEER_COURIER,
  PEER_MENTORING,
  PEER_SAFEGUARDING,
  PEERS
};

enum route_kind {
  ROUTE_CALL,   // one request is one command
  ROUTE_BATCH,  // each line of the body (application/x-ndjson) is one command
  ROUTE_EVENTS, // Server-Sent Events; no command
  ROUTE_GATHER, // one request is the same command to every service, and all their answers (gather.h)
};

// What a reply may be had as.
enum format {
  FORMAT_JSON,
  FORMAT_CSV, // a Report, where it is asked for
  FORMAT_ICS, // MyMeetings, and as nothing else
};

struct route {
  const char *method, *pattern;
  enum route_kind kind;
  enum peer service;
  const ProtobufCMessageDescriptor *command;
  const char *body;                        // NULL: none; "": the body is the command; else the field that it is
  const ProtobufCMessageDescriptor *reply; // NULL: 204, no content
  bool if_match;                           // If-Match goes to the command's seen_version
  enum format format;                      // besides JSON; ICS: instead of it
  bool session; // the reply's field `cookie`, "" where it has none, becomes the cookie; the command's is filled from it
  const char *only; // the kind of record that an actor must be restricted to who is restricted; NULL: no such actor
  // The path is a link, and its last part is the secret of the sender's token with this after it: ".ics". What the
  // command has of it is empty. NULL: the sender says who they are in the usual way.
  const char *link;
  const char *summary;
};
extern const struct route routes_table[]; // ends with a row without a method
size_t routes_count(void);

enum {
  ROUTE_SEGMENTS = 6,
  ROUTE_METHODS = 4
};

// What a path and a method led to.
struct route_match {
  const struct route *route;
  const char *area;
  const char *segments[ROUTE_SEGMENTS]; // decoded, after the area; as many as the pattern has
  const char *allow;                    // where the method is another: those that there are, "GET, PUT"
};

enum route_result {
  ROUTE_FOUND,
  ROUTE_NO_PATH,
  ROUTE_NO_METHOD,
  ROUTE_MALFORMED
};

struct routes;
struct routes *routes_new(void);
void routes_free(struct routes *rs);
// Finds the row. Of two rows for the same path and method, the one with if_match is chosen when `if_match` is set.
// `path` is cut into segments and decoded in place: what is found points into it.
enum route_result routes_find(const struct routes *rs, const char *method, char *path, bool if_match,
                              struct route_match *out);

// Whether an actor restricted to one record (Actor.only; "": it is not) may use the row.
bool routes_may_touch(const struct route *route, const char *only);

// Decodes %XX (and '+' as a space, in a query) in place. False: not valid, or it hides a NUL or is not UTF-8.
bool routes_decode(char *text, bool plus_is_space);
