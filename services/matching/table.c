// The table of matching: which message is decided by what.
#include "bookings.pb-c.h"
#include "choice_words.h"
#include "fairness.h"
#include "held.h"
#include "intake.pb-c.h"
#include "matching.h"
#include "pool_overview.h"
#include "proposal.h"
#include "waiting.h"
#include "yaml.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND(TYPE, NEEDS, DECIDE)                                                                                   \
  { .kind = ROW_COMMAND, .body = &TYPE##__descriptor, .needs = (NEEDS), .decide = (DECIDE) }

#define EVENT(TYPE, NEEDS, DECIDE)                                                                                     \
  { .kind = ROW_EVENT, .body = &TYPE##__descriptor, .needs = (NEEDS), .decide = (DECIDE) }

// An event after which somebody may have another place on the waiting list.
#define KEEPS_WAITING(TYPE) EVENT(TYPE, needs_keep_waiting, on_keep_waiting)
// And besides, somebody whom they meet may be somebody whom they must not meet.
#define KEEPS_PERSON(TYPE) EVENT(TYPE, needs_keep_person, on_keep_person)

// clang-format off
static const struct row rows[] = {
    COMMAND(register_mentor, needs_register_mentor, decide_register_mentor),
    COMMAND(change_mentor,   needs_change_mentor,   decide_change_mentor),
    COMMAND(read_mentor,     needs_mentor,          decide_read_mentor),
    COMMAND(list_mentors,    needs_list_mentors,    decide_list_mentors),
    COMMAND(pause_mentor,    needs_pause_mentor,        decide_pause_mentor),
    COMMAND(resume_mentor,   needs_mentor,          decide_resume_mentor),
    COMMAND(change_preferences, needs_mentor,       decide_change_preferences),
    COMMAND(preview_weights, needs_preview_weights, decide_preview_weights),
    COMMAND(list_candidates, needs_list_candidates, decide_list_candidates),
    COMMAND(explain_candidate, needs_explain_candidate, decide_explain_candidate),
    COMMAND(show_choices,    needs_show_choices,    decide_show_choices),
    COMMAND(read_choices,    needs_read_choices,    decide_read_choices),
    COMMAND(choose_mentors,  needs_choose_mentors,  decide_choose_mentors),
    COMMAND(make_offer,      needs_make_offer,      decide_make_offer),
    COMMAND(read_offer,      needs_offer,           decide_read_offer),
    COMMAND(list_offers,     needs_list_offers,     decide_list_offers),
    COMMAND(withdraw_offer,  needs_offer,           decide_withdraw_offer),
    COMMAND(end_match,       needs_answer,          decide_end_match),
    COMMAND(view_offer,      needs_offer,           decide_view_offer),
    COMMAND(accept_offer,    needs_offer,           decide_accept_offer),
    COMMAND(decline_offer,   needs_answer,          decide_decline_offer),
    COMMAND(list_my_offers,  needs_list_my_offers,  decide_list_my_offers),
    COMMAND(list_my_people,  needs_list_my_people,  decide_list_my_people),
    COMMAND(read_my_person,  needs_read_my_person,  decide_read_my_person),
    COMMAND(list_my_meetings, needs_list_my_meetings, decide_list_my_meetings),
    COMMAND(make_my_calendar, needs_make_my_calendar, decide_make_my_calendar),
    COMMAND(read_my_calendar, needs_own_phones,     decide_read_my_calendar),
    COMMAND(end_my_calendar, needs_own_phones,      decide_end_my_calendar),
    COMMAND(read_feed,       needs_read_feed,       decide_read_feed),
    COMMAND(take_break,      needs_own_break,       decide_take_break),
    COMMAND(read_break,      needs_own_break,       decide_read_break),
    COMMAND(end_break,       needs_own_break,       decide_end_break),
    COMMAND(send_sign_in_link, needs_send_sign_in_link, decide_send_sign_in_link),
    COMMAND(ask_sign_in_link, needs_ask_sign_in_link, decide_ask_sign_in_link),
    COMMAND(use_sign_in_link, needs_own_phones,     decide_use_sign_in_link),
    COMMAND(read_sign_in,    needs_own_phones,      decide_read_sign_in),
    COMMAND(renew_phone,     needs_own_phones,      decide_renew_phone),
    COMMAND(sign_out,        needs_own_phones,      decide_sign_out),
    COMMAND(sign_out_mentor, needs_sign_out_mentor, decide_sign_out_mentor),
    COMMAND(list_matching_tasks, needs_list_matching_tasks, decide_list_matching_tasks),
    COMMAND(close_matching_task, needs_close_matching_task, decide_close_matching_task),
    COMMAND(introduce_match, needs_introduce_match, decide_introduce_match),
    COMMAND(cover_match,     needs_cover_match,     decide_cover_match),
    COMMAND(end_cover,       needs_answer,          decide_end_cover),
    COMMAND(record_absence,  needs_record_absence,  decide_record_absence),
    COMMAND(book_mentor,     needs_book_mentor,     decide_book_mentor),
    COMMAND(read_booking,    needs_booking,         decide_read_booking),
    COMMAND(list_bookings,   needs_list_bookings,   decide_list_bookings),
    COMMAND(withdraw_booking, needs_booking,        decide_withdraw_booking),
    COMMAND(decline_booking, needs_booking,         decide_decline_booking),
    COMMAND(give_feedback,   needs_give_feedback,   decide_give_feedback),
    COMMAND(list_feedback,   needs_list_feedback,   decide_list_feedback),
    COMMAND(record_supervision, needs_supervision,  decide_record_supervision),
    COMMAND(collect_records, needs_collect_offers,  decide_collect_offers),
    COMMAND(list_waiting,    needs_list_waiting,    decide_list_waiting),
    COMMAND(sweep_waiting,   NULL,                  decide_sweep_waiting),
    COMMAND(propose_matches, needs_propose_matches, decide_propose_matches),
    COMMAND(solve_proposal,  needs_solve_proposal,  decide_solve_proposal),
    COMMAND(read_proposal,   needs_proposal,        decide_read_proposal),
    COMMAND(list_proposals,  needs_list_proposals,  decide_list_proposals),
    COMMAND(list_proposed_pairs, needs_list_proposed_pairs, decide_list_proposed_pairs),
    COMMAND(review_proposed_pair, needs_review_proposed_pair, decide_review_proposed_pair),
    COMMAND(publish_proposal, needs_publish_proposal, decide_publish_proposal),
    COMMAND(repair_proposal, needs_solve_proposal,  decide_repair_proposal),
    COMMAND(describe_self,   needs_describe_self,   decide_describe_self),
    COMMAND(read_characteristics, needs_read_characteristics, decide_read_characteristics),
    COMMAND(count_fairness,  NULL,                  decide_count_fairness),
    {.kind = ROW_EVENT, .body = &person_erased__descriptor, .erases = true, .decide = held_on_person_erased},
    {.kind = ROW_EVENT, .body = &disposal_ordered__descriptor, .decide = held_on_disposal_ordered},
    {.kind = ROW_TIMER, .timer = "erase", .operation = OPERATION__ERASURE, .erases = true,
     .needs = needs_erase_offers, .decide = on_erase_offers},
    {.kind = ROW_TIMER, .timer = "break", .needs = needs_break_over, .decide = on_break_over},
    {.kind = ROW_TIMER, .timer = "publish", .operation = OPERATION__DISCLOSURE,
     .needs = needs_publish_due, .decide = on_publish_due},
    {.kind = ROW_TIMER, .timer = "waiting", .needs = needs_sweep_waiting_due, .decide = on_sweep_waiting_due},
    {.kind = ROW_TIMER, .timer = "fairness", .operation = OPERATION__COMBINATION,
     .needs = needs_count_fairness_due, .decide = on_count_fairness_due},
    EVENT(mentor_paused,     needs_away_paused,   on_away_paused),
    EVENT(mentor_away,       needs_away,            on_away),
    EVENT(mentor_resumed,    needs_away,            on_away_over),
    EVENT(appointment_made,  needs_booking_asked,   on_booking_asked),
    EVENT(appointment_cancelled, needs_booking_cancelled, on_booking_cancelled),
    EVENT(appointment_superseded, needs_booking_moved, on_booking_moved),
    EVENT(booking_changed,   needs_booking_changed, on_booking_changed),
    EVENT(session_recorded,  needs_contact_recorded, on_contact_recorded),
    EVENT(session_amended,   needs_contact_recorded, on_contact_recorded),
    KEEPS_WAITING(person_registered),
    KEEPS_WAITING(offer_made),
    KEEPS_WAITING(offer_answered),
    KEEPS_PERSON(person_changed),
    KEEPS_PERSON(match_covered),
    KEEPS_PERSON(match_ended),
    EVENT(mentor_changed,    needs_mentor_changed,  on_mentor_changed),
    {.kind = ROW_TIMER, .timer = "next-candidate", .operation = OPERATION__COMBINATION, .needs = needs_next_candidate,
     .decide = on_next_candidate},
    {.kind = ROW_TIMER, .timer = "introduction", .needs = needs_answer, .decide = on_introduction_due},
    {.kind = ROW_TIMER, .timer = "contact", .needs = needs_answer, .decide = on_contact_due},
    {.kind = ROW_TIMER, .timer = "cover", .needs = needs_answer, .decide = on_cover_over},
    {.kind = ROW_TIMER, .timer = "booking", .needs = needs_booking_due, .decide = on_booking_due},
    {.kind = ROW_TIMER, .timer = "supervision", .needs = needs_supervision, .decide = on_supervision_due},
    {.kind = ROW_TIMER, .timer = "offer", .needs = needs_answer, .decide = on_offer_over},
    {0},
};
// clang-format on

static const ProtobufCMessageDescriptor *const owns[] = {
    &mentor__descriptor,        &offer__descriptor,           &persons_offer__descriptor,  &token__descriptor,
    &mentor_phones__descriptor, &persons_choice__descriptor,  &waiting_person__descriptor, &proposal__descriptor,
    &proposed_pair__descriptor, &newest_proposal__descriptor, &mentor_break__descriptor,   &characteristics__descriptor,
    &matching_task__descriptor, &feedback__descriptor,        &booking__descriptor,        NULL,
};

const struct service matching = {
    .name = "matching", .rows = rows, .owns = owns, .load = matching_load, .overview = &pool_of_mentors};

static bool text_complete(const OfferText *text) {
  return text && !text_is_empty(text->subject) && strstr(text->text, "{link}");
}

// A link is "<public url>/offer#...": a slash at the end of the URL would make two.
static char *without_last_slash(const char *url) {
  size_t n = url ? strlen(url) : 0;
  while (n && url[n - 1] == '/') n--;
  char *copy = calloc(1, n + 1);
  if (!copy) abort();
  if (n) memcpy(copy, url, n);
  return copy;
}

// The texts lie beside the folder of pathways: both are what a region may write for itself.
static OfferWording *load_wording(struct arena *a, const char *pathways, const char *name, char *errors,
                                  size_t errors_bytes) {
  char path[4096];
  snprintf(path, sizeof path, "%s/../%s", pathways, name);
  OfferWording *wording = yaml_read_file(a, &offer_wording__descriptor, path, errors, errors_bytes);
  if (!wording) return NULL;
  if (text_complete(wording->en) && text_complete(wording->cy)) return wording;
  snprintf(errors, errors_bytes, "%s: en and cy must each have a subject, and a text with {link} in it", path);
  return NULL;
}

int matching_load(const struct config *config, const void **settings, char *errors, size_t errors_bytes) {
  if (!config->pathways) {
    snprintf(errors, errors_bytes, "ALONGSIDE_PATHWAYS is not set, and beside that folder lies offers.yaml");
    return -1;
  }
  struct matching_settings *s = calloc(1, sizeof *s);
  if (!s) abort();
  arena_init(&s->arena, ARENA_CAP_BYTES);
  s->public_url = without_last_slash(config->public_url);
  s->wording = load_wording(&s->arena, config->pathways, "offers.yaml", errors, errors_bytes);
  if (s->wording) s->sign_in = load_wording(&s->arena, config->pathways, "sign-in-links.yaml", errors, errors_bytes);
  if (s->sign_in) s->bookings = load_wording(&s->arena, config->pathways, "bookings.yaml", errors, errors_bytes);
  char *weights = arena_printf(&s->arena, "%s/../weights", config->pathways);
  char *choices = arena_printf(&s->arena, "%s/../choices.yaml", config->pathways);
  if (s->bookings) s->choices = choice_words_load(&s->arena, choices, errors, errors_bytes);
  if (s->choices) s->weights = weights_load(weights, config->areas, errors, errors_bytes);
  if (!s->weights) {
    matching_settings_free(s);
    return -1;
  }
  *settings = s;
  return 0;
}

void matching_settings_free(const void *settings) {
  struct matching_settings *s = (struct matching_settings *)settings;
  if (!s) return;
  weights_free(s->weights);
  arena_deinit(&s->arena);
  free(s->public_url);
  free(s);
}
