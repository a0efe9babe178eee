#include "invariants.h"
#include "attendance.h"
#include "clients.h"
#include "courier.pb-c.h"
#include "matching.pb-c.h"
#include "outside.h"
#include "proposals.pb-c.h"
#include "reminders.pb-c.h"
#include "safeguarding.pb-c.h"
#include "stories.h"
#include <stdlib.h>
#include <string.h>

// --- looking at the store

// All records of one type, unpacked.
struct all {
  const ProtobufCMessageDescriptor *type;
  struct arena *arena;
  void **items;
  size_t n, cap;
};

static void gather(void *context, const char *name, struct bytes value) {
  struct all *all = context;
  static const char prefix[] = "{" SIM_AREA "}:";
  size_t kind = strlen(all->type->short_name);
  if (strncmp(name, prefix, sizeof prefix - 1) || strncmp(name + sizeof prefix - 1, all->type->short_name, kind) ||
      name[sizeof prefix - 1 + kind] != ':')
    return;
  if (all->n == all->cap) {
    void **more = arena_take(all->arena, (2 * all->cap + 64) * sizeof *more);
    if (all->n) memcpy(more, all->items, all->n * sizeof *more);
    all->cap = 2 * all->cap + 64;
    all->items = more;
  }
  all->items[all->n++] = arena_unpack(all->arena, all->type, value.data + 8, value.size_bytes - 8);
}

static struct all all_of(struct world *w, struct arena *a, const ProtobufCMessageDescriptor *type) {
  struct all all = {.type = type, .arena = a};
  memory_each(w->truth, gather, &all);
  return all;
}

// --- always

static bool stands(const Offer *o) {
  return o->state == OFFER_STATE__OFFERED || (o->state == OFFER_STATE__ACCEPTED && !o->ended_at);
}

static void check_mentor(struct world *w, const Mentor *m, const struct all *offers) {
  unsigned matches = 0;
  for (size_t i = 0; i < offers->n; i++) {
    const Offer *o = offers->items[i];
    matches += strcmp(o->mentor_id, m->id) == 0 && o->state == OFFER_STATE__ACCEPTED && !o->ended_at;
  }
  if (m->places_taken != matches)
    world_fail(w, "mentor %s has %u places taken and %u matches", m->id, m->places_taken, matches);
  if (matches > m->capacity) world_fail(w, "mentor %s has %u matches, and room for %u", m->id, matches, m->capacity);
}

static void check_persons_offers(struct world *w, const struct all *offers, const struct all *standing) {
  for (size_t i = 0; i < offers->n; i++) {
    const Offer *o = offers->items[i], *other;
    if (!stands(o)) continue;
    unsigned n = 0;
    for (size_t j = i + 1; j < offers->n; j++)
      if (stands(other = offers->items[j]) && strcmp(other->crn, o->crn) == 0)
        world_fail(w, "two offers stand for %s", o->crn);
    for (size_t j = 0; j < standing->n; j++) n += strcmp(((PersonsOffer *)standing->items[j])->offer_id, o->id) == 0;
    if (n != 1) world_fail(w, "offer %s stands, and %u people are said to have it", o->id, n);
  }
}

static void check_sessions_held(struct world *w, const Engagement *e, const struct all *sessions) {
  unsigned held = 0;
  for (size_t i = 0; i < sessions->n; i++) {
    const Session *s = sessions->items[i];
    held += strcmp(s->engagement_id, e->id) == 0 && attendance_counts(s->attendance);
  }
  if (held != e->sessions_held)
    world_fail(w, "engagement %s says %u sessions, and %u count", e->id, e->sessions_held, held);
}

static const Delivery *delivery_of(const struct all *deliveries, const char *message_id) {
  for (size_t i = 0; i < deliveries->n; i++) {
    const Delivery *d = deliveries->items[i];
    if (strcmp(d->request->message_id, message_id) == 0) return d;
  }
  return NULL;
}

// Whoever is to be alerted: the courier has it, and what the courier knows of it is known here.
static void check_alert(struct world *w, const DisclosureAlert *alert, const struct all *deliveries) {
  const Delivery *d = delivery_of(deliveries, alert->message_id);
  if (!d)
    world_fail(w, "alert %s was never handed over", alert->message_id);
  else if (d->state == DELIVERY_STATE__DEAD && alert->state != ALERT_STATE__ALERT_DEAD)
    world_fail(w, "alert %s is dead, and nobody has escalated it", alert->message_id);
}

// A disclosure is in the hands of a named human, or the next round of alerts is to come within its time.
static void check_watch(struct world *w, const DisclosureWatch *watch, const struct all *deliveries) {
  if (watch->state != DISCLOSURE_STATE__DISCLOSURE_RAISED) {
    if (!*watch->acknowledged_by) world_fail(w, "disclosure %s is in nobody's hands", watch->id);
    return;
  }
  // Where a process died over the timer, its lease is what is waited for.
  int64_t timer_ms = memory_next_timer(w->truth, SIM_AREA, "safeguarding"), lease_ms = w->now_ms + 31000;
  int64_t latest_ms = watch->next_alert_ms > lease_ms ? watch->next_alert_ms : lease_ms;
  if (timer_ms > latest_ms || watch->next_alert_ms > w->now_ms + 15 * 60 * 1000 + 1000)
    world_fail(w, "disclosure %s waits, and no alert is to come in time", watch->id);
  for (size_t i = 0; i < watch->n_alerts; i++) check_alert(w, watch->alerts[i], deliveries);
}

static void check_watches(struct world *w, struct arena *a) {
  struct all watches = all_of(w, a, &disclosure_watch__descriptor), deliveries = all_of(w, a, &delivery__descriptor);
  for (size_t i = 0; i < watches.n; i++) check_watch(w, watches.items[i], &deliveries);
}

void invariants_always(struct world *w) {
  struct arena a;
  arena_init(&a, 64 << 20);
  struct all offers = all_of(w, &a, &offer__descriptor), mentors = all_of(w, &a, &mentor__descriptor);
  struct all standing = all_of(w, &a, &persons_offer__descriptor);
  struct all engagements = all_of(w, &a, &engagement__descriptor), sessions = all_of(w, &a, &session__descriptor);
  for (size_t i = 0; i < mentors.n; i++) check_mentor(w, mentors.items[i], &offers);
  for (size_t i = 0; i < engagements.n; i++) check_sessions_held(w, engagements.items[i], &sessions);
  check_persons_offers(w, &offers, &standing);
  check_watches(w, &a);
  arena_deinit(&a);
}

// --- at the end: events

// Events that are about one thing happen once for it.
static const char *once_of(struct arena *a, const Event *e) {
#define BY(TYPE, FORMAT, ...)                                                                                          \
  if (strcmp(e->type, TYPE##__descriptor.short_name) == 0) {                                                           \
    const void *body = arena_unpack(a, &TYPE##__descriptor, e->body.data, e->body.len);                                \
    return arena_printf(a, FORMAT, __VA_ARGS__);                                                                       \
  }
  BY(session_recorded, "session recorded %s", ((const SessionRecorded *)body)->id)
  BY(appointment_made, "appointment made %s", ((const AppointmentMade *)body)->id)
  BY(appointment_cancelled, "appointment cancelled %s", ((const AppointmentCancelled *)body)->id)
  BY(appointment_superseded, "appointment superseded %s", ((const AppointmentSuperseded *)body)->id)
  BY(person_registered, "person registered %s", ((const PersonRegistered *)body)->crn)
  BY(offer_made, "offer made %s", ((const OfferMade *)body)->id)
  BY(match_ended, "match ended %s", ((const MatchEnded *)body)->id)
  BY(message_delivered, "message delivered %s", ((const MessageDelivered *)body)->message_id)
  BY(message_requested, "message about %s", ((const MessageRequested *)body)->about)
  BY(reminder_sent, "reminder sent %s/%u", ((const ReminderSent *)body)->appointment_id,
     ((const ReminderSent *)body)->minutes_before)
#undef BY
  return NULL;
}

static int by_text(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

static void check_once(struct world *w, struct arena *a, Event **events, size_t n) {
  const char **names = arena_take(a, (n + 1) * sizeof *names);
  size_t n_names = 0;
  for (size_t i = 0; i < n; i++)
    if ((names[n_names] = once_of(a, events[i]))) n_names++;
  qsort(names, n_names, sizeof *names, by_text);
  for (size_t i = 1; i < n_names; i++)
    if (strcmp(names[i - 1], names[i]) == 0) world_fail(w, "twice: %s", names[i]);
}

static uint64_t check_events(struct world *w, struct arena *a) {
  size_t n_entries, n = 0;
  struct store_entry *entries = memory_entries(w->truth, SIM_AREA, "events", 0, UINT32_MAX, &n_entries);
  uint64_t last = 0;
  size_t most = n_entries ? entries[n_entries - 1].last : 0; // where there is no gap
  Event **events = arena_take(a, (most + 1) * sizeof *events);
  for (size_t i = 0; i < n_entries && !world_failed(w); i++) {
    EventList *list = arena_unpack(a, &event_list__descriptor, entries[i].list.data, entries[i].list.size_bytes);
    if (!list || entries[i].last != last + list->n_events) world_fail(w, "the events have a gap after %d", (int)last);
    last = entries[i].last;
    for (size_t j = 0; list && j < list->n_events && n < most; j++) events[n++] = list->events[j];
  }
  free(entries);
  check_once(w, a, events, n);
  return last;
}

static void check_readers(struct world *w, uint64_t last) {
  for (size_t i = 0; i < NODES; i++)
    if (w->nodes[i].reader && reader_cursor(w->nodes[i].reader) != last)
      world_fail(w, "a reader rests at %d of %d", (int)reader_cursor(w->nodes[i].reader), (int)last);
}

// --- at the end: reminders

static const struct arrival *arrival_of(const struct world *w, const char *message_id) {
  size_t n;
  const struct arrival *arrivals = outside_arrivals(w->outside, &n);
  for (size_t i = 0; i < n; i++)
    if (strcmp(arrivals[i].message_id, message_id) == 0) return &arrivals[i];
  return NULL;
}

static void check_reminder(struct world *w, const ReminderPlan *plan, const Reminder *r) {
  const struct arrival *arrival = *r->message_id ? arrival_of(w, r->message_id) : NULL;
  const char *id = plan->appointment_id;
  if (r->state != REMINDER_STATE__SENT && r->state != REMINDER_STATE__NOT_SENT)
    world_fail(w, "reminder %s/%u ended in state %d", id, r->minutes_before, r->state);
  if (r->state == REMINDER_STATE__SENT && !arrival)
    world_fail(w, "reminder %s/%u was sent and did not arrive", id, r->minutes_before);
  if (r->state == REMINDER_STATE__NOT_SENT && !r->reason)
    world_fail(w, "reminder %s/%u was not sent for no reason", id, r->minutes_before);
  if (arrival && r->state == REMINDER_STATE__NOT_SENT && r->reason != NOT_SENT__DELIVERY_FAILED &&
      r->reason != NOT_SENT__APPOINTMENT_CANCELLED && r->reason != NOT_SENT__APPOINTMENT_SUPERSEDED)
    world_fail(w, "reminder %s/%u was stopped (%d) and arrived", id, r->minutes_before, r->reason);
}

static const ReminderPlan *plan_of(const struct all *plans, const char *id) {
  for (size_t i = 0; i < plans->n; i++)
    if (strcmp(((ReminderPlan *)plans->items[i])->appointment_id, id) == 0) return plans->items[i];
  return NULL;
}

static void check_reminders(struct world *w, struct arena *a) {
  struct all appointments = all_of(w, a, &appointment__descriptor), plans = all_of(w, a, &reminder_plan__descriptor);
  for (size_t i = 0; i < appointments.n; i++) {
    const Appointment *appointment = appointments.items[i];
    const ReminderPlan *plan = plan_of(&plans, appointment->id);
    if (!plan || plan->n_reminders != appointment->n_reminder_minutes)
      world_fail(w, "appointment %s has not the reminders that it should", appointment->id);
    for (size_t j = 0; plan && j < plan->n_reminders; j++) check_reminder(w, plan, plan->reminders[j]);
  }
}

// What one reminder or offer is about arrived under one key, however often it was tried.
static void check_arrivals(struct world *w) {
  size_t n;
  const struct arrival *arrivals = outside_arrivals(w->outside, &n);
  for (size_t i = 0; i < n; i++)
    for (size_t j = i + 1; j < n; j++)
      if (strcmp(arrivals[i].about, arrivals[j].about) == 0)
        world_fail(w, "two messages arrived about %s", arrivals[i].about);
}

static void check_deliveries(struct world *w, struct arena *a) {
  struct all deliveries = all_of(w, a, &delivery__descriptor);
  for (size_t i = 0; i < deliveries.n; i++) {
    const Delivery *d = deliveries.items[i];
    if (d->state == DELIVERY_STATE__PENDING) world_fail(w, "message %s is pending for ever", d->request->message_id);
    if (d->request->outgoing) world_fail(w, "message %s keeps its text for ever", d->request->message_id);
    if (d->state == DELIVERY_STATE__DELIVERED && !arrival_of(w, d->request->message_id))
      world_fail(w, "message %s was delivered and did not arrive", d->request->message_id);
  }
}

static void check_offers(struct world *w, struct arena *a) {
  struct all offers = all_of(w, a, &offer__descriptor);
  for (size_t i = 0; i < offers.n; i++)
    if (((Offer *)offers.items[i])->state == OFFER_STATE__OFFERED)
      world_fail(w, "offer %s stays open for ever", ((Offer *)offers.items[i])->id);
}

// --- at the end: the waiting list

static const void *of_person(const struct all *all, const char *crn) {
  for (size_t i = 0; i < all->n; i++) {
    const ProtobufCMessage *m = all->items[i];
    const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(m->descriptor, "crn");
    if (!strcmp(*(char *const *)((const char *)m + f->offset), crn)) return m;
  }
  return NULL;
}

static bool has_standing(const struct all *offers, const char *crn) {
  for (size_t i = 0; i < offers->n; i++)
    if (!strcmp(((Offer *)offers->items[i])->crn, crn) && stands(offers->items[i])) return true;
  return false;
}

static bool is_in_index(struct world *w, const char *index, const char *crn) {
  size_t n;
  bool found = false;
  char **members = memory_page(w->truth, SIM_AREA, index, NULL, 1000, &n);
  for (size_t i = 0; i < n; i++) found |= strstr(members[i], crn) != NULL;
  free(members);
  return found;
}

// Whatever was lost, doubled or late on the way: who wants a mentor and has none is on the list, and nobody else.
static void check_waiting(struct world *w, struct arena *a) {
  struct all people = all_of(w, a, &person__descriptor), offers = all_of(w, a, &offer__descriptor);
  struct all places = all_of(w, a, &waiting_person__descriptor);
  for (size_t i = 0; i < people.n; i++) {
    const Person *p = people.items[i];
    const WaitingPerson *place = of_person(&places, p->crn);
    bool waits = p->mentoring && p->mentoring->wanted && !has_standing(&offers, p->crn);
    if (waits != (place && place->waits)) world_fail(w, "%s waits: %d, and the list says otherwise", p->crn, waits);
    if (waits != is_in_index(w, "waiting", p->crn)) world_fail(w, "%s waits: %d, and the index differs", p->crn, waits);
  }
}

// An offer that a proposal says it made is there, and is the person's; none is still on its way.
static void check_proposals(struct world *w, struct arena *a) {
  struct all proposals = all_of(w, a, &proposal__descriptor), pairs = all_of(w, a, &proposed_pair__descriptor);
  struct all offers = all_of(w, a, &offer__descriptor);
  for (size_t i = 0; i < proposals.n; i++)
    if (((Proposal *)proposals.items[i])->state == PROPOSAL_STATE__PUBLISHING)
      world_fail(w, "proposal %s is being published for ever", ((Proposal *)proposals.items[i])->id);
  for (size_t i = 0; i < pairs.n; i++) {
    const ProposedPair *pair = pairs.items[i];
    bool found = pair->state != PAIR_STATE__PAIR_OFFERED;
    for (size_t j = 0; j < offers.n && !found; j++)
      found = !strcmp(((Offer *)offers.items[j])->id, pair->offer_id) &&
              !strcmp(((Offer *)offers.items[j])->crn, pair->crn);
    if (!found) world_fail(w, "the offer to %s is said to be made, and is not there", pair->crn);
  }
}

// --- at the end: trust

static void check_audit(struct world *w, struct arena *a) {
  size_t n_entries, n_wishes = clients_count(w->clients);
  struct store_entry *entries = memory_entries(w->truth, SIM_AREA, "audit", 0, UINT32_MAX, &n_entries);
  bool *seen = arena_take(a, (n_wishes + 1) * sizeof *seen);
  for (size_t i = 0; i < n_entries; i++) {
    AuditList *list = arena_unpack(a, &audit_list__descriptor, entries[i].list.data, entries[i].list.size_bytes);
    for (size_t j = 0; list && j < list->n_entries; j++) {
      const ProtobufCBinaryData id = list->entries[j]->correlation_id;
      for (size_t k = 0; id.len == 16 && k < n_wishes; k++)
        seen[k] |=
            memcmp(clients_wish(w->clients, k)->audited, id.data, sizeof clients_wish(w->clients, k)->audited) == 0;
    }
  }
  for (size_t k = 0; k < n_wishes; k++)
    if (clients_wish(w->clients, k)->code == CODE__OK && !seen[k])
      world_fail(w, "%s was answered and is not in the audit", clients_wish(w->clients, k)->type);
  free(entries);
}

static void check_secrets(void *context, const char *name, struct bytes value) {
  static const char *const secrets[] = {SIM_CANARY, "44770090", "1632960"};
  struct world *w = context;
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
    if (strstr(name, secrets[i]) ||
        (value.size_bytes && memmem(value.data, value.size_bytes, secrets[i], strlen(secrets[i]))))
      world_fail(w, "%s holds something confidential in clear", name);
}

static void check_streams(struct world *w) {
  static const char *const streams[] = {"events", "audit"};
  for (size_t s = 0; s < 2; s++) {
    size_t n;
    struct store_entry *entries = memory_entries(w->truth, SIM_AREA, streams[s], 0, UINT32_MAX, &n);
    for (size_t i = 0; i < n; i++) check_secrets(w, streams[s], entries[i].list);
    free(entries);
  }
}

static void check_nothing_parked(struct world *w) {
  static const char *const indexes[] = {"parked-reminders", "parked-courier", "parked-safeguarding", "parked-matching"};
  for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
    size_t n;
    free(memory_page(w->truth, SIM_AREA, indexes[i], NULL, 10, &n));
    if (n) world_fail(w, "an event was parked in %s", indexes[i]);
  }
}

void invariants_at_the_end(struct world *w) {
  struct arena a;
  arena_init(&a, 256 << 20);
  check_readers(w, check_events(w, &a));
  check_reminders(w, &a);
  check_arrivals(w);
  check_deliveries(w, &a);
  check_offers(w, &a);
  check_waiting(w, &a);
  check_proposals(w, &a);
  check_audit(w, &a);
  memory_each(w->truth, check_secrets, w);
  check_streams(w);
  check_nothing_parked(w);
  arena_deinit(&a);
}
