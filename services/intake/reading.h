// What every reading of intake's records shares, and how lists are paged.
#pragma once
#include "access.h"
#include "change.h"
#include "intake.pb-c.h"

// The CRN in capitals, in the message's arena; NULL where it is not one. `text` may be NULL.
const char *crn_in(const struct message *m, const char *text);

// The person, or NULL. `needs` wants it by want_person(): closed, since who it is about is enough to know who may see
// it.
void want_person(struct records *want, const struct message *m, const char *crn);
const Person *found_person(const struct records *have, const struct message *m, const char *crn);
// The engagement of that id, or NULL; wanted together with whose it is.
const Engagement *want_engagement(struct records *want, const struct message *m, const char *id);
const Engagement *found_engagement(const struct records *have, const char *id);

// Whether the sender comes as a mentor: has that role, and none that reads people's sessions by itself.
bool comes_as_mentor(const struct message *m);

struct change not_found(const struct message *m, const char *field);

// Lists: how many to show when the caller asks for so many (0: as usual).
unsigned list_limit(unsigned asked);
// A member that sorts by time, "<13 digits of milliseconds>/<id>", and the id in it (a member without a slash is an
// id).
char *list_member(struct arena *a, int64_t ms, const char *id);
const char *list_id(const char *member);
// Where the next page begins, "" where there is none.
char *list_next(const struct page *page);
