// Binding: what came over HTTP (body, path, query, If-Match) becomes one command. All functions are pure; memory is the
// arena's. An error's field is a JSON pointer into the body, or the parameter's name as one ("/limit").
#pragma once
#include "routes.h"

// What a request may say beside its command.
struct bind_options {
  bool check_only; // ?check=true: decide and answer, but change nothing
  bool as_csv;     // ?format=csv
  bool has_after;  // ?after= on the event stream
  uint64_t after;
};

// A new command of the row's type, filled from the body. An empty body is an empty command where the body is the
// command itself, and refused where it is a field of it.
struct err bind_body(struct arena *a, const struct route *route, const char *body, size_t body_bytes,
                     ProtobufCMessage **command);
// Puts the path's parameters into the command. Where the body says otherwise, it is refused.
struct err bind_path(struct arena *a, const struct route_match *match, ProtobufCMessage *command);
// Puts the query's parameters into the command (GET only) or the options; others are refused by name. `command` is NULL
// for the event stream. `query` is cut and decoded in place.
struct err bind_query(struct arena *a, const struct route *route, char *query, ProtobufCMessage *command,
                      struct bind_options *options);
// Puts the one version that If-Match names into seen_version. `header` may be NULL: the service says whether it is
// needed.
struct err bind_if_match(struct arena *a, const struct route *route, const char *header, ProtobufCMessage *command);
// Puts the cookie, or "", into the command's field `cookie`, where it has one and the row says so.
void bind_cookie(struct arena *a, const struct route *route, const char *cookie, ProtobufCMessage *command);
// The field `cookie` of a command or reply; NULL: it has none.
char **bind_cookie_field(ProtobufCMessage *message);

// Why it is asked for, as the header Purpose says: a code for the audit. `header` may be NULL: then NULL.
struct err bind_purpose(struct arena *a, const char *header, const char **purpose);

// Whether a field of a GET's command is one of its query parameters: a single value that is not in the path.
bool bind_is_query(const struct route *route, const ProtobufCFieldDescriptor *field);
// The field that a pattern's parameter names. `name` need not end after `name_bytes`. NULL: there is none.
const ProtobufCFieldDescriptor *bind_field(const ProtobufCMessageDescriptor *type, const char *name, size_t name_bytes);
// lowerCamelCase, as in JSON. `out` takes 64 bytes.
void bind_json_name(const char *proto_name, char out[64]);
