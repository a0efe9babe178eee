// How fast Redis takes changes when nothing else is in the way: the ceiling of every figure about the store.
//
//   store_commit ADDRESS [CHANGES [CHANGES_PER_CALL [CALLS_ON_THEIR_WAY]]]
//
// Each change is what the record of a session makes: four records checked, two of 500 bytes written, an event of 200
// bytes, an audit entry of 100, an entry of an index. Prints changes per second and the processor time of each, on both
// sides. It writes to the area `ceiling` of the Redis at ADDRESS ("127.0.0.1:6379" or "unix:/path").
#include "commit.h"
#include "greeting.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum {
  PEOPLE = 1000,
  BODY_BYTES = 500,
  EVENT_BYTES = 200,
  AUDIT_BYTES = 100,
  RECORDS = 4
};

static uint8_t event[EVENT_BYTES], audit[AUDIT_BYTES];

struct one {
  struct store_change change;
  struct store_record records[RECORDS];
  struct store_index index;
  char keys[RECORDS][64], index_name[64], member[40];
  uint8_t values[2][BODY_BYTES];
};

static void die(const char *what) {
  fprintf(stderr, "store_commit: %s\n", what);
  exit(1);
}

static redisContext *connect_to(const char *address) {
  char host[256];
  redisContext *c;
  if (strncmp(address, "unix:", 5) == 0) {
    c = redisConnectUnix(address + 5);
  } else {
    const char *colon = strrchr(address, ':');
    if (!colon || colon - address >= (long)sizeof host) die("the address is not host:port or unix:/path");
    snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
    c = redisConnect(host, atoi(colon + 1));
  }
  if (!c || c->err) die(c ? c->errstr : "no connection");
  return c;
}

static redisReply *hear(redisContext *c) {
  void *reply = NULL;
  if (redisGetReply(c, &reply) != REDIS_OK) die(c->errstr);
  if (((redisReply *)reply)->type == REDIS_REPLY_ERROR) die(((redisReply *)reply)->str);
  return reply;
}

static void load_library(redisContext *c, struct resp *out) {
  size_t size_bytes;
  const char *command = greeting_ask(&(struct greeting){.deploys = true}, GREETING_LOAD, out, &size_bytes);
  if (redisAppendFormattedCommand(c, command, size_bytes) != REDIS_OK) die("out of memory");
  freeReplyObject(hear(c));
}

static void write_version(uint8_t *value, uint64_t version) {
  version = __builtin_bswap64(version);
  memcpy(value, &version, 8);
}

// People and engagements that the changes refer to, and their appointments, at version 1.
static void load_people(redisContext *c) {
  uint8_t value[BODY_BYTES] = {0};
  write_version(value, 1);
  freeReplyObject(redisCommand(c, "FLUSHALL"));
  for (int i = 0; i < PEOPLE; i++) {
    freeReplyObject(redisCommand(c, "MSET {ceiling}:Person:X%06d %b {ceiling}:Engagement:%06d %b", i, value,
                                 sizeof value, i, value, sizeof value));
    freeReplyObject(redisCommand(c, "SET {ceiling}:Appointment:%06d %b", i, value, sizeof value));
  }
}

// The i-th change: a new session, and its appointment one version on.
static void make(struct one *o, unsigned i) {
  unsigned person = i % PEOPLE;
  uint64_t appointment = i / PEOPLE + 1;
  snprintf(o->keys[0], sizeof o->keys[0], "{ceiling}:Person:X%06u", person);
  snprintf(o->keys[1], sizeof o->keys[1], "{ceiling}:Engagement:%06u", person);
  snprintf(o->keys[2], sizeof o->keys[2], "{ceiling}:Appointment:%06u", person);
  snprintf(o->member, sizeof o->member, "00000000-0000-4000-8000-%012u", i);
  snprintf(o->keys[3], sizeof o->keys[3], "{ceiling}:Session:%s", o->member);
  snprintf(o->index_name, sizeof o->index_name, "sessions/X%06u", person);
  write_version(o->values[0], appointment + 1);
  write_version(o->values[1], 1);
  o->records[0] = (struct store_record){o->keys[0], 1, STORE_KEEP, {NULL, 0}};
  o->records[1] = (struct store_record){o->keys[1], 1, STORE_KEEP, {NULL, 0}};
  o->records[2] = (struct store_record){o->keys[2], appointment, STORE_PUT, {o->values[0], BODY_BYTES}};
  o->records[3] = (struct store_record){o->keys[3], 0, STORE_PUT, {o->values[1], BODY_BYTES}};
  o->index = (struct store_index){o->index_name, o->member, false};
  o->change = (struct store_change){.area = "ceiling", .records = o->records, .n_records = RECORDS};
  o->change.indexes = &o->index;
  o->change.n_indexes = 1;
  o->change.events = (struct bytes){event, EVENT_BYTES};
  o->change.audit = (struct bytes){audit, AUDIT_BYTES};
  o->change.n_events = o->change.n_audit = 1;
}

static double clock_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double own_cpu_s(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static double redis_cpu_s(redisContext *c) {
  double user = 0, system = 0;
  redisReply *info = redisCommand(c, "INFO cpu");
  if (!info || info->type != REDIS_REPLY_STRING) die("INFO was not answered");
  const char *at = strstr(info->str, "used_cpu_sys:");
  if (at) system = atof(at + strlen("used_cpu_sys:"));
  at = strstr(info->str, "used_cpu_user:");
  if (at) user = atof(at + strlen("used_cpu_user:"));
  freeReplyObject(info);
  return user + system;
}

struct run {
  redisContext *c;
  struct resp out;
  struct one *ones;
  unsigned n, per_call, on_their_way;
};

static void send_call(struct run *r, unsigned first) {
  struct store_change *changes[COMMIT_CHANGES];
  unsigned n = r->n - first < r->per_call ? r->n - first : r->per_call;
  for (unsigned i = 0; i < n; i++) {
    make(&r->ones[i], first + i);
    changes[i] = &r->ones[i].change;
  }
  size_t size_bytes;
  if (commit_encode(&r->out, "ceiling", changes, n) != n) die("the batch is too large");
  const char *command = resp_end(&r->out, &size_bytes);
  if (redisAppendFormattedCommand(r->c, command, size_bytes) != REDIS_OK) die("out of memory");
  for (int written = 0; !written;) {
    if (redisBufferWrite(r->c, &written) != REDIS_OK) die(r->c->errstr);
  }
}

static void hear_call(struct run *r) {
  redisReply *reply = hear(r->c);
  for (size_t i = 0; i < reply->elements; i++) {
    if (reply->element[i]->integer < 1) die("a change met a conflict");
  }
  freeReplyObject(reply);
}

static void drive(struct run *r) {
  unsigned waiting = 0;
  for (unsigned first = 0; first < r->n; first += r->per_call) {
    send_call(r, first);
    if (++waiting < r->on_their_way) continue;
    hear_call(r);
    waiting--;
  }
  while (waiting--) hear_call(r);
}

static unsigned number(int argc, char **argv, int i, unsigned otherwise, unsigned most) {
  unsigned n = argc > i ? (unsigned)strtoul(argv[i], NULL, 10) : otherwise;
  if (n < 1 || n > most) die("usage: store_commit ADDRESS [CHANGES [CHANGES_PER_CALL [CALLS_ON_THEIR_WAY]]]");
  return n;
}

int main(int argc, char **argv) {
  struct run r = {.n = number(argc, argv, 2, 200000, 100000000)};
  r.per_call = number(argc, argv, 3, 16, COMMIT_CHANGES);
  r.on_their_way = number(argc, argv, 4, 4, 1000);
  r.ones = calloc(r.per_call, sizeof *r.ones);
  if (argc < 2 || !r.ones) die("give the address of a Redis");
  r.c = connect_to(argv[1]);
  load_library(r.c, &r.out);
  load_people(r.c);
  double redis_s = redis_cpu_s(r.c), own_s = own_cpu_s(), start_s = clock_s();
  drive(&r);
  double took_s = clock_s() - start_s;
  printf("figure store.commit.rate %.0f changes/s\n", r.n / took_s);
  printf("figure store.commit.redis_cpu %.2f us/change\n", (redis_cpu_s(r.c) - redis_s) / r.n * 1e6);
  printf("figure store.commit.own_cpu %.2f us/change\n", (own_cpu_s() - own_s) / r.n * 1e6);
  redisFree(r.c);
  resp_free(&r.out);
  free(r.ones);
  return 0;
}
