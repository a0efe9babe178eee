// Matching owns mentors, offers and matches. A machine ranks; a named human decides.
//
//   mentor_check.c  what a mentor's record must say
//   mentors.c       mentors: register, change, read, list, pause, resume
//   rules.h, .c     who is excluded for a person and how the others score, as two tables
//   points.h        what each reason is worth
//   candidates.c    the candidates for a person, best first, with the reasons
//   offers.c        offers as the coordinator sees them: make, read, list, withdraw, end
//   answers.c       offers as the mentor sees them: view, accept, decline, and the expiry
//   holding.c       what is held about a person, for subject access and erasure
//   my_people.c     a mentor's own people
//   tasks.h, .c     what a human has to decide, as one list
//   next_candidate.c  whom to offer next, after a decline or an expiry
//   match_life.h, .c  a match from acceptance to its end: introduction, contacts
//   match_end.c     with a goodbye, or the reason why there is none
//   cover.h, .c     who covers a match while its mentor is away
//   feedback.c      how a match was, from both sides
//   supervision.c   when a mentor's supervision is due
//   notice.c        a message to a mentor, and the link that it holds
//   links.c         the link that a mentor signs in with: sent by staff, or asked for by the mentor
//   phones.c        the phones that a mentor is signed in on: sign in, renew, sign out
//   phone.h, .c     one such phone, its secrets and its cookie
//   assignment.h    the best assignment of a whole waiting list: pure, used by no row yet
//   pool.h          the rules for all mentors at once, on bits: pure, used by no row yet
//
// Records: Mentor and MentorPhones under the mentor's id, Offer under the offer's id, PersonsOffer under the CRN,
// MatchingTask (tasks.h), Feedback under its id, and the Token of each link. Indexes: "mentors" (ids),
// "offers-of/<crn>" ("<offered at, 13 digits of ms>/<offer id>"), "matches-of/<mentor id>" (CRNs of matches that have
// not ended), "feedback-of/<crn>", those of tasks (tasks.h). Timers: "offer/<id>", when the time to answer is over;
// "next-candidate/<offer id>", at once; "introduction/<match>", "contact/<match>" and "supervision/<mentor id>", when a
// human has to be told; "cover/<match>", when a cover is over.
#pragma once
#include "calendar.h"
#include "change.h"
#include "config.h"
#include "match_life.pb-c.h"
#include "matching.pb-c.h"
#include "records.h"
#include "service.h"
#include "text.h"

extern const struct service matching;

// What the service reads at start. Freed by matching_settings_free().
struct matching_settings {
  char *public_url;      // what links begin with, without a slash at the end
  OfferWording *wording; // of offers: both languages present, each text with its {link}
  OfferWording *sign_in; // of links to sign in with, likewise
  struct arena arena;    // of both
};
int matching_load(const struct config *config, const void **settings, char *errors, size_t errors_bytes);
void matching_settings_free(const void *settings);

enum {
  MATCHING_PAGE = 500,        // members of the index of mentors that are read at once
  MATCHING_LIST_DEFAULT = 50, // entries of a list where no limit is named
  MATCHING_LIST_MOST = 200,
  MATCHING_CANDIDATES_DEFAULT = 20,
  MATCHING_CANDIDATES_MOST = 100,
  MATCHING_WHY_BYTES = 500, // longest reason that somebody may write
  // Where the area does not say:
  MATCHING_OFFER_HOURS = 48, // how long a mentor has to answer
  MATCHING_INTRODUCTION_DAYS = 7,
  MATCHING_NO_CONTACT_DAYS = 14,
  MATCHING_SUPERVISION_DAYS = 28,
};
#define MATCHING_MENTORS "mentors"

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
// A free text that somebody may write: not longer than MATCHING_WHY_BYTES.
void matching_check_why(struct change *c, const char *why);

// Says what is wrong with a mentor's record, field by field. `mentor` may be NULL, which is wrong too.
void mentor_check(struct change *c, const Mentor *mentor);

// Offers, shared by both sides.
// Wants the offer that the message names, and whom it concerns: the person, what stands for the person, the mentor.
void needs_offer(struct records *want, const struct message *m);
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
// Frees the place that a match took up with its mentor. `needs` wanted the mentor.
void offer_free_place(struct change *c, const struct records *have, const Offer *offer);
void offer_publish_ended(struct change *c, const Offer *offer, int64_t at_ms);
char *offer_timer(struct arena *a, const char *id);  // "offer/<id>"
bool offer_over(const Offer *offer, int64_t now_ms); // still OFFERED, but the time to answer has passed

// All mentors of the area, in the order of their ids: wanted, and as they were read.
void candidates_want_mentors(struct records *want);
const Mentor **candidates_mentors(const struct records *have, struct arena *a, size_t *n);

// A notice to a mentor. Its secret and its message id are taken from the message's randomness.
struct notice {
  const Mentor *mentor;
  const OfferWording *wording;
  const char *page;       // what the link holds between the public URL and the secret
  const char *only;       // what its token opens: see Actor.only
  const char *about;      // see MessageRequested
  const char *note;       // see Token
  int64_t until_ms;       // the last moment, as the text says it; not delivered afterwards
  int64_t token_until_ms; // the life of the token
};
void needs_notice(struct records *want, const struct message *m);
// The id of the token: the hash of its secret, in hex.
char *notice_token_id(const struct message *m);
// Writes the token that the link holds, and asks the courier to deliver.
void notice_send(struct change *c, const struct message *m, const struct notice *n);

// A phone that is signed in (phones.c).
// No link and no phone of this mentor opens anything any more. It must have been wanted.
void phones_end(struct change *c, const struct records *have, const char *mentor_id);
// Only a mentor who is active may be signed in; `mentor` may be NULL.
bool phones_may_be(const Mentor *mentor);
// "SignIn/link/<hash>": what an actor with a link to sign in may touch.
#define MATCHING_LINK "SignIn/link/"

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

void needs_list_candidates(struct records *want, const struct message *m);
struct change decide_list_candidates(const struct records *have, const struct message *m);

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

void needs_list_my_people(struct records *want, const struct message *m);
void needs_read_my_person(struct records *want, const struct message *m);
struct change decide_list_my_people(const struct records *have, const struct message *m);
struct change decide_read_my_person(const struct records *have, const struct message *m);

struct change on_offer_over(const struct records *have, const struct message *m);

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
