// Requests in flight: a dense array, found through a hash table of half its size at most.
#include "bus_socket.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
  SLOTS = 2 * BUS_IN_FLIGHT,
  MASK = SLOTS - 1
};
_Static_assert((SLOTS & MASK) == 0, "a power of two");

void bus_calls_init(struct bus_calls *c) {
  *c = (struct bus_calls){.entries = calloc(BUS_IN_FLIGHT, sizeof *c->entries),
                          .slots = calloc(SLOTS, sizeof *c->slots)};
  if (!c->entries || !c->slots) abort();
  randombytes_buf(&c->seed, sizeof c->seed);
}

void bus_calls_deinit(struct bus_calls *c) {
  free(c->entries);
  free(c->slots);
  *c = (struct bus_calls){0};
}

static uint32_t home_of(const struct bus_calls *c, const uint8_t id[16]) {
  uint64_t halves[2];
  memcpy(halves, id, sizeof halves);
  uint64_t h = (halves[0] ^ c->seed) * 0x9e3779b97f4a7c15u;
  h = ((h ^ h >> 32) + halves[1]) * (c->seed | 1);
  return (uint32_t)(h >> 40) & MASK;
}

// The slot of the id, or the free one where it would go.
static uint32_t slot_of(const struct bus_calls *c, const uint8_t id[16]) {
  uint32_t at = home_of(c, id);
  while (c->slots[at] && memcmp(c->entries[c->slots[at] - 1].id, id, 16) != 0) at = (at + 1) & MASK;
  return at;
}

struct bus_call_entry *bus_calls_find(struct bus_calls *c, const uint8_t id[16]) {
  uint16_t found = c->slots[slot_of(c, id)];
  return found ? &c->entries[found - 1] : NULL;
}

struct bus_call_entry *bus_calls_add(struct bus_calls *c, const uint8_t id[16]) {
  if (c->n == BUS_IN_FLIGHT) return NULL;
  uint32_t slot = slot_of(c, id);
  if (c->slots[slot]) return NULL;
  struct bus_call_entry *e = &c->entries[c->n++];
  *e = (struct bus_call_entry){.slot = slot};
  memcpy(e->id, id, sizeof e->id);
  c->slots[slot] = (uint16_t)c->n;
  return e;
}

// Frees a slot and moves up those behind it that would not be found any more.
static void close_gap(struct bus_calls *c, uint32_t gap) {
  for (uint32_t at = (gap + 1) & MASK; c->slots[at]; at = (at + 1) & MASK) {
    struct bus_call_entry *e = &c->entries[c->slots[at] - 1];
    if (((at - home_of(c, e->id)) & MASK) < ((at - gap) & MASK)) continue;
    c->slots[gap] = c->slots[at];
    e->slot = gap;
    gap = at;
  }
  c->slots[gap] = 0;
}

struct bus_call_entry bus_calls_take(struct bus_calls *c, struct bus_call_entry *e) {
  struct bus_call_entry taken = *e;
  close_gap(c, taken.slot);
  struct bus_call_entry *last = &c->entries[--c->n];
  if (e != last) {
    *e = *last;
    c->slots[e->slot] = (uint16_t)(e - c->entries + 1);
  }
  return taken;
}
