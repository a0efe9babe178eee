// For tests of who may know what: a service, "any", that takes every command of the product's table and shows a record
// of the person or the mentor whom the test is about, through the real engine, on a store in memory.
//
// What it decides is the same for every message: who is not there is not found, and of others it shows four narratives,
// one in each partition. So what a reply holds, and whether there is one, is the engine's doing alone.
#pragma once
#include "engine_world.h"

#include "access.h"
#include "bookings.pb-c.h"
#include "calendar.h"
#include "safeguarding.pb-c.h"

#define ACTOR "N07A123"
#define SOMEBODY "N07A999"

// How the actor stands to the person or the mentor of the test.
enum standing {
  ABSENT, // there is no such person
  UNRELATED,
  OWN,            // the person's practitioner
  GLASS_OPEN,     // somebody else's case, opened a minute ago
  GLASS_TO_COME,  // from the next millisecond on
  GLASS_EXPIRED,  // until this very moment
  MATCHED,        // the actor is the person's mentor
  MATCH_ENDED,    // was
  OFFERED,        // the person was offered to the actor
  COVERS,         // the person has another mentor, whom the actor covers at the moment
  COVERED_BEFORE, // did until this very moment
  MATCHED_BESIDE, // the person has another mentor, whose supervisor the actor is
  HIMSELF,        // the actor is the person
  BOOKED,         // the actor is booked for an appointment of the person's
  BOOKING_OVER,   // was, and somebody has withdrawn it
  STANDINGS
};

static const char *const standing_words[STANDINGS] = {
    "absent",         "unrelated",      "own",         "glass open", "glass to come",
    "glass expired",  "matched",        "match ended", "offered",    "covers",
    "covered before", "matched beside", "self",        "booked",     "booking over"};

// What a test sets before it asks; the decisions below look at it.
static struct {
  enum standing standing;
  bool restricted; // the person's list of restricted readers names the actor
  bool refuses;    // the service refuses whom it finds, with a conflict
  char crn[8], offer[40];
  unsigned n; // of cases so far: each has a person of its own
} scene;

static inline const char *actor_of(enum standing s) {
  return s == HIMSELF ? scene.crn : ACTOR;
}

// A new person, whom nobody has heard of.
static inline void scene_new(enum standing standing, bool restricted) {
  scene.standing = standing;
  scene.restricted = restricted;
  snprintf(scene.crn, sizeof scene.crn, "X%06u", ++scene.n % 1000000);
  snprintf(scene.offer, sizeof scene.offer, "0b6f2a54-58a1-4c54-9d0e-%012u", scene.n);
}

// --- writing the scene: the timer "scene"

static inline char *glass_of_scene(struct arena *a) {
  return arena_printf(a, "%s/%s", scene.crn, actor_of(scene.standing));
}

static inline bool has_offer(enum standing s) {
  return s >= MATCHED && s <= MATCHED_BESIDE;
}

static inline void needs_scene(struct records *want, const struct message *m) {
  records_want(want, &person__descriptor, scene.crn);
  records_want(want, &break_glass__descriptor, glass_of_scene(m->arena));
  records_want(want, &persons_offer__descriptor, scene.crn);
  records_want(want, &offer__descriptor, scene.offer);
  records_want(want, &mentor__descriptor, SOMEBODY);
  records_want(want, &booking__descriptor, scene.offer);
}

static inline void write_glass(struct change *c, const struct message *m) {
  BreakGlass *glass = arena_take(m->arena, sizeof *glass);
  break_glass__init(glass);
  glass->from_ms = NOW_MS + (scene.standing == GLASS_TO_COME ? 1 : -60000);
  glass->until_ms = NOW_MS + (scene.standing == GLASS_EXPIRED ? 0 : 60000);
  change_write(c, scene.crn, glass_of_scene(m->arena), glass);
}

static inline Cover *cover_of_scene(struct arena *a) {
  Cover *cover = arena_take(a, sizeof *cover);
  cover__init(cover);
  cover->mentor_id = ACTOR;
  cover->from = timestamp_of(a, NOW_MS - 60000);
  cover->until = timestamp_of(a, NOW_MS + (scene.standing == COVERS ? 60000 : 0));
  return cover;
}

static inline void write_offer(struct change *c, const struct message *m) {
  Offer *offer = arena_take(m->arena, sizeof *offer);
  offer__init(offer);
  offer->crn = scene.crn;
  offer->id = scene.offer;
  offer->mentor_id = scene.standing >= COVERS ? SOMEBODY : ACTOR;
  offer->state = scene.standing == OFFERED ? OFFER_STATE__OFFERED : OFFER_STATE__ACCEPTED;
  static Google__Protobuf__Timestamp then = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  if (scene.standing == MATCH_ENDED) offer->ended_at = &then;
  if (scene.standing == COVERS || scene.standing == COVERED_BEFORE) offer->cover = cover_of_scene(m->arena);
  change_write(c, scene.crn, scene.offer, offer);
  PersonsOffer *standing = arena_take(m->arena, sizeof *standing);
  persons_offer__init(standing);
  if (scene.standing != MATCH_ENDED) standing->offer_id = scene.offer;
  change_write(c, scene.crn, scene.crn, standing);
}

static inline void write_booking(struct change *c, const struct message *m) {
  Booking *b = arena_take(m->arena, sizeof *b);
  booking__init(b);
  b->id = scene.offer;
  b->crn = scene.crn;
  b->mentor_id = ACTOR;
  b->state = scene.standing == BOOKED ? BOOKING_STATE__BOOKED : BOOKING_STATE__BOOKING_WITHDRAWN;
  change_write(c, scene.crn, scene.offer, b);
}

static inline struct change on_scene(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  (void)have;
  Person *p = arena_take(m->arena, sizeof *p);
  person__init(p);
  p->crn = scene.crn;
  p->practitioner = scene.standing == OWN ? ACTOR : SOMEBODY;
  char **closed_to = arena_take(m->arena, sizeof *closed_to);
  *closed_to = (char *)actor_of(scene.standing);
  p->restricted = closed_to;
  p->n_restricted = scene.restricted;
  change_write(&c, scene.crn, scene.crn, p);
  if (scene.standing >= GLASS_OPEN && scene.standing <= GLASS_EXPIRED) write_glass(&c, m);
  if (has_offer(scene.standing)) write_offer(&c, m);
  if (scene.standing == BOOKED || scene.standing == BOOKING_OVER) write_booking(&c, m);
  Mentor *mentor = arena_take(m->arena, sizeof *mentor);
  mentor__init(mentor);
  mentor->id = SOMEBODY;
  mentor->supervisor = ACTOR;
  if (scene.standing == MATCHED_BESIDE) change_write(&c, SOMEBODY, SOMEBODY, mentor);
  return c;
}

// --- any command

static inline void needs_any(struct records *want, const struct message *m) {
  (void)m;
  records_want_closed(want, &person__descriptor, scene.crn);
  if (scene.standing == OFFERED || scene.standing == MATCH_ENDED) records_want(want, &offer__descriptor, scene.offer);
  records_want(want, &booking__descriptor, scene.offer);
}

static inline struct change decide_any(const struct records *have, const struct message *m) {
  static Narrative narratives[5];
  static Session sessions[5], *list[5];
  static Sessions reply;
  if (!records_get(have, &person__descriptor, scene.crn)) return refuse(m, CODE__NOT_FOUND, "/crn", "there is none");
  if (scene.refuses) return refuse(m, CODE__CONFLICT, NULL, "somebody is there, and this tells so");
  sessions__init(&reply);
  for (int p = 1; p < 5; p++) {
    narrative__init(&narratives[p]);
    narratives[p].partition = (Partition)p;
    session__init(&sessions[p]);
    sessions[p].narrative = &narratives[p];
    list[reply.n_sessions++] = &sessions[p];
  }
  reply.sessions = list;
  struct change c = change_of(m);
  change_reply(&c, scene.crn, &reply, 0);
  return c;
}

// --- the service

enum {
  ANY_ROWS = 192
};
static struct row any_rows[ANY_ROWS];
static const ProtobufCMessageDescriptor *const any_owns[] = {&person__descriptor,
                                                             &break_glass__descriptor,
                                                             &persons_offer__descriptor,
                                                             &offer__descriptor,
                                                             &mentor__descriptor,
                                                             &booking__descriptor,
                                                             NULL};
static const struct service any_service = {.name = "any", .rows = any_rows, .owns = any_owns};

static inline struct desk *any_new(struct town *t) {
  size_t n = 0;
  for (const struct access_row *a = access_table; a->message; a++)
    any_rows[n++] = (struct row){.kind = ROW_COMMAND, .body = a->message, .needs = needs_any, .decide = decide_any};
  assert_true(n < ANY_ROWS - 1);
  any_rows[n] = (struct row){.kind = ROW_TIMER, .timer = "scene", .needs = needs_scene, .decide = on_scene};
  struct desk *d = calloc(1, sizeof *d);
  d->town = t;
  d->store = store_memory_open(t->truth, any_service.name);
  struct engine_host host = {d, desk_moment, desk_reply, desk_publish, desk_due, desk_perform};
  d->engine = engine_new(&any_service, &t->config, &d->keys, d->store, NULL, NULL, host);
  arena_init(&d->arena, ARENA_CAP_BYTES);
  return d;
}

static inline void scene_write(struct desk *d) {
  if (scene.standing == ABSENT) return;
  engine_timer(d->engine, AREA, "scene/x");
  desk_run(d);
}

// Sends that message, empty as it is, as the actor in those roles. Answers the code.
static inline Code any_ask(struct desk *d, const ProtobufCMessageDescriptor *message, roles_t held, bool check_only,
                           const char *only) {
  static char *areas[] = {AREA};
  Role roles[ACCESS_ROLES];
  Actor actor = ACTOR__INIT;
  actor.id = (char *)actor_of(scene.standing);
  if (only) actor.only = (char *)only;
  for (unsigned role = 1; role < ACCESS_ROLES; role++)
    if (held & (1u << role)) roles[actor.n_roles++] = (Role)role;
  actor.roles = roles;
  actor.areas = areas;
  actor.n_areas = 1;
  arena_reset(&d->arena);
  arena_reset(&d->town->arena);
  ProtobufCMessage *body = arena_take(&d->arena, message->sizeof_message);
  message->message_init(body);
  desk_send_as(d, body, &actor, check_only);
  desk_run(d);
  return desk_code(d);
}

// The partitions in which the newest reply shows something, as a set.
static inline unsigned any_shown(struct desk *d) {
  const Sessions *reply = desk_body(d, &sessions__descriptor);
  unsigned shown = 0;
  for (size_t i = 0; i < reply->n_sessions; i++)
    if (reply->sessions[i]->narrative) shown |= 1u << reply->sessions[i]->narrative->partition;
  return shown;
}
