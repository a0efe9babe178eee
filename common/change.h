// What follows from a message: one value, that the runtime commits whole or not at all.
//
// All memory that a change points at is the message's arena, or static, or the message's and the records' own.
#pragma once
#include "err.h"
#include "records.h"
#include "service.h"

struct change_record {
  const char *id;
  const ProtobufCMessage *body;
  const char *subject;
  struct change_record *next;
};
struct change_erasure {
  const ProtobufCMessageDescriptor *type;
  const char *id;
  struct change_erasure *next;
};
struct change_event {
  const ProtobufCMessage *body;
  const char *subject;
  struct change_event *next;
};
struct change_timer {
  const char *name;
  int64_t due_at_ms;
  struct change_timer *next;
}; // due 0: cleared
struct change_index {
  const char *index, *member;
  bool remove;
  struct change_index *next;
};
struct change_subject {
  const char *subject;
  struct change_subject *next;
};

struct change {
  struct arena *arena;
  Problem *problem; // set: refused; nothing else of the change counts
  const ProtobufCMessage *reply;
  const char *reply_subject;
  uint64_t version; // of the record that the reply shows
  bool created;
  struct change_record *records;
  struct change_erasure *erasures;
  struct change_event *events;
  struct change_timer *timers;
  struct change_index *indexes;
  struct change_subject *subjects; // whose records were touched: goes to the audit
  const char *recipient;           // of a disclosure: goes to the audit
  const char *alarm;               // a human who runs the system must hear of it
  const ProtobufCMessage *effect;  // handed to the service's `perform` after the commit (the courier's sending)
};

struct change change_of(const struct message *m);

// Refusals. `field` is a JSON pointer into the body as the caller sent it over HTTP (or NULL); `why` says what is wrong
// and what to do about it. The first refusal makes the code of the whole; further ones add their fields.
struct change refuse(const struct message *m, Code code, const char *field, const char *why);
struct change refusef(const struct message *m, Code code, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void change_refuse(struct change *c, Code code, const char *field, const char *why);
static inline bool change_refused(const struct change *c) {
  return c->problem != NULL;
}

// Writes a record. It must have been wanted: what was read is what the commit checks. `subject` is whose data it is (a
// CRN, a mentor's id, or NULL where it is nobody's): its confidential parts are sealed under the subject's keys, and
// the audit names the subject.
void change_write(struct change *c, const char *subject, const char *id, const void *body);
// Deletes a record, which must have been wanted as well; where there is none, nothing becomes of it. Of records of
// other services only data keys may be deleted: without them nobody can read what they sealed. An id whose record was
// deleted is not used again: its versions would count from 1 once more, and look like those that were.
void change_erase(struct change *c, const ProtobufCMessageDescriptor *type, const char *id);
// Publishes an event. `subject` as above.
void change_publish(struct change *c, const char *subject, const void *body);
// Sets (or moves) and clears the service's timer of that name: "<row's timer>/<anything>". A timer row's own timer is
// cleared by the runtime once its change is committed, unless the change sets it again.
void change_set_timer(struct change *c, const char *name, int64_t due_at_ms);
void change_clear_timer(struct change *c, const char *name);
void change_index(struct change *c, const char *index, const char *member);
void change_unindex(struct change *c, const char *index, const char *member);
// The reply. `subject`: whose data it shows (NULL: nobody's). `version`: of the record that it shows, 0 where there is
// none; for one that this change writes, the version that was read plus one.
void change_reply(struct change *c, const char *subject, const void *body, uint64_t version);
// Says that a record of `subject` was consulted.
void change_touch(struct change *c, const char *subject);
// Says to whom it is disclosed: a kind of recipient, in one word, and an id (NULL: there is none).
void change_recipient(struct change *c, const char *kind, const char *id);
void change_effect(struct change *c, const void *effect);
// Says once it is committed, loudly, what must not go on unseen: in the log, the metrics, and for a while in /readyz
// and `alongside status`; also where a command is refused, and nothing of it is committed. `why` names nobody, and is
// said again as long as it holds. It outlives the process: a literal.
void change_alarm(struct change *c, const char *why);
