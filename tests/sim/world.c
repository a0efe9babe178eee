#include "world.h"
#include "clients.h"
#include "courier.h"
#include "intake.h"
#include "log.h"
#include "matching.h"
#include "outside.h"
#include "pathways.h"
#include "reminders.h"
#include "safeguarding.h"
#include "wording.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  TICK_MS = 1000,
  CLAIM_EVERY_MS = 200,
  LEASE_MS = 30000,
  CLAIM_LIMIT = 256,
  DELAY_MS = 40,        // of most packets, at most
  LONG_DELAY_MS = 4000, // of some
  RESTART_MS = 15000,
  STEPS = 400000, // more than any run needs to come to rest
  TIMERS = 4000,  // more than there are once nothing new is asked for
};

static const struct service *const services[PLACES] = {&intake, &reminders, &matching, &courier, &safeguarding};
static const void *settings[PLACES];

// --- what all worlds share

static struct config config_of(Areas *areas) {
  return (struct config){.name = "sim",
                         .pathways = "config/pathways",
                         .public_url = "http://127.0.0.1:8080",
                         .areas_file = "sim",
                         .areas = areas};
}

static void area_of(Area *a) {
  area__init(a);
  a->id = SIM_AREA;
  a->name = "Sim";
  a->time_zone = "Europe/London";
  a->quiet_from = "21:00";
  a->quiet_until = "08:00";
  a->messages_per_day = 3;
  a->offer_hours = 48;
  a->reply_telephone = "+441632960000";
}

void world_prepare(void) {
  Area area, *list[] = {&area};
  Areas areas = AREAS__INIT;
  char errors[1024] = "";
  area_of(&area);
  areas.n_areas = 1;
  areas.areas = list;
  struct config config = config_of(&areas);
  log_open("sim", "error");
  for (enum place p = 0; p < PLACES; p++) {
    if (!services[p]->load || !services[p]->load(&config, &settings[p], errors, sizeof errors)) continue;
    fprintf(stderr, "%s: %s\n", services[p]->name, errors);
    exit(1);
  }
}

void world_forget(void) {
  pathways_free((struct pathways *)settings[INTAKE]);
  wording_free((struct wording *)settings[REMINDERS]);
  matching_settings_free(settings[MATCHING]);
  safeguarding_settings_free(settings[SAFEGUARDING]);
}

static enum memory_fault no_fault(struct world *w) {
  (void)w;
  return MEMORY_FINE;
}
static unsigned one_copy(struct world *w) {
  (void)w;
  return 1;
}
static enum fortune taken(struct world *w) {
  (void)w;
  return TAKEN;
}
static bool no_crash(struct world *w) {
  (void)w;
  return false;
}
const struct weather fine_weather = {no_fault, one_copy, taken, no_crash, NULL};

// --- packets

static void send_packet(struct world *w, struct packet p, int64_t after_ms) {
  for (unsigned n = w->weather.copies(w); n > 0; n--) {
    if (w->n_packets == PACKETS) {
      world_fail(w, "more packets are under way than there is room for");
      return;
    }
    struct packet copy = p;
    copy.at_ms = w->now_ms + after_ms + dice_between(&w->dice, 0, dice_chance(&w->dice, 20) ? LONG_DELAY_MS : DELAY_MS);
    copy.bytes = malloc(p.size_bytes + 1);
    if (p.size_bytes) memcpy(copy.bytes, p.bytes, p.size_bytes);
    w->packets[w->n_packets++] = copy;
  }
}

void world_request(struct world *w, enum place place, const uint8_t *bytes, size_t size_bytes) {
  unsigned node = place * REPLICAS;
  if (w->nodes[node + 1].used && dice_chance(&w->dice, 500)) node++;
  send_packet(w, (struct packet){.kind = TO_SERVICE, .node = node, .bytes = (uint8_t *)bytes, .size_bytes = size_bytes},
              0);
}

void world_outcome(struct world *w, const struct node *to, const uint8_t *bytes, size_t size_bytes, int64_t after_ms) {
  struct packet p = {.kind = TO_COURIER,
                     .node = (unsigned)(to - w->nodes),
                     .generation = to->generation,
                     .bytes = (uint8_t *)bytes,
                     .size_bytes = size_bytes};
  p.at_ms = w->now_ms + after_ms; // inside the process: not a packet that the network could lose
  if (w->n_packets == PACKETS) return;
  p.bytes = malloc(size_bytes + 1);
  memcpy(p.bytes, bytes, size_bytes);
  w->packets[w->n_packets++] = p;
}

static bool has_rows(enum place place, enum row_kind kind) {
  for (const struct row *r = services[place]->rows; r->body || r->timer; r++)
    if (r->kind == kind) return true;
  return false;
}

static void publish(struct node *from, uint64_t last, struct bytes list) {
  struct world *w = from->world;
  struct packet p = {.kind = TO_READER, .last = last, .bytes = (uint8_t *)list.data, .size_bytes = list.size_bytes};
  for (p.node = 0; p.node < NODES; p.node++) {
    const struct node *to = &w->nodes[p.node];
    if (to->used && has_rows(to->place, ROW_EVENT)) send_packet(w, p, 0);
  }
}

// --- what an engine needs of its host

static void host_moment(void *context, struct moment *now) {
  struct node *n = context;
  now->ms = n->world->now_ms + n->skew_ms;
  dice_bytes(&n->world->dice, now->random, sizeof now->random);
}

static void host_reply(void *context, const struct bus_route *route, const Envelope *reply) {
  struct node *n = context;
  (void)route;
  if (!n->alive) return;
  size_t size_bytes = envelope__get_packed_size(reply);
  uint8_t *bytes = malloc(size_bytes + 1);
  envelope__pack(reply, bytes);
  send_packet(n->world, (struct packet){.kind = TO_CLIENT, .bytes = bytes, .size_bytes = size_bytes}, 0);
  free(bytes);
}

static void host_publish(void *context, const char *area, uint64_t first, unsigned n, struct bytes list) {
  struct node *node = context;
  (void)area;
  if (!node->alive) return;
  if (!first) world_fail(node->world, "%s published what was never committed", services[node->place]->name);
  if (first + n - 1 > node->published) node->published = first + n - 1;
  publish(node, first + n - 1, list);
}

static void host_due(void *context, const char *area, int64_t due_at_ms) {
  struct node *n = context;
  (void)area;
  if (due_at_ms < n->claim_ms) n->claim_ms = due_at_ms > n->world->now_ms ? due_at_ms : n->world->now_ms;
}

static void host_perform(void *context, const char *area, const ProtobufCMessage *effect) {
  struct node *n = context;
  (void)area;
  if (n->alive) outside_attempt(n->world, n, (const Delivery *)effect);
}

// --- processes

static void start(struct node *n) {
  struct world *w = n->world;
  struct engine_host host = {n, host_moment, host_reply, host_publish, host_due, host_perform};
  n->alive = true;
  n->claiming = false;
  n->published = 0;
  n->store = store_memory_open(w->truth, services[n->place]->name);
  n->engine = engine_new(services[n->place], &w->config, &n->keys, n->store, NULL, settings[n->place], host);
  if (has_rows(n->place, ROW_EVENT))
    n->reader = reader_new(n->engine, n->store, NULL, SIM_AREA, services[n->place]->name);
  n->tick_ms = w->now_ms + dice_between(&w->dice, 0, TICK_MS);
  n->claim_ms = w->now_ms + dice_between(&w->dice, 0, CLAIM_EVERY_MS);
}

static void on_closed(void *context) {
  ((struct node *)context)->store = NULL;
}

// Whatever it was at ends here: nothing that waited in its store is carried out, and nothing that it would say is said.
static void stop(struct node *n) {
  n->alive = false;
  n->generation++;
  n->store->ops->close(n->store, on_closed, n);
  store_memory_step(n->store, 0, MEMORY_FINE);
  reader_free(n->reader);
  n->reader = NULL;
  engine_free(n->engine);
}

static void on_claimed(void *context, enum store_result result, char **names, size_t n_names) {
  struct node *n = context;
  n->claiming = false;
  if (result != STORE_DONE || !n->alive) return;
  for (size_t i = 0; i < n_names; i++) engine_timer(n->engine, SIM_AREA, names[i]);
}

static bool is_ready(const struct node *n) {
  return n->store->ops->ready(n->store);
}

static void claim(struct node *n) {
  struct world *w = n->world;
  n->claim_ms = w->now_ms + CLAIM_EVERY_MS;
  if (!has_rows(n->place, ROW_TIMER) || n->claiming || !is_ready(n)) return;
  n->claiming = true;
  n->store->ops->claim(n->store, SIM_AREA, services[n->place]->name, w->now_ms + n->skew_ms, LEASE_MS, CLAIM_LIMIT,
                       on_claimed, n);
}

static void tick(struct node *n) {
  n->tick_ms = n->world->now_ms + TICK_MS;
  if (n->unready_until_ms <= n->world->now_ms) store_memory_set_ready(n->store, true);
  if (n->reader) reader_tick(n->reader);
  engine_tick(n->engine, n->world->now_ms);
  uint64_t heard = n->reader ? reader_latest(n->reader) : 0, latest = heard > n->published ? heard : n->published;
  if (latest) publish(n, latest, (struct bytes){NULL, 0});
}

static void crash_somebody(struct world *w) {
  struct node *n = &w->nodes[dice_between(&w->dice, 0, NODES - 1)];
  if (!n->used || !n->alive) return;
  if (dice_chance(&w->dice, 250)) { // only its connection to the store is lost for a while
    store_memory_set_ready(n->store, false);
    n->unready_until_ms = w->now_ms + dice_between(&w->dice, 0, RESTART_MS);
    return;
  }
  stop(n);
  n->restart_ms = w->now_ms + dice_between(&w->dice, 0, RESTART_MS);
}

// --- what comes next

static void deliver(struct world *w, size_t i) {
  struct packet p = w->packets[i];
  w->packets[i] = w->packets[--w->n_packets];
  struct node *n = &w->nodes[p.node];
  if (p.kind == TO_CLIENT)
    clients_hear(w, p.bytes, p.size_bytes);
  else if (p.kind == TO_SERVICE && n->alive)
    clients_arrive(w, n->engine, p.bytes, p.size_bytes);
  else if (p.kind == TO_READER && n->alive)
    reader_hear(n->reader, p.last, p.bytes, p.size_bytes);
  else if (p.kind == TO_COURIER && n->alive && n->generation == p.generation)
    outside_answer(n->engine, p.bytes, p.size_bytes);
  free(p.bytes);
}

// One thing that can happen at this moment. False: there is none.
static bool step(struct world *w) {
  size_t choices[NODES + PACKETS], n = 0;
  for (size_t i = 0; i < NODES; i++)
    if (w->nodes[i].used && w->nodes[i].alive && store_memory_waiting(w->nodes[i].store)) choices[n++] = i;
  for (size_t i = 0; i < w->n_packets; i++)
    if (w->packets[i].at_ms <= w->now_ms) choices[n++] = NODES + i;
  if (!n) return false;
  size_t choice = choices[dice_next(&w->dice) % n];
  if (choice >= NODES)
    deliver(w, choice - NODES);
  else
    store_memory_step(w->nodes[choice].store, dice_next(&w->dice), w->weather.store(w));
  if (w->weather.crash(w)) crash_somebody(w);
  return true;
}

static void earlier(int64_t *a, int64_t b) {
  if (b < *a) *a = b;
}

int64_t world_next_timer(const struct world *w) {
  int64_t next = INT64_MAX;
  for (enum place p = 0; p < PLACES; p++) earlier(&next, memory_next_timer(w->truth, SIM_AREA, services[p]->name));
  return next;
}

static bool behind(const struct world *w, const struct node *n) {
  size_t more;
  free(memory_entries(w->truth, SIM_AREA, "events", reader_cursor(n->reader), 1, &more));
  return more > 0;
}

static bool at_rest(const struct world *w) {
  if (w->n_packets || clients_waiting(w->clients) || world_next_timer(w) <= w->now_ms + 2 * TICK_MS) return false;
  for (size_t i = 0; i < NODES; i++) {
    const struct node *n = &w->nodes[i];
    if (!n->used) continue;
    if (!n->alive || !is_ready(n) || n->claiming || store_memory_waiting(n->store)) return false;
    if (n->reader && behind(w, n)) return false;
  }
  return true;
}

// Moves the clock to the next moment at which something is to be done, and does what processes do by the clock.
static void move_on(struct world *w) {
  int64_t next = clients_next_ms(w->clients);
  for (size_t i = 0; i < w->n_packets; i++) earlier(&next, w->packets[i].at_ms);
  for (size_t i = 0; i < NODES; i++) {
    struct node *n = &w->nodes[i];
    if (!n->used) continue;
    earlier(&next, n->alive ? (n->tick_ms < n->claim_ms ? n->tick_ms : n->claim_ms) : n->restart_ms);
  }
  if (next > w->now_ms) w->now_ms = next;
  for (size_t i = 0; i < NODES; i++) {
    struct node *n = &w->nodes[i];
    if (n->used && !n->alive && n->restart_ms <= w->now_ms) start(n);
    if (n->used && n->alive && n->tick_ms <= w->now_ms) tick(n);
    if (n->used && n->alive && n->claim_ms <= w->now_ms) claim(n);
  }
  clients_go(w);
}

void world_settle(struct world *w) {
  for (uint64_t i = 0; !world_failed(w); i++) {
    w->steps++;
    if (step(w)) continue;
    if (at_rest(w)) return;
    move_on(w);
    if (i > STEPS) world_fail(w, "it does not come to rest");
  }
}

void world_run_out(struct world *w) {
  for (int i = 0; i < TIMERS && !world_failed(w); i++) {
    world_settle(w);
    int64_t next = world_next_timer(w);
    if (next == INT64_MAX) return;
    if (next > w->now_ms) w->now_ms = next;
  }
  world_fail(w, "timers come and come");
}

void world_heal(struct world *w) {
  w->weather = fine_weather;
  for (size_t i = 0; i < NODES; i++) {
    w->nodes[i].restart_ms = w->now_ms;
    w->nodes[i].unready_until_ms = 0;
  }
}

// --- beginning and end

void world_fail(struct world *w, const char *format, ...) {
  if (*w->failure) return;
  va_list args;
  va_start(args, format);
  vsnprintf(w->failure, sizeof w->failure, format, args);
  va_end(args);
}

bool world_failed(const struct world *w) {
  return *w->failure;
}

struct world *world_new(uint64_t seed, bool replicas, struct weather weather) {
  static const uint8_t opens[PLACES][KEYS_PARTITIONS] = {[INTAKE] = {0, 1, 1, 1, 1},
                                                         [REMINDERS] = {0, 1},
                                                         [MATCHING] = {0, 1},
                                                         [COURIER] = {0, 1},
                                                         [SAFEGUARDING] = {0, 1, 0, 0, 1}};
  struct world *w = calloc(1, sizeof *w);
  w->dice.state = seed;
  dice_for_sodium(&w->dice);
  w->weather = weather;
  w->truth = memory_new();
  w->now_ms = SIM_START_MS;
  area_of(&w->area);
  w->area_list[0] = &w->area;
  areas__init(&w->areas);
  w->areas.n_areas = 1;
  w->areas.areas = w->area_list;
  w->config = config_of(&w->areas);
  w->clients = clients_new();
  w->outside = outside_new();
  for (unsigned i = 0; i < NODES; i++) {
    struct node *n = &w->nodes[i];
    n->world = w;
    n->place = i / REPLICAS;
    n->used = i % REPLICAS == 0 || (replicas && dice_chance(&w->dice, 600));
    n->skew_ms = replicas ? dice_between(&w->dice, -500, 500) : 0;
    for (int p = 1; p < KEYS_PARTITIONS; p++) {
      n->keys.has_master[p] = opens[n->place][p];
      memset(n->keys.master[p], p, sizeof n->keys.master[p]);
    }
    if (n->used) start(n);
  }
  return w;
}

void world_free(struct world *w) {
  for (unsigned i = 0; i < NODES; i++)
    if (w->nodes[i].used && w->nodes[i].alive) stop(&w->nodes[i]);
  for (size_t i = 0; i < w->n_packets; i++) free(w->packets[i].bytes);
  clients_free(w->clients);
  outside_free(w->outside);
  memory_free(w->truth);
  free(w);
}
