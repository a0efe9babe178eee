// Matching owns mentors, offers and matches. A machine ranks; a named human decides.
//
//   mentor_check.c  what a mentor's record must say
//   mentor_shown.c  what of it is shown to whom
//   mentors.c       mentors: register, change, read, list, pause, resume
//   preferences.c   what a mentor would rather not be given, which is theirs alone
//   rules.h, rules*.c  who is excluded for a person and how the others score, as two tables
//   weights.h, .c   what each reason is worth, from files
//   preview.c       what other weights would have meant for the offers of the last 30 days
//   candidates.c    the candidates for a person, best first, with the reasons
//   explain.c       why somebody is no candidate, or how far behind
//   choices.c       whom the person may choose from, and what they said
//   choice_words.h, .c  how that is said to them, from a file
//   offers.c        offers as the coordinator sees them: make, read, list, withdraw
//   endings.c       the end of a match, with a goodbye or the reason why there is none, and what it leaves behind
//   answers.c       offers as the mentor sees them: view, accept, decline, and the expiry
//   my_offers.c     a mentor's open offers
//   holding.c       what is held about a person, for subject access and erasure
//   my_people.c     a mentor's own people
//   meetings.c      a mentor's next meetings, with all of their people
//   feed.c          the same for the calendar of a phone, under a link of its own
//   breaks.c        a mentor's break by their own wish
//   away.c          what follows where a mentor is away, for whatever reason
//   apart.h, .c     what follows where two who meet must not
//   tasks.h, .c     what a human has to decide, as one list
//   next_candidate.c  whom to offer next, after a decline or an expiry
//   match_life.h, .c  a match from acceptance to its end: introduction, contacts
//   cover.h, .c     who covers a match while its mentor is away
//   booking.h       who greets somebody at an appointment or runs a group together: see there
//   feedback.c      how a match was, from both sides
//   supervision.c   when a mentor's supervision is due
//   notice.c        a message to a mentor, and the link that it holds
//   links.c         the link that a mentor signs in with: sent by staff, or asked for by the mentor
//   phones.c        the phones that a mentor is signed in on: sign in, renew, sign out
//   phone.h, .c     one such phone, its secrets and its cookie
//   waiting.h, .c   the waiting list of an area
//   prices.h, .c    what a mentor's place is worth to others who wait, for the candidates of one person
//   proposal.h      a proposal for a whole waiting list: see there
//   assignment.h    the best assignment of a whole waiting list: pure
//   fairness.h      whether groups of people are served alike, counted once a week
//   characteristics.c  what people say of themselves for that, and for nothing else
//   pool.h          the rules for all mentors at once, on bits: pure
//   pool_overview.h, .c  all mentors of an area in such a pool, kept up by the runtime
//
// Records: Mentor, MentorBreak and MentorPhones under the mentor's id, Offer under the offer's id, PersonsOffer,
// PersonsChoice, WaitingPerson and Characteristics under the CRN, Feedback under its id, the Token of each link, and
// those of booking.h, proposal.h and tasks.h.
// Indexes: "mentors" (ids), "offers-of/<crn>" and "offers", those of all ("<offered at, 13 digits of ms>/<offer id>"),
// "matches-of/<mentor id>" (CRNs of matches that have not ended), "offers-to/<mentor id>" (open ones: "<expires at, 13
// digits of ms>/<offer id>"), "feedback-of/<crn>", and those of waiting.h, booking.h, proposal.h and tasks.h. Timers:
// "offer/<id>", when the time to answer is over; "next-candidate/<offer id>", at once; "introduction/<match>",
// "contact/<match>" and "supervision/<mentor id>", when a human has to be told; "cover/<match>" and "break/<mentor
// id>", when one is over; and those of waiting.h, booking.h and proposal.h.
#pragma once
#include "calendar.h"
#include "change.h"
#include "config.h"
#include "match_life.pb-c.h"
#include "matching.pb-c.h"
#include "proposals.pb-c.h"
#include "records.h"
#include "rules.h"
#include "service.h"
#include "text.h"
#include "weights.h"

extern const struct service matching;

// What the service reads at start. Freed by matching_settings_free().
struct matching_settings {
  char *public_url;       // what links begin with, without a slash at the end
  OfferWording *wording;  // of offers: both languages present, each text with its {link}
  OfferWording *sign_in;  // of links to sign in with, likewise
  OfferWording *bookings; // of what changes among a mentor's bookings, likewise
  struct arena arena;     // of all of them
  const ChoiceWording *choices;
  struct weights *weights;
};
int matching_load(const struct config *config, const void **settings, char *errors, size_t errors_bytes);
void matching_settings_free(const void *settings);

enum {
  MATCHING_PAGE = 500,        // members of the index of mentors that are read at once
  MATCHING_LIST_DEFAULT = 50, // entries of a list where no limit is named
  MATCHING_LIST_MOST = 200,
  MATCHING_CANDIDATES_DEFAULT = 20,
  MATCHING_CANDIDATES_MOST = 100,
  MATCHING_ACCOMPANIED_MOST = 200, // people whom a mentor accompanied before, the last ones
  MATCHING_CHOICES_MOST = 3,       // mentors whom a person is shown at a time
  MATCHING_PEOPLE_MOST = 50,       // of a mentor's people that are read at once: more than any has
  MATCHING_APPOINTMENTS_READ = 20, // of a person's to come, the soonest; they may be on other pathways
  MATCHING_WHY_BYTES = 500,        // longest reason that somebody may write
  // Where the area does not say:
  MATCHING_OFFER_HOURS = 48, // how long a mentor has to answer
  MATCHING_INTRODUCTION_DAYS = 7,
  MATCHING_NO_CONTACT_DAYS = 14,
  MATCHING_SUPERVISION_DAYS = 28,
};
#define MATCHING_MENTORS "mentors"
#define MATCHING_OFFERS "offers"

// protobuf-c has no const: nothing writes through the texts of a message.
static inline char *matching_text(const char *text) {
  return (char *)text;
}
// The limit that a list was asked for, within its bounds.
static inline unsigned matching_limit(unsigned asked, unsigned otherwise, unsigned most) {
  if (!asked) return otherwise;
  return asked < most ? asked : most;
}
// The text of the message's field "id", or of the timer; "" where there is none.
const char *matching_id(const struct message *m);
bool matching_has(size_t n, char **list, const char *text);
// The two, at the message's moment, under the weights of its area.
struct pair matching_pair(const struct message *m, const Person *person, const Mentor *mentor);
// The person as the rules can be asked about them: who has no wish on record wishes for nothing in particular. NULL for
// NULL.
const Person *matching_with_wish(const struct message *m, const Person *was);
// Goes through the index of mentors page by page: `before` is the page before, or NULL for the first. False: that was
// the last.
bool mentors_next(const struct page *before, const char **after);
// Wants the whole index of mentors, and then all of them.
void mentors_want_all(struct records *want);
size_t mentors_count(const struct records *have);
// The members of an index up to `most` and one more, which tells that there are too many; of those that are wanted, as
// many as were read so far.
struct members {
  char **texts;
  size_t n;
};
struct members members_wanted(struct records *want, const struct message *m, const char *index, size_t most);
struct members members_got(const struct records *have, const struct message *m, const char *index, size_t most);
// A free text that somebody may write: not longer than MATCHING_WHY_BYTES.
void matching_check_why(struct change *c, const char *why);

// Says what is wrong with a mentor's record, field by field. `mentor` may be NULL, which is wrong too.
void mentor_check(struct change *c, const Mentor *mentor);
void mentor_check_preferences(struct change *c, size_t n, char **prefers_not);
// The mentor as the actor may see them. Mentors see their own record without those whom they must not meet or met
// before, since who that is says something of those. Nobody else sees what a mentor would rather not be given, and that
// somebody is unwell is for their supervisor.
const Mentor *mentor_shown(const struct message *m, const Mentor *mentor);

// Why the person has no candidates at all, whatever mentors there are; false: nothing stands against it.
bool candidates_refused(struct change *c, const struct message *m, const Person *person);

// What the person said of the mentor; `choice` may be NULL. Their rank, 1 the first; 0: none.
uint32_t choice_rank(const PersonsChoice *choice, const char *mentor_id);
bool choice_declined(const PersonsChoice *choice, const char *mentor_id);

// Offers, shared by both sides.
// Wants the offer that the message names, and whom it concerns: the person, what stands for the person, the mentor.
void needs_offer(struct records *want, const struct message *m);
// The offer that the message names, or NULL; and what is answered where there is none.
const Offer *offer_named(const struct records *have, const struct message *m);
struct change offer_not_found(const struct message *m);
// Answers with the offer as it was, and as the change writes it.
struct change offer_kept(const struct records *have, const struct message *m, const Offer *offer);
struct change offer_written(const struct records *have, struct change c, const Offer *offer);
// Ends an offer that was open: writes it with its new state, frees the person for another, clears the timer, tells all.
// `next` is a copy of the offer whose other fields are set already.
void offer_close(struct change *c, const struct message *m, Offer *next, OfferState state);
void offer_publish_answer(struct change *c, const Offer *offer);
// As needs_offer(), with what hangs on the answer or on the end of a match: its tasks.
void needs_answer(struct records *want, const struct message *m);
// The offer came to nothing: a human has to decide again, and the next candidate is named to them.
void offer_decide_again(struct change *c, const struct records *have, const struct message *m, const Offer *offer,
                        MatchingTaskKind kind);
// The person is offered anew: what the last offer left to decide is decided.
void offer_decided_again(struct change *c, const struct records *have, const struct message *m, const char *crn);
// "next-candidate/<offer id>"
char *next_candidate_timer(struct arena *a, const char *offer_id);
// The index of a person's offers, and the id in one of its members.
char *offers_index(struct arena *a, const char *crn);
const char *offer_id_of(const char *member);
// "the offer was declined" and so on: why nothing can be done with it any more.
const char *offer_state_words(OfferState state);
// Lets the person be offered again.
void offer_free_person(struct change *c, const char *crn);
// The index of a mentor's own people: an accepted offer puts the person in, its end takes them out.
char *matches_index(struct arena *a, const char *mentor_id);
void offer_publish_ended(struct change *c, const Offer *offer, int64_t at_ms);
char *offer_timer(struct arena *a, const char *id);      // "offer/<id>"
char *offer_member(struct arena *a, const Offer *offer); // in both indexes of offers
const char *offer_id_of(const char *member);             // the id in such a member
bool offer_over(const Offer *offer, int64_t now_ms);     // still OFFERED, but the time to answer has passed

// What the mentor sees of an offer. `needs` wanted the person and the mentor.
OfferView *offer_view_of(const struct records *have, const struct message *m, const Offer *offer);
// The list of a mentor's open offers: puts one in, takes one out.
void my_offers_add(struct change *c, const Offer *offer);
void my_offers_remove(struct change *c, const Offer *offer);
// Wants it, with what is needed to show or to end them. Answers the page, NULL as long as it is not read.
const struct page *my_offers_want(struct records *want, const struct message *m, const char *mentor_id,
                                  const char *after, unsigned limit);
const struct page *my_offers_page(const struct records *have, const struct message *m, const char *mentor_id,
                                  const char *after);
// The offer of a member of that page, as it was read; NULL: it was not, or there is none.
const Offer *my_offers_of(const struct records *have, const char *member);

// A mentor's own person (my_people.c).
// Wants what the two below look at.
void my_person_want(struct records *want, const struct message *m, const char *crn);
// The person as their mentor sees them; NULL: there is none, or nobody was offered to them.
MyPerson *my_person_shown(const struct records *have, const struct message *m, const char *crn);
// The appointments to come on the engagement that counts, the soonest first. Answers how many.
size_t my_person_coming(const struct records *have, const struct message *m, const char *crn,
                        const Appointment *coming[MATCHING_APPOINTMENTS_READ]);
// All of the actor's next meetings (meetings.c), with the people's given names or without. Touches each person.
void meetings_want(struct records *want, const struct message *m);
MyMeetings *meetings_of(struct change *c, const struct records *have, const struct message *m, bool named);

// The candidates for a person (candidates.c), as ListCandidates shows them.
struct scored_mentor {
  const Mentor *mentor;
  int32_t price, score; // the score is less the price
  uint32_t chosen;      // the person's own rank of the mentor; 0: none
  bool declined;        // by the person
};
// Wants the `n` best, and what decides on them. `m` has an overview.
void candidates_want(struct records *want, const struct message *m, const Person *person, size_t n);
// Those of them whom no rule leaves out, the best first. Answers how many.
size_t candidates_sorted(const struct records *have, const struct message *m, const Person *person,
                         const struct scored_mentor **sorted);

// A notice to a mentor. Its secret and its message id are taken from the message's randomness.
struct notice {
  const Mentor *mentor;
  const OfferWording *wording;
  const char *page;       // what the link holds between the public URL and the secret
  const char *only;       // what its token opens: see Actor.only; NULL: the link has no secret, and there is no token
  const char *about;      // see MessageRequested
  const char *note;       // see Token
  int64_t until_ms;       // the last moment, as the text says it; not delivered afterwards
  int64_t token_until_ms; // the life of the token
};
void needs_notice(struct records *want, const struct message *m);
// The id of the token: the hash of its secret, in hex.
char *notice_token_id(const struct message *m);
char *notice_secret(const struct message *m); // as the link holds it
// Writes the token with that id: who has its secret is that mentor, and may touch `only`.
void notice_write_token(struct change *c, const struct message *m, const char *mentor_id, const char *only,
                        const char *note, int64_t until_ms);
// Writes the token that the link holds, and asks the courier to deliver.
void notice_send(struct change *c, const struct message *m, const struct notice *n);

// A phone that is signed in (phones.c).
// No link, no phone and no calendar feed of this mentor opens anything any more. It must have been wanted.
void phones_end(struct change *c, const struct records *have, const char *mentor_id);
// Whom staff have paused may not be signed in; `mentor` may be NULL.
bool phones_may_be(const Mentor *mentor);
// "SignIn/link/<hash>": what an actor with a link to sign in may touch.
#define MATCHING_LINK "SignIn/link/"
// "Calendar/<hash>": what an actor with the link of a calendar feed may touch.
#define MATCHING_FEED "Calendar/"

// The rows of the table: see table.c.
void needs_register_mentor(struct records *want, const struct message *m);
void needs_change_mentor(struct records *want, const struct message *m);
void needs_mentor(struct records *want, const struct message *m);
void needs_list_mentors(struct records *want, const struct message *m);
struct change decide_register_mentor(const struct records *have, const struct message *m);
struct change decide_change_mentor(const struct records *have, const struct message *m);
struct change decide_read_mentor(const struct records *have, const struct message *m);
struct change decide_list_mentors(const struct records *have, const struct message *m);
void needs_pause_mentor(struct records *want, const struct message *m);
struct change decide_pause_mentor(const struct records *have, const struct message *m);
struct change decide_resume_mentor(const struct records *have, const struct message *m);

struct change decide_change_preferences(const struct records *have, const struct message *m);

void needs_preview_weights(struct records *want, const struct message *m);
struct change decide_preview_weights(const struct records *have, const struct message *m);

void needs_list_candidates(struct records *want, const struct message *m);
struct change decide_list_candidates(const struct records *have, const struct message *m);

void needs_explain_candidate(struct records *want, const struct message *m);
struct change decide_explain_candidate(const struct records *have, const struct message *m);

void needs_show_choices(struct records *want, const struct message *m);
void needs_read_choices(struct records *want, const struct message *m);
void needs_choose_mentors(struct records *want, const struct message *m);
struct change decide_show_choices(const struct records *have, const struct message *m);
struct change decide_read_choices(const struct records *have, const struct message *m);
struct change decide_choose_mentors(const struct records *have, const struct message *m);

void needs_make_offer(struct records *want, const struct message *m);
void needs_list_offers(struct records *want, const struct message *m);
struct change decide_make_offer(const struct records *have, const struct message *m);
struct change decide_read_offer(const struct records *have, const struct message *m);
struct change decide_list_offers(const struct records *have, const struct message *m);
struct change decide_withdraw_offer(const struct records *have, const struct message *m);
struct change decide_end_match(const struct records *have, const struct message *m);

struct change decide_view_offer(const struct records *have, const struct message *m);
struct change decide_accept_offer(const struct records *have, const struct message *m);
struct change decide_decline_offer(const struct records *have, const struct message *m);

void needs_list_my_offers(struct records *want, const struct message *m);
struct change decide_list_my_offers(const struct records *have, const struct message *m);

void needs_list_my_people(struct records *want, const struct message *m);
void needs_read_my_person(struct records *want, const struct message *m);
struct change decide_list_my_people(const struct records *have, const struct message *m);
struct change decide_read_my_person(const struct records *have, const struct message *m);

void needs_list_my_meetings(struct records *want, const struct message *m);
struct change decide_list_my_meetings(const struct records *have, const struct message *m);

void needs_make_my_calendar(struct records *want, const struct message *m);
void needs_read_feed(struct records *want, const struct message *m);
struct change decide_make_my_calendar(const struct records *have, const struct message *m);
struct change decide_read_my_calendar(const struct records *have, const struct message *m);
struct change decide_end_my_calendar(const struct records *have, const struct message *m);
struct change decide_read_feed(const struct records *have, const struct message *m);

void needs_own_break(struct records *want, const struct message *m);
void needs_break_over(struct records *want, const struct message *m);
struct change decide_take_break(const struct records *have, const struct message *m);
struct change decide_read_break(const struct records *have, const struct message *m);
struct change decide_end_break(const struct records *have, const struct message *m);
void needs_away_paused(struct records *want, const struct message *m);
void needs_away(struct records *want, const struct message *m);
struct change on_away_paused(const struct records *have, const struct message *m);
struct change on_away(const struct records *have, const struct message *m);
struct change on_away_over(const struct records *have, const struct message *m);
struct change on_break_over(const struct records *have, const struct message *m);

struct change on_offer_over(const struct records *have, const struct message *m);

void needs_keep_person(struct records *want, const struct message *m);
void needs_mentor_changed(struct records *want, const struct message *m);
struct change on_keep_person(const struct records *have, const struct message *m);
struct change on_mentor_changed(const struct records *have, const struct message *m);

void needs_close_matching_task(struct records *want, const struct message *m);
void needs_list_matching_tasks(struct records *want, const struct message *m);
struct change decide_close_matching_task(const struct records *have, const struct message *m);
struct change decide_list_matching_tasks(const struct records *have, const struct message *m);
void needs_next_candidate(struct records *want, const struct message *m);
struct change on_next_candidate(const struct records *have, const struct message *m);

void needs_introduce_match(struct records *want, const struct message *m);
void needs_contact_recorded(struct records *want, const struct message *m);
struct change decide_introduce_match(const struct records *have, const struct message *m);
struct change on_contact_recorded(const struct records *have, const struct message *m);
struct change on_introduction_due(const struct records *have, const struct message *m);
struct change on_contact_due(const struct records *have, const struct message *m);

void needs_cover_match(struct records *want, const struct message *m);
void needs_record_absence(struct records *want, const struct message *m);
struct change decide_cover_match(const struct records *have, const struct message *m);
struct change decide_end_cover(const struct records *have, const struct message *m);
struct change decide_record_absence(const struct records *have, const struct message *m);
struct change on_cover_over(const struct records *have, const struct message *m);

void needs_book_mentor(struct records *want, const struct message *m);
void needs_booking(struct records *want, const struct message *m);
void needs_list_bookings(struct records *want, const struct message *m);
struct change decide_book_mentor(const struct records *have, const struct message *m);
struct change decide_read_booking(const struct records *have, const struct message *m);
struct change decide_list_bookings(const struct records *have, const struct message *m);
struct change decide_withdraw_booking(const struct records *have, const struct message *m);
struct change decide_decline_booking(const struct records *have, const struct message *m);
void needs_booking_asked(struct records *want, const struct message *m);
void needs_booking_cancelled(struct records *want, const struct message *m);
void needs_booking_moved(struct records *want, const struct message *m);
void needs_booking_due(struct records *want, const struct message *m);
void needs_booking_changed(struct records *want, const struct message *m);
struct change on_booking_asked(const struct records *have, const struct message *m);
struct change on_booking_cancelled(const struct records *have, const struct message *m);
struct change on_booking_moved(const struct records *have, const struct message *m);
struct change on_booking_due(const struct records *have, const struct message *m);
struct change on_booking_changed(const struct records *have, const struct message *m);

void needs_give_feedback(struct records *want, const struct message *m);
void needs_list_feedback(struct records *want, const struct message *m);
struct change decide_give_feedback(const struct records *have, const struct message *m);
struct change decide_list_feedback(const struct records *have, const struct message *m);

void needs_supervision(struct records *want, const struct message *m);
struct change decide_record_supervision(const struct records *have, const struct message *m);
struct change on_supervision_due(const struct records *have, const struct message *m);

void needs_send_sign_in_link(struct records *want, const struct message *m);
void needs_ask_sign_in_link(struct records *want, const struct message *m);
struct change decide_send_sign_in_link(const struct records *have, const struct message *m);
struct change decide_ask_sign_in_link(const struct records *have, const struct message *m);

void needs_own_phones(struct records *want, const struct message *m);
void needs_sign_out_mentor(struct records *want, const struct message *m);
struct change decide_use_sign_in_link(const struct records *have, const struct message *m);
struct change decide_read_sign_in(const struct records *have, const struct message *m);
struct change decide_renew_phone(const struct records *have, const struct message *m);
struct change decide_sign_out(const struct records *have, const struct message *m);
struct change decide_sign_out_mentor(const struct records *have, const struct message *m);

// holding.c: what matching holds about a person, given without what is the mentor's own, and deleted.
void needs_collect_offers(struct records *want, const struct message *m);
struct change decide_collect_offers(const struct records *have, const struct message *m);
void needs_erase_offers(struct records *want, const struct message *m);
struct change on_erase_offers(const struct records *have, const struct message *m);
