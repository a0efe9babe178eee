#include "audit_check.h"
#include "text.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct audit_stranger {
  uint64_t at;
  uint64_t is; // the sequence under which the chain has it; 0: it does not
  uint8_t digest[AUDIT_HASH_BYTES];
  bool copy;
};

__attribute__((format(printf, 2, 3))) static void fault(struct audit_check *c, const char *format, ...) {
  va_list args;
  fprintf(c->out, "%s: ", c->area);
  va_start(args, format);
  vfprintf(c->out, format, args);
  va_end(args);
  fputc('\n', c->out);
  c->n_faults++;
}

// "entry 7 is missing" or "entries 7 to 9 are missing".
static void fault_run(struct audit_check *c, struct audit_run r, const char *one, const char *many) {
  if (!r.first) return;
  if (r.first == r.last)
    fault(c, "entry %" PRIu64 " %s", r.first, one);
  else
    fault(c, "entries %" PRIu64 " to %" PRIu64 " %s", r.first, r.last, many);
}

// Adds a sequence to the run where it follows on it; else the run is told, and a new one begins.
static void extend(struct audit_check *c, struct audit_run *r, uint64_t sequence, const char *one, const char *many) {
  if (r->first && sequence == r->last + 1) {
    r->last = sequence;
    return;
  }
  fault_run(c, *r, one, many);
  *r = (struct audit_run){sequence, sequence};
}

static const struct chain_link *link_at(const struct audit_check *c, uint64_t sequence) {
  return sequence && sequence <= c->chain.n_links ? &c->chain.links[sequence - 1] : NULL;
}

// --- the chain by itself

static void check_links(struct audit_check *c) {
  static const uint8_t none[AUDIT_HASH_BYTES];
  static const char one[] = "was noted by the notary, and its note has been changed: it does not follow from the one "
                            "before";
  static const char many[] = "were noted by the notary, and the notes have been changed: they do not follow from those "
                             "before";
  struct audit_run broken = {0};
  for (size_t i = 0; i < c->chain.n_links; i++) {
    uint8_t right[AUDIT_HASH_BYTES];
    audit_link(c->chain_key, i ? c->chain.links[i - 1].link : none, c->chain.links[i].digest, right);
    if (sodium_memcmp(right, c->chain.links[i].link, sizeof right)) extend(c, &broken, i + 1, one, many);
  }
  fault_run(c, broken, one, many);
}

static void time_text(int64_t ms, char out[32]) {
  time_t seconds = (time_t)(ms / 1000);
  struct tm utc;
  if (!gmtime_r(&seconds, &utc) || !strftime(out, 32, "%Y-%m-%d %H:%M:%S UTC", &utc)) strcpy(out, "no time");
}

// The heads are counted from 1: one that was changed may no longer say what it was the head of.
static void check_head(struct audit_check *c, size_t i) {
  const struct chain_head *h = &c->chain.heads[i];
  uint64_t sequence = chain_sequence(h);
  const struct chain_link *link = link_at(c, sequence);
  char at[32];
  time_text(chain_at_ms(h), at);
  if (!chain_is_signed(h, i ? h - 1 : NULL, c->public_key, c->area))
    fault(c, "head %zu (of entry %" PRIu64 ", %s) is not signed by the notary, or the head before it is gone", i + 1,
          sequence, at);
  else if (!link)
    fault(c, "entries %zu to %" PRIu64 " were signed for (%s), and the notary's notes of them are gone",
          c->chain.n_links + 1, sequence, at);
  else if (sodium_memcmp(link->link, h->link, sizeof h->link))
    fault(c, "the notes up to entry %" PRIu64 " are not those that were signed for (%s)", sequence, at);
  else if (sequence > c->n_signed)
    c->n_signed = sequence;
}

static void check_heads(struct audit_check *c) {
  for (size_t i = 0; i < c->chain.n_heads; i++) check_head(c, i);
}

// What was not there when the notary came by, it noted as nothing.
static void check_empty(struct audit_check *c) {
  static const char one[] = "was already gone, or not to be read, when the notary came by";
  static const char many[] = "were already gone, or not to be read, when the notary came by";
  struct audit_run empty = {0};
  for (uint64_t s = 1; s <= c->chain.n_links; s++) {
    if (!chain_is_empty(link_at(c, s)->digest)) continue;
    extend(c, &empty, s, one, many);
    c->settled[s] = true;
  }
  fault_run(c, empty, one, many);
}

static int compare_digests(const void *one, const void *other, void *chain) {
  const struct chain_link *links = chain;
  const uint64_t *a = one, *b = other;
  int order = memcmp(links[*a - 1].digest, links[*b - 1].digest, AUDIT_HASH_BYTES);
  return order ? order : (*a > *b) - (*a < *b);
}

// The digest of what is at a place of the sorted sequences.
static const uint8_t *digest_at(const struct audit_check *c, size_t place) {
  return c->chain.links[c->by_digest[place] - 1].digest;
}

// No two entries are alike: each has its moment and its correlation id.
static void check_copies(struct audit_check *c) {
  for (size_t i = 1; i < c->n_by_digest; i++) {
    if (!memcmp(digest_at(c, i - 1), digest_at(c, i), AUDIT_HASH_BYTES))
      fault(c, "entry %" PRIu64 " is a copy of entry %" PRIu64 ": it was inserted", c->by_digest[i],
            c->by_digest[i - 1]);
  }
}

static void sort_digests(struct audit_check *c) {
  for (uint64_t s = 1; s <= c->chain.n_links; s++)
    if (!c->settled[s]) c->by_digest[c->n_by_digest++] = s;
  qsort_r(c->by_digest, c->n_by_digest, sizeof *c->by_digest, compare_digests, (void *)c->chain.links);
}

static void *take(size_t n, size_t size_bytes) {
  void *memory = calloc(n, size_bytes);
  if (!memory) abort();
  return memory;
}

void audit_check_begin(struct audit_check *c) {
  arena_init(&c->arena, ARENA_CAP_BYTES);
  c->settled = take(c->chain.n_links + 1, sizeof *c->settled);
  c->by_digest = take(c->chain.n_links + 1, sizeof *c->by_digest);
  check_links(c);
  check_heads(c);
  check_empty(c);
  sort_digests(c);
  check_copies(c);
}

// --- the stream

// The sequence under which the chain has that digest; of several the first. 0: it has none.
static uint64_t known_as(const struct audit_check *c, const uint8_t digest[AUDIT_HASH_BYTES]) {
  size_t from = 0, to = c->n_by_digest;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (memcmp(digest_at(c, middle), digest, AUDIT_HASH_BYTES) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  bool found = from < c->n_by_digest && !memcmp(digest_at(c, from), digest, AUDIT_HASH_BYTES);
  return found ? c->by_digest[from] : 0;
}

static void add_stranger(struct audit_check *c, uint64_t at, const uint8_t digest[AUDIT_HASH_BYTES]) {
  if (c->n_strangers == c->cap_strangers) {
    c->cap_strangers = 2 * c->cap_strangers + 64;
    c->strangers = realloc(c->strangers, c->cap_strangers * sizeof *c->strangers);
    if (!c->strangers) abort();
  }
  struct audit_stranger *s = &c->strangers[c->n_strangers++];
  *s = (struct audit_stranger){.at = at, .is = known_as(c, digest)};
  memcpy(s->digest, digest, sizeof s->digest);
}

static bool is_sealed(const struct audit_check *c, struct bytes entry, const AuditEntry *read) {
  const uint8_t *key = read && text_is_slug(read->service) ? c->key_of(c->context, read->service) : NULL;
  return key && audit_is_sealed(key, c->area, entry);
}

// `fresh`: nothing has been seen yet at this sequence or behind it.
static void check_entry(struct audit_check *c, uint64_t sequence, bool fresh, struct bytes entry) {
  uint8_t digest[AUDIT_HASH_BYTES];
  const struct chain_link *link = link_at(c, sequence);
  arena_reset(&c->arena);
  const AuditEntry *read = arena_unpack(&c->arena, &audit_entry__descriptor, entry.data, entry.size_bytes);
  c->n_entries++;
  audit_digest(c->chain_key, c->area, entry, digest);
  bool placed =
      link ? !c->settled[sequence] && !memcmp(link->digest, digest, sizeof digest) : fresh && !known_as(c, digest);
  if (!placed)
    add_stranger(c, sequence, digest);
  else if (!is_sealed(c, entry, read))
    fault(c, "entry %" PRIu64 " does not bear the seal of a service: it was changed or invented", sequence);
  if (placed && link) c->settled[sequence] = true;
  if (placed && sequence > c->n_signed && read && read->at_ms < c->now_ms - AUDIT_LATE_MS) {
    if (!c->late.first) c->late.first = sequence;
    c->late.last = sequence;
  }
}

// Between two entries of the stream something is missing. What the chain has of it is told at the end, as it may stand
// elsewhere.
static void check_gap(struct audit_check *c, uint64_t first, uint64_t last) {
  if (first <= c->chain.n_links) first = c->chain.n_links + 1;
  if (first <= last) fault_run(c, (struct audit_run){first, last}, "is missing", "are missing");
}

static void damaged(struct audit_check *c, uint64_t last) {
  if (last <= c->last) {
    fault(c, "behind entry %" PRIu64 " something was inserted that is not a list of entries", last);
    return;
  }
  fault_run(c, (struct audit_run){c->last + 1, last}, "cannot be read: its list was changed",
            "cannot be read: their list was changed");
  for (uint64_t s = c->last + 1; s <= last && s <= c->chain.n_links; s++) c->settled[s] = true;
}

// The number of entries of a list; 0 where it is damaged.
static uint64_t count(struct bytes list) {
  struct bytes entry;
  uint64_t n = 0;
  while (audit_next(&list, &entry)) n++;
  return list.size_bytes ? 0 : n;
}

void audit_check_entry(struct audit_check *c, const struct store_entry *entry) {
  uint64_t n = count(entry->list), last = entry->last;
  struct bytes list = entry->list, one;
  if (!n || n > last) {
    damaged(c, last);
  } else {
    uint64_t sequence = last + 1 - n;
    if (sequence > c->last + 1) check_gap(c, c->last + 1, sequence - 1);
    for (; audit_next(&list, &one); sequence++) check_entry(c, sequence, sequence > c->last, one);
  }
  if (last > c->last) c->last = last;
}

// --- the end

// Which strangers the chain knows, and what is then in its place.
static void recognise(struct audit_check *c) {
  for (size_t i = 0; i < c->n_strangers; i++) {
    struct audit_stranger *s = &c->strangers[i];
    if (!s->is) continue;
    s->copy = c->settled[s->is];
    c->settled[s->is] = true;
  }
}

// As many as moved together, by removing or inserting one before them, are one line.
static size_t tell_moved(struct audit_check *c, size_t i) {
  const struct audit_stranger *s = &c->strangers[i];
  size_t n = 1;
  while (i + n < c->n_strangers && !s[n].copy && s[n].is == s->is + n && s[n].at == s->at + n) n++;
  if (n == 1)
    fault(c, "entry %" PRIu64 " was moved: it stands at %" PRIu64, s->is, s->at);
  else
    fault(c, "entries %" PRIu64 " to %" PRIu64 " were moved: they stand at %" PRIu64 " to %" PRIu64, s->is,
          s->is + n - 1, s->at, s->at + n - 1);
  return n;
}

static void tell_unknown(struct audit_check *c, const struct audit_stranger *s) {
  bool changed = link_at(c, s->at) && !c->settled[s->at];
  if (changed) c->settled[s->at] = true;
  fault(c, "entry %" PRIu64 " %s", s->at, changed ? "was changed" : "was inserted: the notary did not find it there");
}

static void tell_strangers(struct audit_check *c) {
  for (size_t i = 0; i < c->n_strangers;) {
    const struct audit_stranger *s = &c->strangers[i];
    if (s->is && !s->copy) {
      i += tell_moved(c, i);
      continue;
    }
    if (s->is)
      fault(c, "entry %" PRIu64 " is a copy of entry %" PRIu64 ": it was inserted", s->at, s->is);
    else
      tell_unknown(c, s);
    i++;
  }
}

static void tell_missing(struct audit_check *c) {
  struct audit_run missing = {0};
  for (uint64_t s = 1; s <= c->chain.n_links; s++)
    if (!c->settled[s]) extend(c, &missing, s, "is missing", "are missing");
  fault_run(c, missing, "is missing", "are missing");
}

void audit_check_end(struct audit_check *c) {
  recognise(c);
  tell_strangers(c);
  tell_missing(c);
  fault_run(c, c->late, "is older than ten minutes, and no valid head is signed for it: is the notary running?",
            "are older than ten minutes, and no valid head is signed for them: is the notary running?");
}

void audit_check_free(struct audit_check *c) {
  free(c->settled);
  free(c->by_digest);
  free(c->strangers);
  arena_deinit(&c->arena);
}
