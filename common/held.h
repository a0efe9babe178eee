// What a service holds about a person: collecting it for subject access, and deleting it when the person is erased, or
// one class of it when its period is over.
//
// All goes by the service's indexes of one person each ("sessions-of/X123456"), whose members are the ids of records,
// or end in them ("<13 digits of ms>/<id>"); an index holds records of one class. A service has a row for
// CollectRecords, one each for the events PersonErased and DisposalOrdered, and one for the timer "erase", which
// deletes a part at a time and comes again until nothing is left: "erase/<crn>" all of the person,
// "erase/<crn>/<class>" one class, as long as the person's Disposal names it (rights.proto).
#pragma once
#include "change.h"
#include "rights.pb-c.h"

enum {
  HELD_PAGE = 50, // records that are collected or deleted at once
};

// An index of one person each, and the type of record that its members name.
struct held_index {
  const char *kind; // "sessions-of"
  const ProtobufCMessageDescriptor *type;
  RecordClass class;
  bool closed; // what is confidential in the records is not opened
};

// The CRN that the message is about, in capitals: of CollectRecords, of one of the two events or of a timer. NULL: it
// is none.
const char *held_crn(const struct message *m);
// The class that a timer "erase/<crn>/<class>" deletes; RECORD_CLASS_UNSPECIFIED: all of the person, who is erased.
RecordClass held_class(const struct message *m);
// The id in a member.
const char *held_id(const char *member);

// --- deleting
// The row of PersonErased, the same for every service: sets the timer "erase/<crn>", which comes due at once.
struct change held_on_person_erased(const struct records *have, const struct message *m);
// The row of DisposalOrdered, the same for every service: sets the timer "erase/<crn>/<class>".
struct change held_on_disposal_ordered(const struct records *have, const struct message *m);
// Sets that timer, for who orders it.
void held_dispose(struct change *c, const char *crn, RecordClass class, int64_t now_ms);
// The person's part of an index with its records; NULL until it is read, and where this timer does not delete it: it
// deletes another class, or the Disposal names it no longer.
const struct page *held_want(struct records *want, const struct message *m, const struct held_index *index);
const struct page *held_page(const struct records *have, const struct message *m, const struct held_index *index);
// Deletes what held_want() read, records and members; the service adds what hangs on them (timers). Sets the timer
// again where there was anything, since there may be more.
void held_erase(struct change *c, const struct records *have, const struct message *m, const struct held_index *index);
// Instead, for a class of which a human has not finished with something: looks again in a day.
void held_wait(struct change *c, const struct message *m);

// --- collecting
// Where a collection goes on: "<number of the index>/<member>", or the beginning. `n`: how many indexes there are.
struct held_place {
  unsigned index; // == n: behind the last
  const char *after;
};
struct held_place held_at(const struct message *m, unsigned n);
// The part of the index that is asked for, with its records.
const struct page *held_want_at(struct records *want, const struct message *m, const struct held_index *index,
                                const struct held_place *at);
const struct page *held_page_at(const struct records *have, const struct message *m, const struct held_index *index,
                                const struct held_place *at);

// An answer with room for `most` records.
HeldRecords *held_records(const struct message *m, size_t most);
// One more, of the service named.
HeldRecord *held_add(const struct message *m, HeldRecords *all, const char *service);
// Says that a field was left out.
void held_withhold(const struct message *m, HeldRecord *r, const char *what, WithheldReason reason);
// Says where the next part begins, and answers.
struct change held_reply(const struct message *m, HeldRecords *all, const struct held_place *at,
                         const struct page *page, unsigned n);
