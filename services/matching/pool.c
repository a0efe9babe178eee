#include "pool_state.h"
#include "rules.h"
#include <stdlib.h>
#include <string.h>

static void *resized(void *old, size_t before, size_t after, size_t bytes) {
  char *now = realloc(old, after * bytes);
  if (!now) abort();
  memset(now + before * bytes, 0, (after - before) * bytes);
  return now;
}

// --- names

// FNV-1a.
static uint32_t hash_of(enum pool_kind kind, const char *text) {
  uint32_t hash = 2166136261U ^ kind;
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 16777619U;
  return hash;
}

// Where the name is in the table, or would be.
static uint32_t seat_of(const struct pool *p, enum pool_kind kind, const char *text) {
  uint32_t seat = hash_of(kind, text) & (p->size_table - 1);
  for (; p->table[seat]; seat = (seat + 1) & (p->size_table - 1)) {
    const struct pool_name *name = &p->name[p->table[seat] - 1];
    if (name->kind == kind && !strcmp(name->text, text)) break;
  }
  return seat;
}

struct pool_name *pool_find(const struct pool *p, enum pool_kind kind, const char *text) {
  uint32_t number = p->table[seat_of(p, kind, text)];
  return number ? &p->name[number - 1] : NULL;
}

static void grow_table(struct pool *p) {
  p->size_table *= 2;
  free(p->table);
  p->table = resized(NULL, 0, p->size_table, sizeof *p->table);
  for (uint32_t i = 0; i < p->n_names; i++) p->table[seat_of(p, p->name[i].kind, p->name[i].text)] = i + 1;
}

static uint32_t add_name(struct pool *p, enum pool_kind kind, const char *text) {
  uint32_t seat = seat_of(p, kind, text);
  if (p->table[seat]) return p->table[seat] - 1;
  if (p->n_names == p->room_names) {
    p->name = resized(p->name, p->room_names, 2 * p->room_names, sizeof *p->name);
    p->room_names *= 2;
    grow_table(p);
    seat = seat_of(p, kind, text);
  }
  struct pool_name *name = &p->name[p->n_names];
  *name = (struct pool_name){.kind = kind, .text = strdup(text)};
  if (!name->text) abort();
  if (kind < POOL_PRACTITIONER) name->bits = resized(NULL, 0, pool_words(p), sizeof *name->bits);
  if (kind < POOL_PLACE) name->word = p->n_words[kind]++;
  return (p->table[seat] = ++p->n_names) - 1;
}

static void list_add(struct pool_name *name, uint32_t slot) {
  if (name->n_list == name->room_list) {
    name->list = resized(name->list, name->room_list, 2 * name->room_list + 4, sizeof *name->list);
    name->room_list = 2 * name->room_list + 4;
  }
  name->list[name->n_list++] = slot;
}

static void list_remove(struct pool_name *name, uint32_t slot) {
  for (uint32_t i = 0; i < name->n_list; i++)
    if (name->list[i] == slot) name->list[i--] = name->list[--name->n_list];
}

// --- slots

static void grow(struct pool *p) {
  uint32_t before = p->room, after = before ? before * 2 : 64;
  for (unsigned b = 0; b < POOL_BITS; b++) p->bits[b] = resized(p->bits[b], before / 64, after / 64, sizeof **p->bits);
  for (unsigned w = 0; w < POOL_WORK; w++) p->work[w] = resized(p->work[w], before / 64, after / 64, sizeof **p->work);
  for (uint32_t i = 0; i < p->n_names; i++)
    if (p->name[i].bits) p->name[i].bits = resized(p->name[i].bits, before / 64, after / 64, sizeof *p->name[i].bits);
  p->id = resized(p->id, before, after, sizeof *p->id);
  p->facts = resized(p->facts, before, after, sizeof *p->facts);
  p->version = resized(p->version, before, after, sizeof *p->version);
  p->vetted_until_ms = resized(p->vetted_until_ms, before, after, sizeof *p->vetted_until_ms);
  p->supervised_until_ms = resized(p->supervised_until_ms, before, after, sizeof *p->supervised_until_ms);
  p->names = resized(p->names, before, after, sizeof *p->names);
  p->room = after;
}

struct pool *pool_new(void) {
  struct pool *p = resized(NULL, 0, 1, sizeof *p);
  p->room_names = 64;
  p->size_table = 256; // at most half of it is taken
  p->name = resized(NULL, 0, p->room_names, sizeof *p->name);
  p->table = resized(NULL, 0, p->size_table, sizeof *p->table);
  grow(p);
  return p;
}

void pool_free(struct pool *p) {
  if (!p) return;
  for (uint32_t i = 0; i < p->n_names; i++) free(p->name[i].text), free(p->name[i].bits), free(p->name[i].list);
  for (uint32_t i = 0; i < p->n_slots; i++) free(p->id[i]), free(p->names[i]);
  for (unsigned b = 0; b < POOL_BITS; b++) free(p->bits[b]);
  for (unsigned w = 0; w < POOL_WORK; w++) free(p->work[w]);
  free(p->id), free(p->facts), free(p->version);
  free(p->vetted_until_ms), free(p->supervised_until_ms), free(p->names), free(p->name), free(p->table), free(p);
}

// --- a mentor's names

static void change(uint64_t *word, uint64_t bits, bool on) {
  *word = on ? *word | bits : *word & ~bits;
}

static void mark(struct pool *p, uint32_t slot, uint32_t number, bool on) {
  struct pool_name *name = &p->name[number];
  uint64_t word = UINT64_C(1) << name->word;
  if (name->bits) pool_set(name->bits, slot, on);
  if (name->kind == POOL_EXPERIENCE) change(&p->facts[slot].experiences, word, on);
  if (name->kind == POOL_TIME) change(&p->facts[slot].times, word, on);
  if (!name->bits && on) list_add(name, slot);
  if (!name->bits && !on) list_remove(name, slot);
}

static void add_names(struct pool *p, uint32_t slot, enum pool_kind kind, struct pool_texts texts) {
  for (size_t i = 0; i < texts.n; i++) {
    uint32_t number = add_name(p, kind, texts.texts[i]);
    mark(p, slot, number, true);
    p->names[slot][++p->names[slot][0]] = number;
  }
}

static void clear_names(struct pool *p, uint32_t slot) {
  for (uint32_t i = 1; p->names[slot] && i <= p->names[slot][0]; i++) mark(p, slot, p->names[slot][i], false);
  free(p->names[slot]);
  p->names[slot] = NULL;
}

static bool has_text(const struct pool_texts *texts, const char *text) {
  for (size_t i = 0; i < texts->n; i++)
    if (!strcmp(texts->texts[i], text)) return true;
  return false;
}

static bool may_be_at(const struct pool_mentor *m, size_t place) {
  return !has_text(&m->keep_away, m->places.texts[place]);
}

static void add_places(struct pool *p, uint32_t slot, const struct pool_mentor *m) {
  add_names(p, slot, POOL_NAMED_PLACE, m->places);
  for (size_t i = 0; i < m->places.n; i++)
    if (may_be_at(m, i)) add_names(p, slot, POOL_PLACE, (struct pool_texts){1, &m->places.texts[i]});
}

static void set_names(struct pool *p, uint32_t slot, const struct pool_mentor *m) {
  bool supervised = m->own_practitioner && *m->own_practitioner;
  char *practitioner = (char *)m->own_practitioner, *id = (char *)m->id;
  size_t n = m->experiences.n + m->languages.n + m->availability.n + 2 * m->places.n + m->not_with.n +
             m->prefers_not.n + m->accompanied.n;
  p->names[slot] = resized(NULL, 0, n + 3, sizeof **p->names);
  add_names(p, slot, POOL_EXPERIENCE, m->experiences);
  add_names(p, slot, POOL_LANGUAGE, m->languages);
  add_names(p, slot, POOL_TIME, m->availability);
  add_places(p, slot, m);
  add_names(p, slot, POOL_PREFERS_NOT, m->prefers_not);
  add_names(p, slot, POOL_NOT_WITH, m->not_with);
  add_names(p, slot, POOL_ACCOMPANIED, m->accompanied);
  add_names(p, slot, POOL_PRACTITIONER, (struct pool_texts){supervised, &practitioner});
  add_names(p, slot, POOL_ID, (struct pool_texts){1, &id});
}

// Whether there are words for all, new ones included.
static bool has_words(const struct pool *p, enum pool_kind kind, struct pool_texts texts) {
  size_t n_new = 0;
  for (size_t i = 0; i < texts.n; i++) n_new += !pool_find(p, kind, texts.texts[i]);
  return p->n_words[kind] + n_new <= POOL_WORDS;
}

// --- a mentor's columns

static uint32_t places_free(const struct pool_mentor *m) {
  return m->capacity > m->places_taken ? m->capacity - m->places_taken : 0;
}

static uint8_t load_of(const struct pool_mentor *m) {
  uint32_t n = places_free(m);
  bool heavy = m->places_taken * 4 >= m->capacity * 3;
  return (uint8_t)((n < RULES_MOST_FREE_PLACES ? n : RULES_MOST_FREE_PLACES) | (heavy ? POOL_HEAVY : 0));
}

static bool may_be_anywhere(const struct pool_mentor *m) {
  for (size_t i = 0; i < m->places.n; i++)
    if (may_be_at(m, i)) return true;
  return false;
}

static void use(struct pool *p, uint32_t slot, bool on) {
  p->n_in_use += (uint32_t)on - (uint32_t)pool_bit(p->bits[POOL_IN_USE], slot);
  pool_set(p->bits[POOL_IN_USE], slot, on);
}

static void set_columns(struct pool *p, uint32_t slot, const struct pool_mentor *m) {
  use(p, slot, true);
  pool_set(p->bits[POOL_PAUSED], slot, !m->active);
  pool_set(p->bits[POOL_FULL], slot, !places_free(m));
  pool_set(p->bits[POOL_SAFE_CONTACT], slot, m->safe_contact);
  pool_set(p->bits[POOL_NOT_VETTED], slot, m->vetted_until_ms <= 0);
  pool_set(p->bits[POOL_REMOTE], slot, m->remote);
  pool_set(p->bits[POOL_NOT_CHECKED], slot, !m->conflicts_checked);
  pool_set(p->bits[POOL_NAMES_PLACES], slot, m->places.n > 0);
  pool_set(p->bits[POOL_HAS_PLACES], slot, may_be_anywhere(m));
  pool_set(p->bits[POOL_SKILLED], slot, m->skill >= 2);
  pool_set(p->bits[POOL_MOST_SKILLED], slot, m->skill >= 3);
  for (unsigned g = 0; g < POOL_GENDERS; g++) pool_set(p->bits[POOL_GENDER_FIRST + g], slot, m->gender == g);
  p->facts[slot].load = load_of(m);
  p->version[slot] = m->version;
  p->vetted_until_ms[slot] = m->vetted_until_ms;
  p->supervised_until_ms[slot] = m->supervised_until_ms;
}

// --- the moment

static void set_times(struct pool *p, uint32_t slot, int64_t now_ms) {
  int64_t until = p->vetted_until_ms[slot], soon = until - RULES_VETTING_ENDS_SOON_MS;
  int64_t supervised = p->supervised_until_ms[slot];
  pool_set(p->bits[POOL_VETTING_OVER], slot, until > 0 && until <= now_ms);
  pool_set(p->bits[POOL_VETTING_ENDS], slot, until - now_ms < RULES_VETTING_ENDS_SOON_MS);
  pool_set(p->bits[POOL_UNSUPERVISED], slot, supervised <= now_ms);
  if (supervised > now_ms && supervised < p->window_to) p->window_to = supervised;
  if (until > now_ms && until < p->window_to) p->window_to = until;
  if (soon >= now_ms && soon + 1 < p->window_to) p->window_to = soon + 1;
}

void pool_refresh(struct pool *p, int64_t now_ms) {
  if (p->window_from <= now_ms && now_ms < p->window_to) return;
  p->window_from = now_ms;
  p->window_to = INT64_MAX;
  for (uint32_t i = 0; i < p->n_slots; i++)
    if (p->id[i]) set_times(p, i, now_ms);
}

// --- changes

static uint32_t slot_for(struct pool *p, const char *id) {
  struct pool_name *name = pool_find(p, POOL_ID, id);
  if (name) return name->list[0];
  if (p->n_slots == p->room) grow(p);
  p->id[p->n_slots] = strdup(id);
  if (!p->id[p->n_slots]) abort();
  return p->n_slots++;
}

bool pool_put(struct pool *p, const struct pool_mentor *m) {
  if (!has_words(p, POOL_EXPERIENCE, m->experiences) || !has_words(p, POOL_TIME, m->availability)) return false;
  if (m->gender >= POOL_GENDERS) return false;
  const struct pool_name *known = pool_find(p, POOL_ID, m->id);
  if (known && m->version <= p->version[known->list[0]]) return true;
  uint32_t slot = slot_for(p, m->id);
  clear_names(p, slot);
  set_names(p, slot, m);
  set_columns(p, slot, m);
  if (p->window_from < p->window_to) set_times(p, slot, p->window_from);
  return true;
}

// The slot stays theirs, should they come back.
void pool_remove(struct pool *p, const char *id, uint64_t version) {
  struct pool_name *name = pool_find(p, POOL_ID, id);
  if (!name) return;
  uint32_t slot = name->list[0];
  if (version < p->version[slot]) return;
  struct pool_mentor nothing = {.id = id};
  clear_names(p, slot);
  set_names(p, slot, &nothing);
  use(p, slot, false);
  p->version[slot] = version;
}
