#include "actor.h"
#include "destroyed.h"
#include "job.h"
#include "log.h"
#include "model.h"
#include "text.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
  RECORD_CACHE_BYTES = 12 << 20,
  KEY_CACHE_BYTES = 4 << 20,
  JOBS_KEPT = 512,           // jobs whose first arena chunk stays warm
  JOB_CAP_BYTES = 128 << 20, // what a message may read and decide; its own body is held to ARENA_CAP_BYTES
};

// By the place of the row in the service's table. A command that the table of access does not know is a fault of ours:
// such a service does not start.
static const struct access_row **access_of(const struct service *service) {
  size_t n = 0;
  while (service->rows[n].body || service->rows[n].timer) n++;
  const struct access_row **access = calloc(n + 1, sizeof *access);
  if (!access) abort();
  for (size_t i = 0; i < n; i++) {
    if (service->rows[i].kind != ROW_COMMAND) continue;
    access[i] = access_find(service->rows[i].body);
    assert(access[i] && "each command has its row in services/access.c");
  }
  return access;
}

struct engine *engine_new(const struct service *service, const struct config *config, const struct keys *keys,
                          struct store *store, struct model *model, const void *settings, struct engine_host host) {
  struct engine *e = calloc(1, sizeof *e);
  *e = (struct engine){.service = service,
                       .access = access_of(service),
                       .config = config,
                       .keys = keys,
                       .store = store,
                       .model = model,
                       .settings = settings,
                       .host = host,
                       .records = cache_new(RECORD_CACHE_BYTES),
                       .data_keys = cache_new(KEY_CACHE_BYTES),
                       .overviews = overviews_new(service->overview, config->areas->n_areas)};
  return e;
}

void engine_free(struct engine *e) {
  if (!e) return;
  assert(e->in_flight == 0);
  for (struct job *j; (j = e->free);) {
    e->free = j->next_free;
    arena_deinit(&j->arena);
    free(j);
  }
  cache_free(e->records);
  cache_free(e->data_keys);
  overviews_free(e->overviews);
  free(e->access);
  free(e);
}

void engine_forget_keys(struct engine *e) {
  cache_clear(e->data_keys);
}

unsigned engine_in_flight(const struct engine *e) {
  return e->in_flight;
}

// The row of jobs that fill an overview. Nobody sent them, so they are not counted among messages.
static const struct row filling = {.kind = ROW_TIMER};

static struct job *job_new(struct engine *e, const struct row *row, const char *type, const Area *area) {
  struct job *j = e->free;
  if (j) {
    e->free = j->next_free;
    e->n_free--;
    struct arena arena = j->arena;
    memset(j, 0, sizeof *j);
    j->arena = arena;
    j->arena.allocator.allocator_data = &j->arena;
  } else {
    j = calloc(1, sizeof *j);
    arena_init(&j->arena, ARENA_CAP_BYTES);
  }
  j->arena.cap_bytes = ARENA_CAP_BYTES;
  j->engine = e;
  j->row = row;
  e->in_flight++;
  e->handled += row != &filling;
  e->host.moment(e->host.context, &j->m.now);
  destroyed_refresh(e->keys->destroyed, j->m.now.ms);
  j->m.type = arena_text(&j->arena, type);
  j->m.area = area;
  j->m.settings = e->settings;
  j->m.overview = overviews_look(e, area);
  j->m.access = row->kind == ROW_COMMAND ? e->access[row - e->service->rows] : NULL;
  j->m.arena = &j->arena;
  records_init(&j->rs, &j->arena);
  return j;
}

static void job_free(struct job *j) {
  struct engine *e = j->engine;
  e->in_flight--;
  if (e->n_free >= JOBS_KEPT) {
    arena_deinit(&j->arena);
    free(j);
    return;
  }
  arena_reset(&j->arena);
  j->next_free = e->free;
  e->free = j;
  e->n_free++;
}

static void set_correlation(struct job *j, ProtobufCBinaryData id) {
  j->correlation_bytes = id.len < sizeof j->correlation ? id.len : sizeof j->correlation;
  if (j->correlation_bytes) memcpy(j->correlation, id.data, j->correlation_bytes);
}

static void reply(struct engine *e, const struct bus_route *route, Envelope *out) {
  e->host.reply(e->host.context, route, out);
}

// Answers a request that did not become a job.
static void reject(struct engine *e, const struct bus_route *route, const Envelope *request, Code code,
                   const char *why) {
  Envelope out = ENVELOPE__INIT;
  Problem problem = PROBLEM__INIT;
  problem.code = code;
  problem.why = (char *)why;
  problem.retry_after_s = code == CODE__UNAVAILABLE;
  out.correlation_id = request->correlation_id;
  out.problem = &problem;
  e->refused++;
  reply(e, route, &out);
}

static void finish(struct job *j, enum engine_result result, Code code, const char *why) {
  struct engine *e = j->engine;
  if (j->row->kind == ROW_COMMAND) {
    Problem problem = PROBLEM__INIT;
    Envelope out = ENVELOPE__INIT;
    out.correlation_id = (ProtobufCBinaryData){j->correlation_bytes, j->correlation};
    out.problem = &problem;
    problem.code = code;
    problem.why = (char *)why;
    problem.retry_after_s = code == CODE__UNAVAILABLE;
    reply(e, &j->route, &out);
  }
  if (j->done) j->done(j->done_context, result);
  if (j->row == &filling) overviews_stop(j);
  job_free(j);
}

static void unavailable(struct job *j, const char *why) {
  j->engine->unavailable++;
  finish(j, ENGINE_UNAVAILABLE, CODE__UNAVAILABLE, why);
}

static void restart(struct job *j);

// Nothing is given up on the word of the cache.
static void broken(struct job *j, const char *what) {
  if (j->guessed) {
    restart(j);
    return;
  }
  j->engine->broken++;
  log_line(LOG_ERROR, what, "area", j->m.area->id, "type", j->m.type, NULL);
  finish(j, ENGINE_BROKEN, CODE__INTERNAL, "this is a fault of ours; it is in the log under the correlation id");
}

static void reply_change(struct job *j) {
  struct change *c = &j->change;
  Envelope out = ENVELOPE__INIT;
  out.correlation_id = (ProtobufCBinaryData){j->correlation_bytes, j->correlation};
  out.problem = c->problem;
  out.version = c->version;
  out.created = c->created;
  if (!c->problem && c->reply) {
    seal_take_out((ProtobufCMessage *)c->reply, j->shown); // everything that was to be written has been packed
    out.type = (char *)c->reply->descriptor->short_name;
    out.body.len = protobuf_c_message_get_packed_size(c->reply);
    out.body.data = arena_take(&j->arena, out.body.len + 1);
    protobuf_c_message_pack(c->reply, out.body.data);
  }
  reply(j->engine, &j->route, &out);
}

static void raise_alarm(struct job *j) {
  struct engine *e = j->engine;
  e->alarms++;
  e->alarm = j->change.alarm;
  e->alarm_at_ms = j->m.now.ms;
  log_line(LOG_ERROR, "alarm", "area", j->m.area->id, "type", j->m.type, "why", j->change.alarm, NULL);
}

const char *engine_alarm(const struct engine *e, int64_t now_ms) {
  return e->alarm && now_ms - e->alarm_at_ms < ENGINE_ALARM_MS ? e->alarm : "";
}

// What follows from a change that is committed, or needs no commit.
static void conclude(struct job *j) {
  struct engine *e = j->engine;
  if (j->change.alarm) raise_alarm(j);
  if (j->row->kind == ROW_COMMAND) reply_change(j);
  if (j->commit.n_events)
    e->host.publish(e->host.context, j->m.area->id, j->commit.first_sequence, j->commit.n_events, j->commit.events);
  for (struct change_timer *t = j->change.timers; t; t = t->next)
    if (t->due_at_ms) e->host.due(e->host.context, j->m.area->id, t->due_at_ms);
  if (j->change.effect) e->host.perform(e->host.context, j->m.area->id, j->change.effect);
  if (j->done) j->done(j->done_context, j->commit.n_records ? ENGINE_DONE : ENGINE_NOTHING);
  job_free(j);
}

static void step(struct job *j);

// Everything is read and decided anew, from the store itself and at the moment that the message came with.
static void restart(struct job *j) {
  records_init(&j->rs, &j->arena);
  j->rs.certain = true;
  j->guessed = j->read_failed = j->unreadable = false;
  j->commit = (struct store_change){0}; // what the lost attempt would have published is not published
  j->keys = NULL;
  j->opened = NULL;
  j->phase = JOB_READING;
  step(j);
}

// Another writer was first. An event gets a second attempt, from the store itself, in case that the first one presumed
// too much; where it is the cursor that has moved, its reader must look again. Each attempt reads anew and takes memory
// for it, so that large records allow fewer.
static void again(struct job *j) {
  j->engine->conflicts++;
  job_forget(j);
  if (j->done && j->attempts > 0) {
    finish(j, ENGINE_CONFLICT, CODE__OK, NULL);
    return;
  }
  if (++j->attempts >= ENGINE_ATTEMPTS || j->arena.used_bytes > JOB_CAP_BYTES / 2) {
    unavailable(j, "others are changing the same record; send it again");
    return;
  }
  restart(j);
}

static void on_committed(struct store_change *commit, enum store_result result) {
  struct job *j = commit->owner;
  if (result == STORE_CONFLICT) {
    again(j);
    return;
  }
  if (result == STORE_UNAVAILABLE) {
    job_forget(j);
    unavailable(j, "the store does not answer; send it again, under the same id it is done once");
    return;
  }
  j->engine->commits++;
  job_remember(j);
  overviews_remember(j);
  conclude(j);
}

static void commit(struct job *j) {
  j->phase = JOB_COMMITTING;
  if (!job_pack_change(j)) {
    if (j->guessed)
      restart(j); // a commit would have shown a stale guess
    else
      conclude(j);
    return;
  }
  j->commit.done = on_committed;
  j->engine->store->ops->commit(j->engine->store, &j->commit);
}

static void seal(struct job *j) {
  j->phase = JOB_SEALING;
  if (!job_want_keys_to_seal(j))
    broken(j, "cannot_seal");
  else if (!job_read_missing(j))
    commit(j);
}

// The row of events that are given up.
static const struct row parking = {.kind = ROW_EVENT};

static struct change park(struct job *j) {
  struct change c = change_of(&j->m);
  change_index(&c, arena_printf(&j->arena, "parked-%s", j->engine->service->name),
               arena_printf(&j->arena, "%020llu", (unsigned long long)j->sequence));
  return c;
}

static struct change decision(struct job *j) {
  if (j->row == &parking) return park(j);
  return j->row->decide ? access_decide(&j->rs, &j->m, j->row->decide) : change_of(&j->m);
}

// Whether a refusal is one of what is kept about somebody, and not of how it was asked for: it is not there, or not for
// this sender; a rule that looked at it does not allow it; a link or a cookie of theirs is not good.
static bool is_about_somebody(Code code) {
  return code == CODE__NOT_FOUND || code == CODE__FORBIDDEN || code == CODE__REFUSED_BY_RULE ||
         code == CODE__UNAUTHENTICATED;
}

// Notes for the audit whose records of that type were looked at. False: there are none.
static bool touch_all(struct job *j, const char *type) {
  bool any = false;
  for (struct record *r = j->rs.first; r; r = r->next) {
    if (strcmp(r->type->short_name, type)) continue;
    change_touch(&j->change, r->id);
    any = true;
  }
  return any;
}

// A command is refused. Whose record was asked for in vain is in the audit before the answer goes out: of a person who
// is not there as of one who is and not for this sender, so that the two take equally long, too. It is the person's,
// where there is one, and not that of every mentor who was considered for them.
static void refuse_command(struct job *j) {
  j->change = (struct change){.arena = &j->arena, .problem = j->change.problem, .alarm = j->change.alarm};
  if (is_about_somebody(j->change.problem->code) && !touch_all(j, "Person")) touch_all(j, "Mentor");
  commit(j);
}

// What is only checked changes nothing; but who is shown somebody's record by it has read that record. What would be
// made is shown to the one who has just sent it.
static void show(struct job *j) {
  struct change c = j->change;
  j->change = (struct change){.arena = &j->arena,
                              .reply = c.reply,
                              .reply_subject = c.reply_subject,
                              .version = c.version,
                              .created = c.created,
                              .subjects = c.reply && !c.created ? c.subjects : NULL};
  commit(j);
}

static bool is_destroyed(const struct job *j, const char *subject) {
  return destroyed_has(j->engine->keys->destroyed, j->m.area->id, subject);
}

// Whether a decision would keep something new about somebody whose records were destroyed.
static bool keeps_destroyed(const struct job *j) {
  if (j->row->erases || j->change.problem || !destroyed_any(j->engine->keys->destroyed)) return false;
  for (const struct change_record *r = j->change.records; r; r = r->next)
    if (is_destroyed(j, r->subject)) return true;
  for (const struct change_event *e = j->change.events; e; e = e->next)
    if (is_destroyed(j, e->subject)) return true;
  return false;
}

// Of an event or a timer that comes late nothing is left to do, and nobody to tell.
static struct change refuse_destroyed(struct job *j) {
  if (j->row->kind != ROW_COMMAND) return change_of(&j->m);
  return refuse(&j->m, CODE__REFUSED_BY_RULE, NULL,
                "what was held under this name was erased, and nothing is kept under it again: use another");
}

// Whom a command concerns is known once it is decided; how its sender stands to them may have to be read then, and it
// is decided anew.
static void decide(struct job *j) {
  j->change = decision(j);
  if (j->rs.n_unknown) {
    step(j);
    return;
  }
  if (keeps_destroyed(j)) j->change = refuse_destroyed(j);
  if (j->change.problem && j->guessed) {
    restart(j); // a commit would have shown a stale guess, but a refusal commits nothing
    return;
  }
  if (j->change.problem) {
    j->engine->refused++;
    if (j->row->kind == ROW_COMMAND) {
      refuse_command(j);
      return;
    }
    // An event, a timer or an outcome that is refused is done with: nobody waits for the answer, but the log has it.
    log_line(LOG_ERROR, "refused", "area", j->m.area->id, "type", j->m.type, "why", j->change.problem->why, NULL);
    j->change = change_of(&j->m);
  }
  if (j->m.access) j->shown = access_partitions(&j->rs, &j->m, &j->change);
  if (j->m.check_only) {
    show(j);
    return;
  }
  seal(j);
}

static unsigned count_wants(const struct records *rs) {
  unsigned n = (unsigned)rs->n_records;
  for (const struct page *p = rs->pages; p; p = p->next) n++;
  for (const struct trail *t = rs->trails; t; t = t->next) n++;
  for (const struct rows *r = rs->rows; r; r = r->next) n++;
  return n;
}

static void want(struct job *j) {
  if (j->row == &filling)
    overviews_want(j);
  else if (j->row->needs)
    j->row->needs(&j->rs, &j->m);
}

// Asks `needs` until it wants nothing new, reading in between; then decides.
static void step(struct job *j) {
  j->arena.cap_bytes = JOB_CAP_BYTES;
  for (;;) {
    unsigned wanted = count_wants(&j->rs);
    struct record *opened = j->opened;
    want(j);
    if (!job_resolve(j) && j->row != &filling) { // an overview does without a record that cannot be read
      broken(j, "cannot_read");
      return;
    }
    if (j->rs.n_unknown ? job_read_missing(j) : job_want_keys_to_open(j) && job_read_missing(j)) return;
    job_open(j);
    if (count_wants(&j->rs) == wanted && j->opened == opened) break;
  }
  if (j->row == &filling) overviews_take(j);
  decide(j);
}

void job_read_done(struct job *j) {
  if (j->read_failed)
    unavailable(j, "the store does not answer; send it again");
  else if (j->phase == JOB_SEALING)
    seal(j);
  else
    step(j);
}

static const struct row *find_row(const struct engine *e, enum row_kind kind, const char *type) {
  for (const struct row *r = e->service->rows; r->body || r->timer; r++)
    if (r->kind == kind && r->body && strcmp(r->body->short_name, type) == 0) return r;
  return NULL;
}

const struct row *engine_event_row(const struct engine *e, const char *type) {
  return find_row(e, ROW_EVENT, type);
}

static bool visit_unsealed(void *context, ProtobufCMessage *confidential, Partition p, Seal **seal) {
  (void)context;
  (void)confidential;
  (void)p;
  return *seal == NULL;
}

// Each of the three answers the code and the reason, or CODE__OK. Whether it can be taken in at all:
static struct err admit(const struct engine *e, const struct row *row, const Actor *actor) {
  if (!row) return ERR(NOT_FOUND, NULL, "this service takes no such message");
  if (!actor) return ERR(UNAUTHENTICATED, NULL, "sign in again: the message carries no valid actor");
  if (e->in_flight >= ENGINE_IN_FLIGHT) return ERR(UNAVAILABLE, NULL, "busy; send it again in a moment");
  return ERR_NONE;
}

// Whether somebody in those roles may send it there, whomever it is about.
static struct err permit(const struct engine *e, const struct row *row, const char *area, const Actor *actor) {
  const struct access_row *access = e->access[row - e->service->rows];
  if (!(access_roles(actor_roles(actor)) & access_senders(access))) return access_refusal(access);
  if (!actor_covers(actor, area)) return ERR(FORBIDDEN, NULL, "this is not in your areas");
  return ERR_NONE;
}

// Whether it is worth beginning.
static struct err prepare(const struct engine *e, const Area *area) {
  if (!area) return ERR(NOT_FOUND, NULL, "there is no such area");
  if (!e->store->ops->ready(e->store))
    return ERR(UNAVAILABLE, NULL, "the store is not ready; send it again in a moment");
  return ERR_NONE;
}

static struct job *command_job(struct engine *e, const struct row *row, const Area *area, const struct bus_route *route,
                               const Envelope *request, const Actor *actor) {
  struct job *j = job_new(e, row, request->type, area);
  j->route = *route;
  set_correlation(j, request->correlation_id);
  j->m.actor = actor_copy(&j->arena, actor);
  j->m.roles = access_roles(actor_roles(actor));
  j->purpose = text_is_slug(request->purpose) ? arena_text(&j->arena, request->purpose) : NULL;
  j->m.check_only = j->rs.certain = request->check_only; // no commit follows that would show a stale guess
  j->body = arena_unpack(&j->arena, row->body, request->body.data, request->body.len);
  j->m.body = j->body;
  return j;
}

// Whose record a command asks for, where it says so by itself; else NULL.
static const char *person_asked_for(const ProtobufCMessage *body) {
  const ProtobufCFieldDescriptor *f =
      body ? protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "crn") : NULL;
  return f ? *(char *const *)((const char *)body + f->offset) : NULL;
}

// A role or an area that may not do this asks for a person all the same: that is in the audit, too, and under its name,
// whatever the sender is told.
static void deny(struct job *j, struct err why) {
  char crn[8];
  const char *asked_for = person_asked_for(j->body);
  j->engine->refused++;
  j->denied = true;
  j->change = refuse(&j->m, why.code, NULL, why.why);
  if (asked_for && text_crn(asked_for, crn)) change_touch(&j->change, crn);
  commit(j);
}

void engine_request(struct engine *e, const struct bus_route *route, const Envelope *request, const Actor *actor) {
  const struct row *row = find_row(e, ROW_COMMAND, request->type);
  const Area *area = config_area(e->config, request->area);
  struct err err = admit(e, row, actor);
  bool is_admitted = !err_is(err);
  if (is_admitted) err = permit(e, row, request->area, actor);
  if (is_admitted && err_is(err) && area) {
    deny(command_job(e, row, area, route, request, actor), err);
    return;
  }
  if (!err_is(err)) err = prepare(e, area);
  if (err_is(err)) {
    e->overload += err.code == CODE__UNAVAILABLE;
    reject(e, route, request, err.code, err.why);
    return;
  }
  struct job *j = command_job(e, row, area, route, request, actor);
  if (request->deadline_ms && request->deadline_ms < j->m.now.ms) {
    finish(j, ENGINE_DONE, CODE__DEADLINE, "it came after its deadline; send it again");
    return;
  }
  if (!j->body || !seal_walk(j->body, visit_unsealed, NULL)) {
    finish(j, ENGINE_DONE, CODE__INVALID, "the body is not a message of that type");
    return;
  }
  if (*request->purpose && !j->purpose) {
    finish(j, ENGINE_DONE, CODE__INVALID, "the purpose must be a code of 1 to 64 of a-z, 0-9 and '-'");
    return;
  }
  step(j);
}

static struct job *event_job(struct engine *e, const struct row *row, const char *area, uint64_t seen,
                             uint64_t sequence, const Event *event, engine_done_fn *done, void *context) {
  struct job *j = job_new(e, row, event->type, config_area(e->config, area));
  j->seen = seen;
  j->sequence = sequence;
  j->done = done;
  j->done_context = context;
  set_correlation(j, event->correlation_id);
  return j;
}

static void begin_parking(struct job *j) {
  j->engine->parked++;
  log_line(LOG_ERROR, "event_parked", "area", j->m.area->id, "type", j->m.type, NULL);
  j->row = &parking;
  step(j);
}

void engine_event(struct engine *e, const char *area, uint64_t seen, uint64_t sequence, const Event *event,
                  engine_done_fn *done, void *context) {
  const struct row *row = find_row(e, ROW_EVENT, event->type);
  assert(row);
  struct job *j = event_job(e, row, area, seen, sequence, event, done, context);
  j->body = arena_unpack(&j->arena, row->body, event->body.data, event->body.len);
  j->m.body = j->body;
  if (j->body)
    step(j);
  else
    begin_parking(j);
}

void engine_park(struct engine *e, const char *area, uint64_t seen, uint64_t sequence, const Event *event,
                 engine_done_fn *done, void *context) {
  begin_parking(event_job(e, &parking, area, seen, sequence, event, done, context));
}

static const struct row *find_timer_row(const struct engine *e, const char *name) {
  size_t length = strcspn(name, "/");
  for (const struct row *r = e->service->rows; r->body || r->timer; r++)
    if (r->kind == ROW_TIMER && strlen(r->timer) == length && memcmp(r->timer, name, length) == 0) return r;
  return NULL;
}

// What no sender chose an id for (a timer, an outcome) gets one from its moment's randomness.
static void own_correlation(struct job *j) {
  j->correlation_bytes = sizeof j->correlation;
  memcpy(j->correlation, j->m.now.random + sizeof j->m.now.random - sizeof j->correlation, sizeof j->correlation);
}

void engine_timer(struct engine *e, const char *area, const char *name) {
  const struct row *row = find_timer_row(e, name);
  if (!row) {
    log_line(LOG_ERROR, "timer_unknown", "area", area, NULL);
    return;
  }
  struct job *j = job_new(e, row, row->timer, config_area(e->config, area));
  own_correlation(j);
  j->timer_name = arena_text(&j->arena, name);
  j->m.timer = j->timer_name + strcspn(j->timer_name, "/");
  if (*j->m.timer) j->m.timer++;
  step(j);
}

void engine_fill(struct engine *e, const Area *area, const char *after) {
  struct job *j = job_new(e, &filling, "overview", area);
  j->rs.certain = true; // nothing is committed that would show a stale guess
  j->m.timer = arena_text(&j->arena, after);
  step(j);
}

void engine_outcome(struct engine *e, const char *area, const ProtobufCMessage *outcome) {
  const struct row *row = find_row(e, ROW_OUTCOME, outcome->descriptor->short_name);
  assert(row);
  struct job *j = job_new(e, row, outcome->descriptor->short_name, config_area(e->config, area));
  own_correlation(j);
  size_t size_bytes = protobuf_c_message_get_packed_size(outcome);
  uint8_t *packed = arena_take(&j->arena, size_bytes + 1);
  protobuf_c_message_pack(outcome, packed);
  j->body = arena_unpack(&j->arena, row->body, packed, size_bytes);
  j->m.body = j->body;
  step(j);
}

char *engine_cursor_key(struct arena *a, const char *area, const char *reader) {
  return arena_printf(a, "{%s}:cursor:%s", area, reader);
}

void engine_metrics(const struct engine *e, struct buffer *out) {
  const struct {
    const char *name;
    uint64_t value;
  } counters[] = {
      {"messages_total", e->handled},    {"refused_total", e->refused},         {"commits_total", e->commits},
      {"conflicts_total", e->conflicts}, {"unavailable_total", e->unavailable}, {"overload_total", e->overload},
      {"broken_total", e->broken},       {"parked_total", e->parked},           {"in_flight", e->in_flight},
      {"alarms_total", e->alarms},
  };
  for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
    buffer_printf(out, "alongside_%s{service=\"%s\"} %llu\n", counters[i].name, e->service->name,
                  (unsigned long long)counters[i].value);
}
