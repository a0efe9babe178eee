// What every reading of intake's records shares: who may see a person at all, and how lists are paged.
#pragma once
#include "change.h"
#include "intake.pb-c.h"

// The CRN in capitals, in the message's arena; NULL where it is not one.
const char *crn_in(const struct message *m, const char *text);

// The person, or NULL: there is none; the sender is on the list of those who may not read this record; or the sender is
// a mentor, and the person is not their own. All must look the same to the sender. `needs` wants it by want_person().
void want_person(struct records *want, const struct message *m, const char *crn);
// For a row that wants the person itself in another way: whose they are.
void want_whose(struct records *want, const struct message *m, const char *crn);
const Person *visible_person(const struct records *have, const struct message *m, const char *crn);
// As above, through the engagement of that id: the engagement of a person whom the sender may see, or NULL.
const Engagement *want_engagement(struct records *want, const struct message *m, const char *id);
const Engagement *visible_engagement(const struct records *have, const struct message *m, const char *id);

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
