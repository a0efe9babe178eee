// The least that a service and its store cost: what has come in so far is written by plain commands, without a look at
// what is there, and answered when Redis has answered. The keys and the bytes are those of a session's record, its
// engagement, its person, its place in the person's index, its event and its audit entry.
//
//   floor_service ENDPOINT SECRET_KEY REDIS_SOCKET
#include "floor.h"
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum {
  PEOPLE = 2000,
  SESSION_BYTES = 332,
  ENGAGEMENT_BYTES = 101,
  PERSON_BYTES = 320,
  EVENT_BYTES = 219,
  AUDIT_BYTES = 115,
  KEY_BYTES = 100,
  KEYS = 3, // of each session: its own, its engagement's, its person's
};

struct service {
  void *bus;
  redisContext *redis;
  char route[64];
  int route_bytes;
  char bundle[FLOOR_BUNDLE * FLOOR_REQUEST_BYTES], replies[FLOOR_BUNDLE * FLOOR_REPLY_BYTES];
  char keys[FLOOR_BUNDLE][KEYS][KEY_BYTES], members[FLOOR_BUNDLE][KEY_BYTES];
  size_t n;        // sessions that have come in and are not answered yet
  unsigned n_made; // before them
  const char *words[2 * KEYS * FLOOR_BUNDLE + 2];
  size_t word_bytes[2 * KEYS * FLOOR_BUNDLE + 2];
  int n_words;
};

static char filling[FLOOR_BUNDLE * SESSION_BYTES]; // what everything is made of

static void die(const char *what) {
  fprintf(stderr, "floor_service: %s\n", what);
  exit(1);
}

static void add(struct service *s, const char *word, size_t size_bytes) {
  s->words[s->n_words] = word;
  s->word_bytes[s->n_words++] = size_bytes;
}

static void add_text(struct service *s, const char *word) {
  add(s, word, strlen(word));
}

static void begin(struct service *s, const char *command) {
  s->n_words = 0;
  add_text(s, command);
}

static void end(struct service *s) {
  if (redisAppendCommandArgv(s->redis, s->n_words, s->words, s->word_bytes) != REDIS_OK) die("out of memory");
}

static void name(struct service *s, size_t i) {
  unsigned session = s->n_made + (unsigned)i, person = session % PEOPLE;
  snprintf(s->keys[i][0], KEY_BYTES, "{floor}:Session:00000000-0000-4000-8000-%012u", session);
  snprintf(s->keys[i][1], KEY_BYTES, "{floor}:Engagement:eeeeeeee-0000-4000-8000-%012u", person);
  snprintf(s->keys[i][2], KEY_BYTES, "{floor}:Person:T%u", 100000 + person);
  snprintf(s->members[i], KEY_BYTES, "T%u/1742464800000/00000000-0000-4000-8000-%012u", 100000 + person, session);
}

static void read_records(struct service *s) {
  begin(s, "MGET");
  for (size_t i = 0; i < s->n; i++)
    for (int k = 0; k < KEYS; k++) add_text(s, s->keys[i][k]);
  end(s);
}

static void write_records(struct service *s) {
  begin(s, "MSET");
  for (size_t i = 0; i < s->n; i++) {
    add_text(s, s->keys[i][0]);
    add(s, filling, SESSION_BYTES);
    add_text(s, s->keys[i][1]);
    add(s, filling, ENGAGEMENT_BYTES);
  }
  end(s);
}

static void write_index(struct service *s) {
  begin(s, "ZADD");
  add_text(s, "{floor}:index:sessions-of");
  for (size_t i = 0; i < s->n; i++) {
    add_text(s, "0");
    add_text(s, s->members[i]);
  }
  end(s);
}

static void write_stream(struct service *s, const char *key, size_t each_bytes) {
  begin(s, "XADD");
  add_text(s, key);
  add_text(s, "*");
  add_text(s, "m");
  add(s, filling, each_bytes * s->n);
  end(s);
}

static void hear(struct service *s, int n) {
  for (void *reply; n--; freeReplyObject(reply))
    if (redisGetReply(s->redis, &reply) || ((redisReply *)reply)->type == REDIS_REPLY_ERROR) die("Redis refuses");
}

static void commit(struct service *s) {
  for (size_t i = 0; i < s->n; i++) name(s, i);
  read_records(s);
  write_records(s);
  write_index(s);
  write_stream(s, "{floor}:events", EVENT_BYTES);
  write_stream(s, "{floor}:audit", AUDIT_BYTES);
  hear(s, 5);
  s->n_made += (unsigned)s->n;
}

// All that has come in, of the one gateway; waits for the first.
static void gather(struct service *s) {
  for (s->n = 0; s->n < FLOOR_BUNDLE;) {
    int route_bytes = zmq_recv(s->bus, s->route, sizeof s->route, s->n ? ZMQ_DONTWAIT : 0);
    if (route_bytes < 0) break;
    s->route_bytes = route_bytes;
    int n = zmq_recv(s->bus, s->bundle, sizeof s->bundle, 0);
    for (const char *request = s->bundle; request < s->bundle + n; request += FLOOR_REQUEST_BYTES, s->n++) {
      if (s->n == FLOOR_BUNDLE) die("more requests than connections");
      memcpy(s->replies + s->n * FLOOR_REPLY_BYTES, request, sizeof(floor_connection));
    }
  }
}

static void answer(struct service *s) {
  zmq_send(s->bus, s->route, (size_t)s->route_bytes, ZMQ_SNDMORE);
  zmq_send(s->bus, s->replies, s->n * FLOOR_REPLY_BYTES, 0);
}

static void serve(struct service *s, const char *endpoint, const char *secret_key) {
  int on = 1;
  s->bus = zmq_socket(zmq_ctx_new(), ZMQ_ROUTER);
  zmq_setsockopt(s->bus, ZMQ_CURVE_SERVER, &on, sizeof on);
  zmq_setsockopt(s->bus, ZMQ_CURVE_SECRETKEY, secret_key, 41);
  if (zmq_bind(s->bus, endpoint)) die("the endpoint is taken");
}

static void load_people(struct service *s) {
  for (size_t i = 0; i < PEOPLE; i++) {
    name(s, 0);
    redisAppendCommand(s->redis, "MSET %s %b %s %b", s->keys[0][1], filling, (size_t)ENGAGEMENT_BYTES, s->keys[0][2],
                       filling, (size_t)PERSON_BYTES);
    hear(s, 1);
    s->n_made++;
  }
}

int main(int argc, char **argv) {
  static struct service s;
  if (argc != 4) die("usage: floor_service ENDPOINT SECRET_KEY REDIS_SOCKET");
  memset(filling, 'x', sizeof filling);
  s.redis = redisConnectUnix(argv[3]);
  if (!s.redis || s.redis->err) die("Redis does not answer");
  load_people(&s);
  serve(&s, argv[1], argv[2]);
  for (;;) {
    gather(&s);
    commit(&s);
    answer(&s);
  }
}
