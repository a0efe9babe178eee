// For tests of engine and reader: processes of a small service, "desk", on one shared store in memory.
//
// The desk registers people (and asks for a text to be sent where one prefers texts), reads and lists them, counts
// things, and takes a few events. Its rules are as plain as they can be: what is tested is the way, not the decision.
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "actor.h"
#include "change.h"
#include "config.h"
#include "courier.pb-c.h"
#include "engine.h"
#include "intake.pb-c.h"
#include "log.h"
#include "matching.pb-c.h"
#include "records.h"
#include "reminders.pb-c.h"
#include "store_memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW_MS INT64_C(1772445600000)
#define AREA "lon-north"
#define CRN "X123456"
#define MENTOR_BESIDE "7a000000-0000-4000-8000-000000000009"

// What all processes share.
struct town {
  struct memory *truth;
  int64_t now_ms;
  uint8_t moments; // makes each moment's randomness another
  Area area, *areas[1];
  Areas list;
  struct config config;
  struct arena arena;
};

// One process: its engine, and what came out of it.
struct desk {
  struct town *town;
  struct keys keys;
  struct store *store;
  struct engine *engine;
  struct arena arena;    // holds the replies
  const Envelope *reply; // the newest
  unsigned n_replies, n_published, n_performed;
  uint64_t last_published;
  uint8_t list[65536]; // the newest that was published, an EventList
  size_t list_bytes;
  int64_t due_at_ms;
  const char *purpose; // of what is sent to it; NULL: none
};

// --- the desk's decisions

static inline void needs_register(struct records *want, const struct message *m) {
  records_want_absent(want, &person__descriptor, ((const RegisterPerson *)m->body)->person->crn);
}

static inline void ask_for_text(struct change *c, const struct message *m, const Person *p) {
  MessageRequested *e = arena_take(m->arena, sizeof *e);
  message_requested__init(e);
  e->message_id = p->crn;
  e->outgoing = arena_take(m->arena, sizeof *e->outgoing);
  outgoing__init(e->outgoing);
  e->outgoing->to = p->personal->telephone;
  e->outgoing->text = "see you";
  change_publish(c, p->crn, e);
}

static inline struct change decide_register(const struct records *have, const struct message *m) {
  const Person *p = ((const RegisterPerson *)m->body)->person;
  const Person *there = records_get(have, &person__descriptor, p->crn);
  struct change c = change_of(m);
  if (there && strcmp(there->practitioner, p->practitioner))
    return refuse(m, CODE__CONFLICT, NULL, "that CRN is taken");
  change_reply(&c, p->crn, there ? there : p, there ? records_version(have, &person__descriptor, p->crn) : 1);
  c.created = !there;
  if (there) return c;
  PersonRegistered *e = arena_take(m->arena, sizeof *e);
  person_registered__init(e);
  e->crn = p->crn;
  change_write(&c, p->crn, p->crn, p);
  change_index(&c, "people", p->crn);
  change_publish(&c, p->crn, e);
  if (p->preferred_channel == CHANNEL__SMS) ask_for_text(&c, m, p);
  return c;
}

static inline void needs_read(struct records *want, const struct message *m) {
  records_want(want, &person__descriptor, ((const ReadPerson *)m->body)->crn);
}

static inline struct change decide_read(const struct records *have, const struct message *m) {
  const char *crn = ((const ReadPerson *)m->body)->crn;
  const Person *p = records_get(have, &person__descriptor, crn);
  if (!p) return refuse(m, CODE__NOT_FOUND, NULL, "there is none");
  struct change c = change_of(m);
  change_reply(&c, crn, p, records_version(have, &person__descriptor, crn));
  return c;
}

// A glance at a person, which needs neither name nor number; it answers what it could see, in an engagement.
static inline void needs_glance(struct records *want, const struct message *m) {
  records_want_closed(want, &person__descriptor, ((const ListEngagements *)m->body)->crn);
}

static inline struct change decide_glance(const struct records *have, const struct message *m) {
  const char *crn = ((const ListEngagements *)m->body)->crn;
  const Person *p = records_get(have, &person__descriptor, crn);
  struct change c = change_of(m);
  Engagement *seen = arena_take(m->arena, sizeof *seen);
  engagement__init(seen);
  seen->practitioner = p->practitioner;
  seen->purpose = p->personal->given_name;
  seen->closed_why = p->personal->seal ? "sealed" : "open";
  change_reply(&c, crn, seen, 0);
  return c;
}

// ListSessions stands for "count what was asked about this person": it goes through the audit two entries at a time.
static inline void needs_trails(struct records *want, const struct message *m) {
  const ListSessions *cmd = m->body;
  const struct trail *t = records_want_trail(want, cmd->crn, 0, 2);
  while (t && t->more) t = records_want_trail(want, cmd->crn, t->last, 2);
}

static inline struct change decide_trails(const struct records *have, const struct message *m) {
  const ListSessions *cmd = m->body;
  DailyCount *found = arena_take(m->arena, sizeof *found);
  struct change c = change_of(m);
  daily_count__init(found);
  const struct trail *t = records_trail(have, cmd->crn, 0);
  for (found->count = (uint32_t)t->n_entries; t->more; found->count += (uint32_t)t->n_entries)
    t = records_trail(have, cmd->crn, t->last);
  change_reply(&c, cmd->crn, found, 0);
  return c;
}

// CloseEngagement stands for what is never allowed: about the person of that CRN by a rule, about the mentor of that id
// because who sends it is not signed in.
static inline void needs_forbidden(struct records *want, const struct message *m) {
  const char *id = ((const CloseEngagement *)m->body)->id;
  records_want_closed(want, &mentor__descriptor, MENTOR_BESIDE);
  records_want_closed(want, strlen(id) == 7 ? &person__descriptor : &mentor__descriptor, id);
}
static inline struct change decide_forbidden(const struct records *have, const struct message *m) {
  (void)have;
  bool is_person = strlen(((const CloseEngagement *)m->body)->id) == 7;
  return refuse(m, is_person ? CODE__REFUSED_BY_RULE : CODE__UNAUTHENTICATED, NULL, "it is not allowed");
}

static inline void needs_count(struct records *want, const char *name) {
  records_want(want, &daily_count__descriptor, name);
}

static inline struct change count_up(const struct records *have, const struct message *m, const char *name,
                                     const char *day) {
  const DailyCount *before = records_get(have, &daily_count__descriptor, name);
  DailyCount *after = arena_take(m->arena, sizeof *after);
  struct change c = change_of(m);
  daily_count__init(after);
  after->day = (char *)day;
  after->count = before ? before->count + 1 : 1;
  change_write(&c, NULL, name, after);
  change_reply(&c, NULL, after, records_version(have, &daily_count__descriptor, name) + 1);
  return c;
}

// CancelAppointment stands for "count one more under this id"; three are the most, and "panic" rings as it refuses
// more.
static inline void needs_counted(struct records *want, const struct message *m) {
  needs_count(want, ((const CancelAppointment *)m->body)->id);
}
static inline struct change decide_counted(const struct records *have, const struct message *m) {
  const CancelAppointment *cmd = m->body;
  const DailyCount *before = records_get(have, &daily_count__descriptor, cmd->id);
  if (before && before->count >= 3) {
    struct change refused = refuse(m, CODE__REFUSED_BY_RULE, NULL, "three are the most");
    if (!strcmp(cmd->id, "panic")) change_alarm(&refused, "it rings");
    return refused;
  }
  struct change c = count_up(have, m, cmd->id, "");
  PersonChanged *e = arena_take(m->arena, sizeof *e);
  person_changed__init(e);
  change_publish(&c, NULL, e);
  return c;
}

// ReadReminders stands for "show the count": it touches nobody's record.
static inline void needs_shown(struct records *want, const struct message *m) {
  needs_count(want, ((const ReadReminders *)m->body)->appointment_id);
}
static inline struct change decide_shown(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const DailyCount *n = records_get(have, &daily_count__descriptor, ((const ReadReminders *)m->body)->appointment_id);
  if (n) change_reply(&c, NULL, n, 0);
  return c;
}

static inline void needs_registered(struct records *want, const struct message *m) {
  records_want_absent(want, &daily_count__descriptor, ((const PersonRegistered *)m->body)->crn);
}
static inline struct change on_registered(const struct records *have, const struct message *m) {
  return count_up(have, m, ((const PersonRegistered *)m->body)->crn, "");
}

static inline void needs_requested(struct records *want, const struct message *m) {
  needs_count(want, ((const MessageRequested *)m->body)->message_id);
}
static inline struct change on_requested(const struct records *have, const struct message *m) {
  const MessageRequested *e = m->body;
  return count_up(have, m, e->message_id, e->outgoing && !e->outgoing->seal ? e->outgoing->to : "sealed");
}

// MatchIntroduced stands for "count one more, unless it is the second".
static inline void needs_introduced(struct records *want, const struct message *m) {
  needs_count(want, ((const MatchIntroduced *)m->body)->crn);
}
static inline struct change on_introduced(const struct records *have, const struct message *m) {
  const char *crn = ((const MatchIntroduced *)m->body)->crn;
  const DailyCount *before = records_get(have, &daily_count__descriptor, crn);
  return before && before->count == 1 ? change_of(m) : count_up(have, m, crn, "");
}

static inline struct change on_mentor_paused(const struct records *have, const struct message *m) {
  (void)have;
  return refuse(m, CODE__CONFLICT, NULL, "no event of this kind is wanted");
}

// MentorResumed stands for an event that cannot be handled: what it would write names no subject to seal it under.
static inline void needs_unsealable(struct records *want, const struct message *m) {
  (void)m;
  records_want_absent(want, &person__descriptor, "X000000");
}
static inline struct change on_unsealable(const struct records *have, const struct message *m) {
  (void)have;
  struct change c = change_of(m);
  Person *p = arena_take(m->arena, sizeof *p);
  person__init(p);
  p->personal = arena_take(m->arena, sizeof *p->personal);
  personal_details__init(p->personal);
  change_write(&c, NULL, "X000000", p);
  return c;
}

static inline void needs_ring(struct records *want, const struct message *m) {
  needs_count(want, m->timer);
}
static inline struct change on_ring(const struct records *have, const struct message *m) {
  struct change c = count_up(have, m, m->timer, "");
  change_alarm(&c, "it rings");
  if (((const DailyCount *)c.records->body)->count < 2)
    change_set_timer(&c, arena_printf(m->arena, "ring/%s", m->timer), m->now.ms + 1000);
  return c;
}

// The desk's overview: who there is, and their telephones.
struct roll {
  size_t n;
  struct {
    char crn[8], telephone[16];
    uint64_t version;
  } people[1000];
};
static inline void *roll_open(void) {
  return calloc(1, sizeof(struct roll));
}
static inline void roll_put(void *overview, const char *id, const void *record, uint64_t version) {
  struct roll *roll = overview;
  const Person *p = record;
  size_t i = 0;
  while (i < roll->n && strcmp(roll->people[i].crn, id)) i++;
  if (i == roll->n) roll->n++;
  if (version < roll->people[i].version) return;
  roll->people[i].version = version;
  snprintf(roll->people[i].crn, sizeof roll->people[i].crn, "%s", id);
  snprintf(roll->people[i].telephone, sizeof roll->people[i].telephone, "%s", p->personal->telephone);
}
static const struct overview desk_overview = {&person__descriptor, "people", roll_open, roll_put, free};

// ListPeople stands for "how many are on the roll, and the first one's telephone".
static inline struct change decide_roll(const struct records *have, const struct message *m) {
  (void)have;
  const struct roll *roll = m->overview;
  if (!roll) return refuse(m, CODE__UNAVAILABLE, NULL, "the roll has not been read yet");
  struct change c = change_of(m);
  DailyCount *n = arena_take(m->arena, sizeof *n);
  daily_count__init(n);
  n->count = roll->n;
  if (roll->n) n->day = (char *)roll->people[0].telephone;
  change_reply(&c, NULL, n, 0);
  return c;
}

#define DESK_COMMAND(TYPE, NEEDS, DECIDE)                                                                              \
  { .kind = ROW_COMMAND, .body = &TYPE##__descriptor, .needs = NEEDS, .decide = DECIDE }
#define DESK_EVENT(TYPE, NEEDS, DECIDE)                                                                                \
  { .kind = ROW_EVENT, .body = &TYPE##__descriptor, .needs = NEEDS, .decide = DECIDE }

static const struct row desk_rows[] = {
    DESK_COMMAND(register_person, needs_register, decide_register),
    DESK_COMMAND(read_person, needs_read, decide_read),
    DESK_COMMAND(list_people, NULL, decide_roll),
    DESK_COMMAND(list_engagements, needs_glance, decide_glance),
    DESK_COMMAND(close_engagement, needs_forbidden, decide_forbidden),
    DESK_COMMAND(list_sessions, needs_trails, decide_trails),
    DESK_COMMAND(cancel_appointment, needs_counted, decide_counted),
    DESK_COMMAND(read_reminders, needs_shown, decide_shown),
    DESK_EVENT(person_registered, needs_registered, on_registered),
    DESK_EVENT(message_requested, needs_requested, on_requested),
    DESK_EVENT(mentor_paused, NULL, on_mentor_paused),
    DESK_EVENT(match_introduced, needs_introduced, on_introduced),
    DESK_EVENT(mentor_registered, NULL, NULL), // heard, and changes nothing
    DESK_EVENT(mentor_resumed, needs_unsealable, on_unsealable),
    {.kind = ROW_TIMER, .timer = "ring", .needs = needs_ring, .decide = on_ring},
    {0},
};
static const ProtobufCMessageDescriptor *const desk_owns[] = {&person__descriptor, &daily_count__descriptor, NULL};
static const struct service desk_service = {
    .name = "desk", .rows = desk_rows, .owns = desk_owns, .overview = &desk_overview};

// --- the processes

static inline struct town *town_new(void) {
  struct town *t = calloc(1, sizeof *t);
  t->truth = memory_new();
  t->now_ms = NOW_MS;
  area__init(&t->area);
  t->area.id = AREA;
  t->area.time_zone = "Europe/London";
  t->areas[0] = &t->area;
  areas__init(&t->list);
  t->list.n_areas = 1;
  t->list.areas = t->areas;
  t->config.areas = &t->list;
  arena_init(&t->arena, ARENA_CAP_BYTES);
  log_open("test", "error");
  return t;
}

static inline void town_free(struct town *t) {
  memory_free(t->truth);
  arena_deinit(&t->arena);
  free(t);
}

static inline void desk_moment(void *context, struct moment *now) {
  struct desk *d = context;
  now->ms = d->town->now_ms;
  memset(now->random, ++d->town->moments, sizeof now->random);
}

static inline void desk_reply(void *context, const struct bus_route *route, const Envelope *reply) {
  struct desk *d = context;
  (void)route;
  size_t size_bytes = envelope__get_packed_size(reply);
  uint8_t *packed = arena_take(&d->arena, size_bytes + 1);
  envelope__pack(reply, packed);
  d->reply = arena_unpack(&d->arena, &envelope__descriptor, packed, size_bytes);
  d->n_replies++;
}

static inline void desk_publish(void *context, const char *area, uint64_t first, unsigned n, struct bytes list) {
  struct desk *d = context;
  assert_string_equal(area, AREA);
  assert_true(first > 0);
  assert_true(list.size_bytes <= sizeof d->list);
  memcpy(d->list, list.data, list.size_bytes);
  d->list_bytes = list.size_bytes;
  d->last_published = first + n - 1;
  d->n_published += n;
}

static inline void desk_due(void *context, const char *area, int64_t due_at_ms) {
  (void)area;
  ((struct desk *)context)->due_at_ms = due_at_ms;
}

static inline void desk_perform(void *context, const char *area, const ProtobufCMessage *effect) {
  (void)area, (void)effect;
  ((struct desk *)context)->n_performed++;
}

// A process whose keys open contact details, or that opens nothing.
static inline struct desk *desk_new(struct town *t, bool opens) {
  struct desk *d = calloc(1, sizeof *d);
  d->town = t;
  d->keys.has_master[PARTITION__CONTACT] = opens;
  memset(d->keys.master[PARTITION__CONTACT], 7, sizeof d->keys.master[0]);
  d->store = store_memory_open(t->truth, desk_service.name);
  struct engine_host host = {d, desk_moment, desk_reply, desk_publish, desk_due, desk_perform};
  d->engine = engine_new(&desk_service, &t->config, &d->keys, d->store, NULL, NULL, host);
  arena_init(&d->arena, ARENA_CAP_BYTES);
  return d;
}

static inline void desk_free(struct desk *d) {
  engine_free(d->engine);
  store_memory_free(d->store);
  arena_deinit(&d->arena);
  free(d);
}

// One operation of the store, with that fault. False: none waits.
static inline bool desk_step(struct desk *d, enum memory_fault fault) {
  return store_memory_step(d->store, 0, fault);
}
static inline void desk_run(struct desk *d) {
  for (int i = 0; i < 1000 && desk_step(d, MEMORY_FINE); i++) {
  }
  assert_int_equal(store_memory_waiting(d->store), 0);
}

static inline Actor *an_actor(void) {
  static Role roles[] = {ROLE__PRACTITIONER};
  static char *areas[] = {AREA};
  static Actor actor;
  actor__init(&actor);
  actor.id = "N07A123";
  actor.roles = roles;
  actor.n_roles = 1;
  actor.areas = areas;
  actor.n_areas = 1;
  actor.expires_at_ms = NOW_MS + 30000;
  return &actor;
}

// Sends a command; it waits in the store until desk_step() or desk_run().
static inline void desk_send_as(struct desk *d, const void *command, const Actor *actor, bool check_only) {
  static struct bus_route route = {{1}, 1};
  const ProtobufCMessage *m = command;
  Envelope request = ENVELOPE__INIT;
  uint8_t correlation[16] = {++d->town->moments};
  request.type = (char *)m->descriptor->short_name;
  request.area = AREA;
  request.check_only = check_only;
  if (d->purpose) request.purpose = (char *)d->purpose;
  request.correlation_id = (ProtobufCBinaryData){sizeof correlation, correlation};
  request.body.len = protobuf_c_message_get_packed_size(m);
  request.body.data = arena_take(&d->town->arena, request.body.len + 1);
  protobuf_c_message_pack(m, request.body.data);
  engine_request(d->engine, &route, &request, actor);
}
static inline void desk_send(struct desk *d, const void *command) {
  desk_send_as(d, command, an_actor(), false);
}

static inline Code desk_code(const struct desk *d) {
  assert_non_null(d->reply);
  return d->reply->problem ? d->reply->problem->code : CODE__OK;
}
// Sends, runs, and answers the code.
static inline Code desk_ask(struct desk *d, const void *command) {
  unsigned before = d->n_replies;
  desk_send(d, command);
  desk_run(d);
  assert_int_equal(d->n_replies, before + 1);
  return desk_code(d);
}
static inline void *desk_body(struct desk *d, const ProtobufCMessageDescriptor *type) {
  assert_string_equal(d->reply->type, type->short_name);
  return arena_unpack(&d->arena, type, d->reply->body.data, d->reply->body.len);
}

// --- commands

static inline RegisterPerson *a_registration(struct town *t, const char *crn, const char *practitioner, Channel by) {
  RegisterPerson *cmd = arena_take(&t->arena, sizeof *cmd);
  register_person__init(cmd);
  Person *p = cmd->person = arena_take(&t->arena, sizeof *p);
  person__init(p);
  p->crn = (char *)crn;
  p->practitioner = (char *)practitioner;
  p->preferred_channel = by;
  p->personal = arena_take(&t->arena, sizeof *p->personal);
  personal_details__init(p->personal);
  p->personal->given_name = "Canaryname";
  p->personal->telephone = "+447700900123";
  return cmd;
}
static inline ReadPerson *a_reading(struct town *t, const char *crn) {
  ReadPerson *cmd = arena_take(&t->arena, sizeof *cmd);
  read_person__init(cmd);
  cmd->crn = (char *)crn;
  return cmd;
}
static inline ListEngagements *a_glance(struct town *t, const char *crn) {
  ListEngagements *cmd = arena_take(&t->arena, sizeof *cmd);
  list_engagements__init(cmd);
  cmd->crn = (char *)crn;
  return cmd;
}
static inline CancelAppointment *a_count(struct town *t, const char *id) {
  CancelAppointment *cmd = arena_take(&t->arena, sizeof *cmd);
  cancel_appointment__init(cmd);
  cmd->id = (char *)id;
  return cmd;
}

// --- the truth

static inline bool truth_holds(struct town *t, const char *key, const char *text) {
  struct bytes b = memory_record(t->truth, key);
  return b.data && memmem(b.data, b.size_bytes, text, strlen(text));
}
static inline uint64_t truth_version(struct town *t, const char *key) {
  struct bytes b = memory_record(t->truth, key);
  uint64_t version = 0;
  for (size_t i = 0; b.data && i < 8; i++) version = version << 8 | b.data[i];
  return version;
}
// The count under that name, 0 where there is none.
static inline unsigned truth_count(struct town *t, const char *name) {
  struct bytes b = memory_record(t->truth, arena_printf(&t->arena, "{" AREA "}:DailyCount:%s", name));
  if (!b.data) return 0;
  return ((DailyCount *)arena_unpack(&t->arena, &daily_count__descriptor, b.data + 8, b.size_bytes - 8))->count;
}
static inline const DailyCount *truth_daily(struct town *t, const char *name) {
  struct bytes b = memory_record(t->truth, arena_printf(&t->arena, "{" AREA "}:DailyCount:%s", name));
  assert_non_null(b.data);
  return arena_unpack(&t->arena, &daily_count__descriptor, b.data + 8, b.size_bytes - 8);
}
static inline bool truth_in_index(struct town *t, const char *index, const char *member) {
  size_t n;
  bool found = false;
  char **members = memory_page(t->truth, AREA, index, NULL, 1000, &n);
  for (size_t i = 0; i < n; i++) found |= strcmp(members[i], member) == 0;
  free(members);
  return found;
}
static inline size_t truth_entries(struct town *t, const char *stream) {
  size_t n;
  free(memory_entries(t->truth, AREA, stream, 0, 10000, &n));
  return n;
}
