#include "index.h"
#include "store_redis_inner.h"
#include <stdio.h>
#include <string.h>

enum {
  KEYS_PER_MGET = 1024
}; // so that no single command holds Redis up for long

// Reads whose records went out in one MGET.
struct fetch {
  struct redis_call call; // first
  struct store_redis *s;
  size_t n, n_keys;
  struct store_read *reads[];
};

// The part of an index that a read wants. Where the read wants records too, the MGET follows, and ends the read.
struct page_call {
  struct redis_call call; // first
  struct store_redis *s;
  struct store_read *read;
};

// --- reads

// The read may be gone after `done`; its members are ours.
void store_redis_answer_read(struct store_redis *s, struct store_read *read, enum store_result result) {
  char **members = read->members;
  s->in_hand--;
  read->done(read, result);
  free(members);
}

static void set_value(struct store_value *value, const redisReply *found) {
  *value = (struct store_value){.exists = false};
  if (found->type != REDIS_REPLY_STRING || found->len < 8) return;
  uint64_t version;
  memcpy(&version, found->str, 8);
  *value = (struct store_value){true, __builtin_bswap64(version), {(uint8_t *)found->str + 8, found->len - 8}};
}

static void on_fetch(struct redis_call *call, const redisReply *reply) {
  struct fetch *fetch = (struct fetch *)call;
  bool understood = store_redis_is_array(fetch->s, reply, fetch->n_keys);
  size_t at = 0;
  for (size_t i = 0; i < fetch->n; i++) {
    struct store_read *read = fetch->reads[i];
    for (size_t k = 0; understood && k < read->n_keys; k++) set_value(&read->values[k], reply->element[at++]);
    store_redis_answer_read(fetch->s, read, understood ? STORE_DONE : STORE_UNAVAILABLE);
  }
  free(fetch);
}

// Sends for the records of as many reads as make one MGET.
static void send_fetch(struct store_redis *s) {
  size_t n = queue_size(&s->fetches);
  struct fetch *fetch = take(sizeof *fetch + n * sizeof *fetch->reads);
  *fetch = (struct fetch){.call.done = on_fetch, .s = s};
  resp_begin(&s->resp);
  resp_text(&s->resp, "MGET");
  while (fetch->n < n && fetch->n_keys < KEYS_PER_MGET) {
    struct store_read *read = fetch->reads[fetch->n++] = queue_pop(&s->fetches);
    for (size_t k = 0; k < read->n_keys; k++) resp_text(&s->resp, read->keys[k]);
    fetch->n_keys += read->n_keys;
  }
  store_redis_send(s, &fetch->call);
}

// Copies the texts of a reply, but for their first bytes; the pointers and the texts are one block of memory.
static char **copy_texts(const redisReply *reply, size_t skip_bytes) {
  size_t bytes = reply->elements * sizeof(char *) + 1;
  for (size_t i = 0; i < reply->elements; i++) bytes += reply->element[i]->len + 1;
  char **texts = take(bytes), *to = (char *)(texts + reply->elements);
  for (size_t i = 0; i < reply->elements; i++) {
    texts[i] = memcpy(to, reply->element[i]->str + skip_bytes, reply->element[i]->len + 1 - skip_bytes);
    to += reply->element[i]->len + 1 - skip_bytes;
  }
  return texts;
}

// A page that was not understood takes the connection down, and with it the read's records: on_fetch then answers.
static void on_page(struct redis_call *call, const redisReply *reply) {
  struct page_call *page = (struct page_call *)call;
  struct store_read *read = page->read;
  bool understood = store_redis_is_array(page->s, reply, SIZE_MAX);
  if (understood) {
    read->members = copy_texts(reply, index_prefix_bytes(read->index));
    read->n_members = reply->elements;
  }
  if (!read->n_keys) store_redis_answer_read(page->s, read, understood ? STORE_DONE : STORE_UNAVAILABLE);
  free(page);
}

static void send_page(struct store_redis *s, struct store_read *read) {
  struct page_call *page = take(sizeof *page);
  *page = (struct page_call){{on_page}, s, read};
  resp_begin(&s->resp);
  resp_text(&s->resp, "ZRANGEBYLEX");
  index_key(&s->resp, read->area, read->index);
  index_from(&s->resp, read->index, read->after ? read->after : "");
  index_to(&s->resp, read->index);
  resp_text(&s->resp, "LIMIT");
  resp_text(&s->resp, "0");
  resp_number(&s->resp, read->limit);
  store_redis_send(s, &page->call);
}

// Pages first: what wants records too is answered with them.
void store_redis_send_reads(struct store_redis *s) {
  while (queue_size(&s->reads)) {
    struct store_read *read = queue_pop(&s->reads);
    if (read->index) send_page(s, read);
    if (read->n_keys) queue_push(&s->fetches, read);
  }
  while (queue_size(&s->fetches)) send_fetch(s);
}

// --- streams and timers

void store_redis_answer_scan(struct scan *scan, enum store_result result, const struct store_entry *entries,
                             char **names, size_t n) {
  scan->s->in_hand--;
  if (scan->events)
    scan->events(scan->context, result, entries, n);
  else
    scan->timers(scan->context, result, names, n);
  free(scan);
}

// An entry is its id ("<sequence>-0") and a list of fields, of which there is one. Whoever put other fields there is
// found out by those who look for the list.
static bool set_entry(struct store_entry *entry, const redisReply *found) {
  if (found->elements != 2 || !found->element[0]->str) return false;
  const redisReply *fields = found->element[1];
  *entry = (struct store_entry){.last = strtoull(found->element[0]->str, NULL, 10)};
  if (fields->elements == 2) entry->list = (struct bytes){(uint8_t *)fields->element[1]->str, fields->element[1]->len};
  return true;
}

static void on_events(struct redis_call *call, const redisReply *reply) {
  struct scan *scan = (struct scan *)call;
  bool understood = store_redis_is_array(scan->s, reply, SIZE_MAX);
  size_t n = understood ? reply->elements : 0;
  struct store_entry *entries = take((n + 1) * sizeof *entries);
  for (size_t i = 0; understood && i < n; i++) understood = set_entry(&entries[i], reply->element[i]);
  store_redis_answer_scan(scan, understood ? STORE_DONE : STORE_UNAVAILABLE, entries, NULL, understood ? n : 0);
  free(entries);
}

static void on_claim(struct redis_call *call, const redisReply *reply) {
  struct scan *scan = (struct scan *)call;
  bool understood = store_redis_is_array(scan->s, reply, SIZE_MAX);
  char **names = understood ? copy_texts(reply, 0) : NULL;
  store_redis_answer_scan(scan, understood ? STORE_DONE : STORE_UNAVAILABLE, NULL, names,
                          understood ? reply->elements : 0);
  free(names);
}

static void send_events(struct store_redis *s, struct scan *scan) {
  char from[24];
  snprintf(from, sizeof from, "(%llu", (unsigned long long)scan->after);
  resp_begin(&s->resp);
  resp_text(&s->resp, "XRANGE");
  resp_key(&s->resp, scan->area, scan->stream, "", 0);
  resp_text(&s->resp, scan->after ? from : "-");
  resp_text(&s->resp, "+");
  resp_text(&s->resp, "COUNT");
  resp_number(&s->resp, scan->limit);
  scan->call.done = on_events;
  store_redis_send(s, &scan->call);
}

static void send_claim(struct store_redis *s, struct scan *scan) {
  resp_begin(&s->resp);
  resp_text(&s->resp, "FCALL");
  resp_text(&s->resp, "claim");
  resp_number(&s->resp, 1);
  resp_key(&s->resp, scan->area, "timers:", scan->service, strlen(scan->service));
  resp_number(&s->resp, scan->now_ms);
  resp_number(&s->resp, scan->lease_ms);
  resp_number(&s->resp, scan->limit);
  scan->call.done = on_claim;
  store_redis_send(s, &scan->call);
}

void store_redis_send_scans(struct store_redis *s) {
  while (queue_size(&s->scans)) {
    struct scan *scan = queue_pop(&s->scans);
    if (scan->events)
      send_events(s, scan);
    else
      send_claim(s, scan);
  }
}
