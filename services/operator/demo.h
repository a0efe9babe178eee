// A demonstration area of invented people. What is true of whom follows from the seed and from the calendar's week, not
// from the day on which the command runs: run again a week later, it adds a week.
#pragma once
#include "config.h"
#include "dice.h"
#include "door.h"
#include "fairness.pb-c.h"
#include "feed.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "progress.h"
#include "safeguarding.pb-c.h"
#include "sync.h"

enum {
  DEMO_PATHWAYS = 32,
  DEMO_PRACTITIONERS = 14,
  DEMO_WEEKS_AHEAD = 3
};

struct demo {
  struct door *door;
  struct sync *store; // NULL: it cannot be reached from here
  struct config config;
  const Area *area;
  uint64_t seed;
  unsigned n_people, n_mentors, n_weeks; // weeks that have been
  int64_t now_ms, week;                  // the current week, counted from that of Monday 1970-01-05
  const Pathway *pathways[DEMO_PATHWAYS];
  size_t n_pathways;
  struct arena arena; // for the message that is being made
  struct progress progress;
  size_t n_taken, n_there, n_refused; // of the messages sent: taken in, there already, refused
};

// --- who there is
void demo_crn(const struct demo *d, unsigned person, char out[8]);
char *demo_staff(struct demo *d, unsigned practitioner);
void demo_mentor_id(const struct demo *d, unsigned mentor, char out[37]);
// 0 to 99: who wants a mentor (below DEMO_WANTS), has been offered one, has one.
unsigned demo_mentor_roll(const struct demo *d, unsigned person);
enum {
  DEMO_HAS = 14,
  DEMO_OFFERED = 20,
  DEMO_WANTS = 35
};
Person *demo_person(struct demo *d, unsigned person);
// What an invented person who wants a mentor says of themselves; NULL: nothing.
DescribeSelf *demo_self(struct demo *d, unsigned person);
Mentor *demo_mentor(struct demo *d, unsigned mentor);
// Names and addresses, marked as invented. `number` chooses the telephone number.
PersonalDetails *demo_details(struct demo *d, struct dice *dice, unsigned number);
// Some of the words of a list, `n` at most, none twice.
char **demo_some(struct demo *d, struct dice *dice, const char *const *words, size_t n, size_t *n_out);

// --- what they do
// The engagement of a person on a pathway (by its place in `pathways`); NULL: they are not on it.
Engagement *demo_engagement(struct demo *d, unsigned person, size_t pathway);
// What was explained to the person on that pathway; NULL: nothing has to be.
Explanation *demo_explanation(struct demo *d, unsigned person, size_t pathway);
// The contact that they have in that week; false: none. Times in ms.
struct demo_contact {
  unsigned person;
  const Pathway *pathway;
  char engagement_id[37], id[37];
  int64_t week, starts_at_ms, ends_at_ms;
  struct dice dice; // for the rest of it
};
bool demo_contact(struct demo *d, unsigned person, size_t pathway, int64_t week, struct demo_contact *c);
Appointment *demo_appointment(struct demo *d, struct demo_contact *c);
Session *demo_session(struct demo *d, struct demo_contact *c);

// --- who is reached when something is disclosed
// How a member of staff is reached, the safeguarding leads first; NULL: there are no more.
Staff *demo_staff_contact(struct demo *d, unsigned contact);
OnCallRota *demo_rota(struct demo *d);

// --- sending
// As the bearer of the token; `message` may be NULL. The HTTP status; 0: no answer.
int demo_send(struct demo *d, const char *method, const char *path, const ProtobufCMessage *message);
// As somebody invented; 0 as well where the store cannot be reached. `only`, if any: the one record that it is about.
struct demo_somebody {
  const char *actor, *only;
  Role role;
};
int demo_send_as(struct demo *d, const struct demo_somebody *who, const char *method, const char *path,
                 const ProtobufCMessage *message);
// Offers people to mentors, and answers some of the offers where the store can be reached.
void demo_offers(struct demo *d);
// Has it counted whom matching serves, for the report fairness.
void demo_count_fairness(struct demo *d);
// Registers staff and, where the store can be reached, sets the on-call rota.
void demo_on_call(struct demo *d);
// Counts a result.
void demo_result(void *demo, size_t tag, int status, const char *problem);

// --- words
extern const char *const demo_given_names[],
    *const demo_given_names_cy[],
        *const demo_family_names[],
            *const demo_family_names_cy[],
                *const demo_experiences[],
                    *const demo_meeting_places[],
                        *const demo_slots[], *const demo_rooms[], *const demo_goals[], *const demo_notes[],
                                                                                           *const demo_purposes[],
                                                                                               *const demo_why_nots[];
// One of a list that NULL ends.
const char *demo_one_of(struct dice *dice, const char *const *words);
