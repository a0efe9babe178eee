// The events of an area: numbered without a gap, of a known type, and readable.
#include "bookings.pb-c.h"
#include "courier.pb-c.h"
#include "envelope.pb-c.h"
#include "intake.pb-c.h"
#include "match_life.pb-c.h"
#include "matching.pb-c.h"
#include "mentoring.pb-c.h"
#include "proposals.pb-c.h"
#include "reminders.pb-c.h"
#include "rights.pb-c.h"
#include "safeguarding.pb-c.h"
#include "verify.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const ProtobufCMessageDescriptor *const types[] = {
    &person_registered__descriptor,
    &person_changed__descriptor,
    &engagement_opened__descriptor,
    &engagement_closed__descriptor,
    &appointment_made__descriptor,
    &appointment_superseded__descriptor,
    &appointment_cancelled__descriptor,
    &session_recorded__descriptor,
    &session_amended__descriptor,
    &mentor_registered__descriptor,
    &mentor_changed__descriptor,
    &mentor_paused__descriptor,
    &mentor_signed_out__descriptor,
    &mentor_resumed__descriptor,
    &offer_made__descriptor,
    &offer_answered__descriptor,
    &match_ended__descriptor,
    &matches_proposed__descriptor,
    &proposal_published__descriptor,
    &fairness_counted__descriptor,
    &match_introduced__descriptor,
    &match_ending__descriptor,
    &match_covered__descriptor,
    &mentor_away__descriptor,
    &feedback_given__descriptor,
    &booking_changed__descriptor,
    &matching_task_opened__descriptor,
    &matching_task_done__descriptor,
    &next_candidate_named__descriptor,
    &mentor_supervised__descriptor,
    &reminder_handed_over__descriptor,
    &reminder_sent__descriptor,
    &reminder_not_sent__descriptor,
    &message_requested__descriptor,
    &message_called_off__descriptor,
    &message_delivered__descriptor,
    &message_dead__descriptor,
    &explanation_recorded__descriptor,
    &note_written__descriptor,
    &note_amended__descriptor,
    &disclosure_raised__descriptor,
    &disclosure_alerted__descriptor,
    &disclosure_acknowledged__descriptor,
    &disclosure_action_recorded__descriptor,
    &disclosure_closed__descriptor,
    &break_glass_opened__descriptor,
    &break_glass_reviewed__descriptor,
    &staff_registered__descriptor,
    &staff_changed__descriptor,
    &rota_changed__descriptor,
    &correction_proposed__descriptor,
    &correction_answered__descriptor,
    &correction_overdue__descriptor,
    &person_erased__descriptor,
    &disposal_ordered__descriptor,
};

static const ProtobufCMessageDescriptor *type_named(const char *name) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (!strcmp(types[i]->short_name, name)) return types[i];
  return NULL;
}

static void verify_event(struct verify *v, uint64_t sequence, const Event *e) {
  const ProtobufCMessageDescriptor *type = type_named(e->type);
  v->n_events++;
  if (!type)
    verify_fault(v, "event %" PRIu64 " is a \"%s\", which is not known here", sequence, e->type);
  else if (!arena_unpack(&v->inner, type, e->body.data, e->body.len))
    verify_fault(v, "event %" PRIu64 ", a %s, cannot be read: its content is damaged", sequence, e->type);
}

// The sequence of the entry's last event. `after`: that of the entry before.
static void verify_entry(struct verify *v, uint64_t after, const struct store_entry *entry) {
  const EventList *list = arena_unpack(&v->inner, &event_list__descriptor, entry->list.data, entry->list.size_bytes);
  if (!list) {
    verify_fault(v, "the events up to %" PRIu64 " cannot be read: their list is damaged", entry->last);
    return;
  }
  uint64_t first = entry->last + 1 - list->n_events;
  if (first > after + 1) verify_fault(v, "events %" PRIu64 " to %" PRIu64 " are missing", after + 1, first - 1);
  if (first < after + 1) verify_fault(v, "events %" PRIu64 " to %" PRIu64 " are there twice", first, after);
  for (size_t i = 0; i < list->n_events; i++) verify_event(v, first + i, list->events[i]);
}

static uint64_t cursor_of(struct verify *v, const char *reader) {
  struct store_value value = {0};
  const char *key = arena_printf(&v->inner, "{%s}:cursor:%s", v->area, reader);
  return sync_read(&v->sync, key, &value, &v->inner) && value.exists ? value.version : 0;
}

static const char *const readers[] = {"reminders", "courier", "matching", "mentoring", "safeguarding"};

// Events that a reader could not handle, and let pass so that those behind them were not held up: what each should have
// caused did not happen.
static void verify_parked(struct verify *v) {
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
    size_t n;
    char **sequences = verify_members(v, &v->inner, arena_printf(&v->inner, "parked-%s", readers[i]), &n);
    for (size_t k = 0; k < n; k++)
      verify_fault(v, "%s could not handle event %llu: see its log, and do by hand what should have followed",
                   readers[i], strtoull(sequences[k], NULL, 10));
  }
}

// How far those who read the events have come: none beyond the last event.
static void verify_cursors(struct verify *v, uint64_t last) {
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
    uint64_t cursor = cursor_of(v, readers[i]);
    if (cursor > last)
      verify_fault(v, "%s has read up to event %" PRIu64 ", and the last is %" PRIu64, readers[i], cursor, last);
  }
  v->reminders_up_to_date = cursor_of(v, "reminders") >= last;
}

void verify_events(struct verify *v) {
  struct store_entry *entries;
  uint64_t last = 0;
  size_t n;
  progress_begin(&v->progress, "events", cursor_of(v, "reminders"));
  do {
    arena_reset(&v->inner);
    if (!sync_events(&v->sync, v->area, last, VERIFY_PAGE / 10, &entries, &n, &v->inner)) {
      v->broken = true;
      return;
    }
    for (size_t i = 0; i < n; i++) {
      verify_entry(v, last, &entries[i]);
      last = entries[i].last;
    }
    progress_at(&v->progress, v->n_events);
  } while (n);
  verify_cursors(v, last);
  verify_parked(v);
  arena_reset(&v->inner);
  progress_end(&v->progress);
}
