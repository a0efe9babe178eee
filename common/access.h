// Who may know what: for every command the roles that may send it, whose records each of them reaches with it, and
// which confidential parts of the answer they are shown.
//
//   services/access.c  the one table of the whole product; every command of every service has its row there
//   access.c           how somebody stands to somebody else, judged from records, and what follows: pure functions
//   engine.c           asks them about every command, also about one that is only checked
//
// A role has one cell for each message: a relation, and a set of partitions. The role reaches a person (or a mentor)
// with that message where the relation holds between them. Somebody with several roles reaches whom one of them
// reaches. Nobody reaches a person whose list of restricted readers names them.
//
// Whoever is not reached is not there: the service decides once more, as if nothing of what was read were there, and
// the sender gets that answer, word for word. So a refusal never tells of somebody whom the sender does not reach.
#pragma once
#include "change.h"
#include "records.h"
#include "service.h"

// How an actor must stand to a person P or a mentor M.
enum relation {
  RELATION_NOBODY,      // may not send it at all
  RELATION_NO_RECORD,   // may send it; reaches nobody's record
  RELATION_AREA,        // reaches everybody in the area
  RELATION_OWN_CASE,    // P's own practitioner; or has opened P's record for a while (BreakGlass)
  RELATION_OWN_MENTEE,  // the mentor of P, in a match that has not ended, or who covers it now; and M who is the actor
  RELATION_OWN_MEETING, // as OWN_MENTEE; and a mentor who is booked for an appointment of P's, or declined it
  RELATION_OWN_OFFER,   // a mentor to whom the offer of P that the message is about was made; and M who is the actor
  RELATION_OWN_SUPERVISEE, // M's supervisor; the supervisor of the mentor in a match of P's
  RELATION_SELF,           // is P, or M
  RELATION_OWN_SIGN_IN,    // is M; also by a link or a cookie that only signs in
  RELATION_OWN_FEED,       // as OWN_MEETING, for who came by the link of a calendar feed
};

enum {
  ACCESS_ROLES = 16 // more than there are roles
};

struct access_cell {
  enum relation relation;
  uint8_t partitions; // a set of (1 << partition): shown where the relation holds
};
struct access_row {
  const ProtobufCMessageDescriptor *message;
  Operation operation; // for the audit
  struct access_cell cells[ACCESS_ROLES];
};

// What somebody is told who asks for what is not there, or not for them.
#define ACCESS_NOT_FOUND "is not there, or not for you to see"

extern const struct access_row access_table[]; // ends with a row without a message

// The row of that command, or NULL.
const struct access_row *access_find(const ProtobufCMessageDescriptor *message);
// The roles that may send it.
roles_t access_senders(const struct access_row *row);
// What a role is told that may not send the message. One of the six operations (Data Protection Act 2018 s.62) is about
// somebody's record: it is not there, whoever it is and whether or not there is one. A message without an operation
// touches nobody's record, and FORBIDDEN tells of nobody.
struct err access_refusal(const struct access_row *row);
// The roles of an actor that count: an operator is nothing else, whatever else the token says.
roles_t access_roles(roles_t held);

// Wants what must be known to judge whether the actor reaches `subject`: a CRN, or a mentor's id. For `needs` of lists,
// which show only whom the actor reaches; each asks after having wanted what it itself needs of the subject.
void access_want(struct records *want, const struct message *m, const char *subject);
// Whether the actor reaches the subject with this message.
bool access_sees(const struct records *have, const struct message *m, const char *subject);
// Whether some role of the actor's reaches everybody in the area with this message.
bool access_whole_area(const struct message *m);

// What the service decides, and what the actor is told of it. What the relations need is wanted from `have` once the
// decision has shown whom it concerns: where something is unknown afterwards (n_unknown), read it and ask again.
typedef struct change decide_fn(const struct records *have, const struct message *m);
struct change access_decide(struct records *have, const struct message *m, decide_fn *decide);
// The partitions that the actor is shown in the reply: those that some role has for everybody whom the change concerns.
uint8_t access_partitions(const struct records *have, const struct message *m, const struct change *c);
