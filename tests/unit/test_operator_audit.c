// links: operator
// kinds: trust
// The audit of an area, the notary's chain of it, and whatever somebody might do to either.
#include "audit_command.h"
#include "notary.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AREA "demo-north"
#define START_MS INT64_C(1795410000000)
#define STEP_MS INT64_C(120000) // between two entries
enum {
  ENTRIES = 96,
  NOTED = 94,     // the notary has not come by since
  HEAD_EVERY = 5, // entries; the last head is that of entry 93
  LISTS = 2 * ENTRIES,
  HEADS = NOTED / HEAD_EVERY + 2,
  ENTRY_BYTES = 160,
  MANIPULATIONS = 1000,
};

// One entry with its bytes; the lists are made of them.
struct written {
  uint8_t bytes[ENTRY_BYTES];
  size_t size_bytes;
};
// A stream is its entries with their sequences; those in one list carry the same `list`.
struct placed {
  struct written entry;
  uint64_t last; // the sequence of the last entry of its list
  bool ends;     // its list
  bool torn;     // its list cannot be read
};
struct trail {
  struct placed stream[LISTS];
  size_t n;
  struct chain_link links[NOTED + 1];
  struct chain_head heads[HEADS];
  size_t n_links, n_heads;
  uint64_t targets[2]; // the sequences, or heads, that a manipulation was about; 0: none
};

static uint8_t service_key[32] = {1}, chain_key[32] = {2}, public_key[32], secret_key[64];
static struct trail whole; // as it was written
static char said[1 << 16];

static uint64_t dice_state = 7;
static uint64_t dice(void) {
  uint64_t z = (dice_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}
static size_t below(size_t n) {
  return (size_t)(dice() % n);
}

// --- writing

static struct written write_entry(const char *actor, const char *crn, int64_t at_ms) {
  uint8_t room[AUDIT_HASH_BYTES] = {0}, correlation[16], bytes[ENTRY_BYTES];
  AuditEntry entry = AUDIT_ENTRY__INIT, *entries[] = {&entry};
  AuditList list = AUDIT_LIST__INIT;
  Role role = ROLE__PRACTITIONER;
  for (size_t i = 0; i < sizeof correlation; i++) correlation[i] = (uint8_t)dice();
  entry.at_ms = at_ms;
  entry.actor = (char *)actor;
  entry.n_roles = 1;
  entry.roles = &role;
  entry.operation = OPERATION__CONSULTATION;
  entry.message = "ReadPerson";
  entry.n_subjects = 1;
  entry.subjects = (char **)&crn;
  entry.correlation_id = (ProtobufCBinaryData){sizeof correlation, correlation};
  entry.service = "intake";
  entry.mac = (ProtobufCBinaryData){sizeof room, room};
  list.n_entries = 1;
  list.entries = entries;
  struct bytes packed = {bytes, audit_list__pack(&list, bytes)}, one;
  audit_seal(service_key, AREA, packed);
  struct written w = {.size_bytes = 0};
  assert_true(audit_next(&packed, &one));
  memcpy(w.bytes, one.data, w.size_bytes = one.size_bytes);
  return w;
}

// Numbers the entries from 1 on, and gives them to lists anew.
static void renumber(struct trail *t) {
  for (size_t i = 0; i < t->n; i++) t->stream[i].ends |= i + 1 == t->n;
  for (size_t i = t->n; i-- > 0;) t->stream[i].last = t->stream[i].ends ? i + 1 : t->stream[i + 1].last;
}

typedef void each_fn(void *context, const struct store_entry *entry);

// The stream as the store has it: lists with the sequence of their last entry.
static void each_list(const struct trail *t, each_fn *each, void *context) {
  uint8_t list[16 * ENTRY_BYTES];
  size_t size_bytes = 0;
  for (size_t i = 0; i < t->n; i++) {
    const struct written *w = &t->stream[i].entry;
    list[size_bytes++] = t->stream[i].torn ? 0x12 : 0x0a;
    if (w->size_bytes > 127) list[size_bytes++] = (uint8_t)(w->size_bytes | 128);
    list[size_bytes++] = (uint8_t)(w->size_bytes > 127 ? w->size_bytes >> 7 : w->size_bytes);
    memcpy(list + size_bytes, w->bytes, w->size_bytes);
    size_bytes += w->size_bytes;
    if (!t->stream[i].ends) continue;
    each(context, &(struct store_entry){t->stream[i].last, {list, size_bytes}});
    size_bytes = 0;
  }
}

static void note(void *context, const struct store_entry *entry) {
  struct notes *n = context;
  if (entry->last <= NOTED) assert_true(notes_take(n, entry));
}

static void sign(struct trail *t, uint64_t sequence) {
  struct chain_head *before = t->n_heads ? &t->heads[t->n_heads - 1] : NULL;
  chain_make_head(&t->heads[t->n_heads++], before, secret_key, AREA, sequence, START_MS + (int64_t)sequence * STEP_MS,
                  t->links[sequence - 1].link);
}

static int setup(void **state) {
  uint8_t seed[32] = {3};
  struct notes n = {.key = chain_key, .area = AREA};
  (void)state;
  if (sodium_init() < 0) return -1;
  crypto_sign_seed_keypair(public_key, secret_key, seed);
  for (size_t i = 0; i < ENTRIES; i++) {
    char crn[8];
    snprintf(crn, sizeof crn, "X%06zu", 900000 + i % 7);
    whole.stream[i].entry = write_entry("N01A001", crn, START_MS + (int64_t)(i + 1) * STEP_MS);
    whole.stream[i].ends = i % 4 != 1 && i % 7 != 3; // one to three in a list
  }
  whole.stream[NOTED - 1].ends = true;
  whole.n = ENTRIES;
  renumber(&whole);
  each_list(&whole, note, &n);
  memcpy(whole.links, n.links, n.n_links * sizeof *n.links);
  whole.n_links = n.n_links;
  free(n.links);
  for (uint64_t s = 3; s <= NOTED; s += HEAD_EVERY) sign(&whole, s);
  return whole.n_links == NOTED ? 0 : -1;
}

// --- checking

static const uint8_t *key_of(void *context, const char *service) {
  (void)context;
  return strcmp(service, "intake") ? NULL : service_key;
}

static void check_one(void *context, const struct store_entry *entry) {
  audit_check_entry(context, entry);
}

static size_t check(const struct trail *t) {
  struct audit_check c = {.area = AREA, .key_of = key_of, .now_ms = START_MS + ENTRIES * STEP_MS};
  memset(said, 0, sizeof said);
  c.out = fmemopen(said, sizeof said - 1, "w");
  c.chain = (struct chain_view){t->links, t->heads, t->n_links, t->n_heads};
  memcpy(c.chain_key, chain_key, sizeof chain_key);
  memcpy(c.public_key, public_key, sizeof public_key);
  audit_check_begin(&c);
  each_list(t, check_one, &c);
  audit_check_end(&c);
  audit_check_free(&c);
  fclose(c.out);
  return c.n_faults;
}

// Whether a line names that sequence (or head): "entry 7", "entries 3 to 9". What stands in brackets does not count.
static bool names(uint64_t sequence) {
  for (const char *at = said; *at;) {
    if (*at == '(') at += strcspn(at, ")\n");
    if (*at < '0' || *at > '9') {
      at++;
      continue;
    }
    char *end;
    uint64_t first = strtoull(at, &end, 10), last = first;
    if (!strncmp(end, " to ", 4) && end[4] >= '0' && end[4] <= '9') last = strtoull(end + 4, &end, 10);
    if (first <= sequence && sequence <= last) return true;
    at = end;
  }
  return false;
}

// --- what somebody might do

static size_t noted(void) {
  return below(NOTED);
}

static void drop(struct trail *t, size_t i) {
  if (t->stream[i].ends && i && t->stream[i - 1].last == t->stream[i].last) t->stream[i - 1].ends = true;
  memmove(&t->stream[i], &t->stream[i + 1], (t->n - i - 1) * sizeof *t->stream);
  t->n--;
}

static void make_room(struct trail *t, size_t i) {
  memmove(&t->stream[i + 1], &t->stream[i], (t->n - i) * sizeof *t->stream);
  t->n++;
}

static void change_a_byte(struct trail *t) {
  size_t i = below(ENTRIES);
  t->stream[i].entry.bytes[below(t->stream[i].entry.size_bytes)] ^= (uint8_t)(1 + below(255));
  t->targets[0] = i + 1;
}
static void tear_a_list(struct trail *t) {
  size_t i = below(ENTRIES);
  t->stream[i].torn = true;
  t->targets[0] = i + 1;
}
static void change_and_seal_again(struct trail *t) {
  size_t i = noted();
  t->stream[i].entry = write_entry("N01A002", "X900001", START_MS + (int64_t)(i + 1) * STEP_MS);
  t->targets[0] = i + 1;
}
static void remove_one(struct trail *t) {
  size_t i = below(ENTRIES - 1);
  drop(t, i);
  t->targets[0] = i + 1;
}
static void remove_one_and_renumber(struct trail *t) {
  size_t i = noted();
  drop(t, i);
  renumber(t);
  t->targets[0] = i + 1;
}
static void swap_two(struct trail *t) {
  size_t i = noted(), k = (i + 1 + below(NOTED - 1)) % NOTED;
  struct written kept = t->stream[i].entry;
  t->stream[i].entry = t->stream[k].entry;
  t->stream[k].entry = kept;
  t->targets[0] = i + 1;
  t->targets[1] = k + 1;
}
static void insert_an_invented_one(struct trail *t) {
  size_t i = below(ENTRIES);
  make_room(t, i);
  t->stream[i].entry = write_entry("N01A003", "X900002", START_MS);
  t->stream[i].entry.bytes[t->stream[i].entry.size_bytes - 1] ^= 1;
  renumber(t);
  t->targets[0] = i + 1;
}
static void insert_a_copy(struct trail *t) {
  size_t i = below(ENTRIES), of = noted();
  make_room(t, i);
  t->stream[i].entry = whole.stream[of].entry;
  renumber(t);
  t->targets[0] = of + 1;
}
static void insert_a_list_under_the_same_sequence(struct trail *t) {
  size_t i = noted();
  while (!t->stream[i].ends) i++;
  make_room(t, i + 1);
  t->stream[i + 1].last = t->stream[i].last;
  t->stream[i + 1].ends = true;
  t->stream[i + 1].entry = write_entry("N01A003", "X900002", START_MS);
  t->targets[0] = t->stream[i].last;
}
static void cut_the_stream(struct trail *t) {
  t->n = noted();
  if (t->n) t->stream[t->n - 1].ends = true;
  renumber(t);
  t->targets[0] = t->n + 1;
}
static void change_a_note(struct trail *t) {
  size_t i = noted();
  ((uint8_t *)&t->links[i])[below(sizeof *t->links)] ^= (uint8_t)(1 + below(255));
  t->targets[0] = i + 1;
}
static void remove_a_note(struct trail *t) {
  size_t i = below(NOTED - 1);
  memmove(&t->links[i], &t->links[i + 1], (t->n_links - i - 1) * sizeof *t->links);
  t->n_links--;
  t->targets[0] = i + 1;
}
static void insert_a_note(struct trail *t) {
  size_t i = noted();
  memmove(&t->links[i + 1], &t->links[i], (t->n_links - i) * sizeof *t->links);
  t->n_links++;
  t->links[i].digest[0] ^= 1;
  t->targets[0] = i + 1;
}
static void swap_two_notes(struct trail *t) {
  size_t i = noted(), k = (i + 1 + below(NOTED - 1)) % NOTED;
  struct chain_link kept = t->links[i];
  t->links[i] = t->links[k];
  t->links[k] = kept;
  t->targets[0] = i + 1;
  t->targets[1] = k + 1;
}
static void cut_the_notes(struct trail *t) {
  t->n_links = below(NOTED - HEAD_EVERY);
  t->targets[0] = t->n_links + 1;
}
static void change_a_head(struct trail *t) {
  size_t i = below(t->n_heads);
  ((uint8_t *)&t->heads[i])[below(sizeof *t->heads)] ^= (uint8_t)(1 + below(255));
  t->targets[0] = i + 1;
}
static void remove_a_head(struct trail *t) {
  size_t i = below(t->n_heads - 1);
  memmove(&t->heads[i], &t->heads[i + 1], (t->n_heads - i - 1) * sizeof *t->heads);
  t->n_heads--;
  t->targets[0] = i + 1;
}
static void swap_two_heads(struct trail *t) {
  size_t i = below(t->n_heads), k = (i + 1 + below(t->n_heads - 1)) % t->n_heads;
  struct chain_head kept = t->heads[i];
  t->heads[i] = t->heads[k];
  t->heads[k] = kept;
  t->targets[0] = i + 1;
  t->targets[1] = k + 1;
}
static void cut_the_heads(struct trail *t) {
  t->n_heads = below(t->n_heads);
  t->targets[0] = t->n_heads ? chain_sequence(&t->heads[t->n_heads - 1]) + 1 : 1;
}

static void (*const manipulations[])(struct trail *) = {
    change_a_byte,  change_and_seal_again,  remove_one,    remove_one_and_renumber,
    swap_two,       insert_an_invented_one, insert_a_copy, insert_a_list_under_the_same_sequence,
    cut_the_stream, change_a_note,          remove_a_note, insert_a_note,
    swap_two_notes, cut_the_notes,          change_a_head, remove_a_head,
    swap_two_heads, cut_the_heads,          tear_a_list,
};
enum {
  KINDS = sizeof manipulations / sizeof *manipulations
};

static void an_audit_that_is_whole_has_no_faults(void **state) {
  (void)state;
  assert_int_equal(check(&whole), 0);
  assert_string_equal(said, "");
}

static void each_of_a_thousand_manipulations_is_found_and_named(void **state) {
  struct trail *t = malloc(sizeof *t);
  (void)state;
  for (size_t i = 0; i < MANIPULATIONS; i++) {
    *t = whole;
    manipulations[i % KINDS](t);
    size_t n_faults = check(t);
    for (size_t k = 0; k < 2; k++) {
      if (n_faults && (!t->targets[k] || names(t->targets[k]))) continue;
      fail_msg("manipulation %zu (kind %zu) of %llu is not named:\n%s", i, i % KINDS, (unsigned long long)t->targets[k],
               said);
    }
  }
  free(t);
}

static void assert_said(void (*manipulate)(struct trail *), const char *line) {
  struct trail *t = malloc(sizeof *t);
  *t = whole;
  manipulate(t);
  check(t);
  assert_string_equal(said, line);
  free(t);
}

static void remove_seven(struct trail *t) {
  drop(t, 6);
  renumber(t);
}
static void a_removal_that_renumbers_the_rest_is_told_in_few_words(void **state) {
  (void)state;
  assert_said(remove_seven,
              AREA ": entries 8 to 94 were moved: they stand at 7 to 93\n" AREA
                   ": entry 94 was inserted: the notary did not find it there\n" AREA ": entry 7 is missing\n");
}

// --- what the notary has not seen yet, or has seen too late

static void remove_the_last_but_one(struct trail *t) {
  drop(t, ENTRIES - 2);
}
static void a_gap_is_found_before_the_notary_comes_by(void **state) {
  (void)state;
  assert_said(remove_the_last_but_one, AREA ": entry 95 is missing\n");
}

static void add_behind_the_last(struct trail *t) {
  t->stream[t->n] = t->stream[t->n - 1];
  t->stream[t->n].ends = true;
  t->stream[t->n++].entry = write_entry("N01A003", "X900002", START_MS + ENTRIES * STEP_MS);
}
static void a_second_list_under_the_last_sequence_is_found_before_the_notary_comes_by(void **state) {
  (void)state;
  assert_said(add_behind_the_last, AREA ": entry 96 was inserted: the notary did not find it there\n");
}

// The notary's notes as they would be, had it come by after the stream was changed.
static void note_again(struct trail *t) {
  struct notes n = {.key = chain_key, .area = AREA};
  each_list(t, note, &n);
  memcpy(t->links, n.links, n.n_links * sizeof *n.links);
  free(n.links);
}

static void copy_before_it_is_noted(struct trail *t) {
  t->stream[40].entry = t->stream[20].entry;
  note_again(t);
  t->n_heads = 4; // up to entry 18
  for (uint64_t s = 23; s <= NOTED; s += HEAD_EVERY) sign(t, s);
}
static void a_copy_is_found_that_was_there_when_the_notary_came_by(void **state) {
  (void)state;
  assert_said(copy_before_it_is_noted, AREA ": entry 41 is a copy of entry 21: it was inserted\n");
}

static void write_the_notes_anew(struct trail *t) {
  t->stream[90].entry = write_entry("N01A002", "X900001", START_MS + 91 * STEP_MS);
  note_again(t);
}
static void notes_that_were_written_anew_are_not_those_that_were_signed(void **state) {
  (void)state;
  assert_said(
      write_the_notes_anew, AREA
      ": the notes up to entry 93 are not those that were signed for (2026-11-23 08:06:00 UTC)\n" AREA
      ": entries 89 to 90 are older than ten minutes, and no valid head is signed for them: is the notary running?\n");
}

// --- the notary's files

static char folder[64];

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/alongside-chain-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
  char path[128];
  (void)state;
  snprintf(path, sizeof path, "%s/" AREA ".chain", folder);
  unlink(path);
  snprintf(path, sizeof path, "%s/" AREA ".heads", folder);
  unlink(path);
  return rmdir(folder);
}

static void append_all(void) {
  struct chain c;
  char errors[256] = "";
  assert_int_equal(chain_open(&c, folder, AREA, errors, sizeof errors), 0);
  assert_true(chain_append(&c, whole.links, 10));
  assert_true(chain_sign(&c, secret_key, START_MS));
  assert_true(chain_append(&c, whole.links + 10, NOTED - 10));
  assert_true(chain_sign(&c, secret_key, START_MS + 60000));
  chain_close(&c);
}

static void what_was_appended_and_signed_is_seen(void **state) {
  struct chain_view v;
  (void)state;
  append_all();
  assert_true(chain_view_open(&v, folder, AREA));
  assert_int_equal(v.n_links, NOTED);
  assert_memory_equal(v.links, whole.links, sizeof whole.links[0] * NOTED);
  assert_int_equal(v.n_heads, 2);
  assert_int_equal(chain_sequence(&v.heads[1]), NOTED);
  assert_true(chain_is_signed(&v.heads[0], NULL, public_key, AREA));
  assert_true(chain_is_signed(&v.heads[1], &v.heads[0], public_key, AREA));
  assert_false(chain_is_signed(&v.heads[1], NULL, public_key, AREA));
  assert_false(chain_is_signed(&v.heads[0], NULL, public_key, "elsewhere"));
  chain_view_close(&v);
}

static void a_chain_goes_on_where_it_ended_also_after_half_a_record(void **state) {
  struct chain c;
  char errors[256], path[128];
  (void)state;
  append_all();
  snprintf(path, sizeof path, "%s/" AREA ".chain", folder);
  assert_int_equal(truncate(path, (off_t)(20 * sizeof *whole.links + 7)), 0);
  assert_int_equal(chain_open(&c, folder, AREA, errors, sizeof errors), 0);
  assert_int_equal(c.n, 20);
  assert_memory_equal(c.last.link, whole.links[19].link, AUDIT_HASH_BYTES);
  assert_int_equal(chain_sequence(&c.head), NOTED);
  chain_close(&c);
}

static void two_notaries_do_not_share_a_folder(void **state) {
  struct chain one, other;
  char errors[256];
  (void)state;
  assert_int_equal(chain_open(&one, folder, AREA, errors, sizeof errors), 0);
  assert_int_equal(chain_open(&other, folder, AREA, errors, sizeof errors), -1);
  assert_non_null(strstr(errors, "another notary"));
  chain_close(&one);
}

static void an_area_without_files_has_an_empty_chain(void **state) {
  struct chain_view v;
  (void)state;
  assert_true(chain_view_open(&v, folder, "nowhere"));
  assert_int_equal(v.n_links + v.n_heads, 0);
  chain_view_close(&v);
}

static void what_is_gone_before_the_notary_comes_by_is_noted_as_nothing(void **state) {
  struct trail *t = malloc(sizeof *t);
  struct notes n = {.key = chain_key, .area = AREA};
  (void)state;
  *t = whole;
  t->n = 30;
  t->stream[29].ends = true;
  renumber(t);
  memmove(&t->stream[0], &t->stream[12], 18 * sizeof *t->stream);
  t->n = 18;
  each_list(t, note, &n);
  assert_int_equal(n.n, 30);
  memcpy(t->links, n.links, n.n_links * sizeof *n.links);
  t->n_links = n.n_links;
  t->n_heads = 0;
  check(t);
  assert_non_null(strstr(said, AREA ": entries 1 to 12 were already gone, or not to be read"));
  free(n.links);
  free(t);
}

static void an_entry_that_is_impossibly_far_ahead_is_not_noted(void **state) {
  struct notes n = {.key = chain_key, .area = AREA};
  (void)state;
  assert_false(notes_take(&n, &(struct store_entry){.last = UINT64_MAX}));
  assert_int_equal(n.n_links, 0);
}

// --- showing

static void an_entry_is_told_as_who_when_what_whose_and_with_which_outcome(void **state) {
  char line[512] = "", *subjects[] = {"X123456"};
  Role roles[] = {ROLE__PRACTITIONER};
  Partition partitions[] = {PARTITION__CONTACT, PARTITION__SUPERVISION};
  AuditEntry e = AUDIT_ENTRY__INIT;
  (void)state;
  e.at_ms = START_MS;
  e.actor = "N01A001";
  e.n_roles = 1;
  e.roles = roles;
  e.operation = OPERATION__CONSULTATION;
  e.message = "ReadSession";
  e.n_subjects = 1;
  e.subjects = subjects;
  e.n_partitions = 2;
  e.partitions = partitions;
  e.correlation_id = (ProtobufCBinaryData){2, (uint8_t *)"\x12\xab"};
  e.service = "intake";
  e.purpose = "case-review";
  e.recipient = "person X123456";
  FILE *out = fmemopen(line, sizeof line, "w");
  audit_write_line(out, AREA, 7, &e);
  fclose(out);
  assert_string_equal(line, "2026-11-23T05:00:00Z demo-north/7 N01A001 as PRACTITIONER CONSULTATION ReadSession of "
                            "X123456 open CONTACT,SUPERVISION to person X123456 for case-review: OK (intake 12ab)");
}

static void an_entry_answers_a_question_about_its_subject_its_actor_and_its_day(void **state) {
  char *subjects[] = {"X000001", "X123456"};
  AuditEntry e = AUDIT_ENTRY__INIT;
  (void)state;
  e.at_ms = START_MS;
  e.actor = "N01A001";
  e.n_subjects = 2;
  e.subjects = subjects;
  assert_true(audit_answers(&(struct audit_question){.crn = "X123456"}, &e));
  assert_false(audit_answers(&(struct audit_question){.crn = "X123457"}, &e));
  assert_true(audit_answers(&(struct audit_question){.actor = "N01A001"}, &e));
  assert_false(audit_answers(&(struct audit_question){.crn = "X123456", .actor = "N01A002"}, &e));
  assert_false(audit_answers(&(struct audit_question){.crn = "X123456", .since_ms = START_MS + 1}, &e));
}

#define F(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_audit_that_is_whole_has_no_faults),
      cmocka_unit_test(each_of_a_thousand_manipulations_is_found_and_named),
      cmocka_unit_test(a_removal_that_renumbers_the_rest_is_told_in_few_words),
      cmocka_unit_test(a_gap_is_found_before_the_notary_comes_by),
      cmocka_unit_test(a_second_list_under_the_last_sequence_is_found_before_the_notary_comes_by),
      cmocka_unit_test(a_copy_is_found_that_was_there_when_the_notary_came_by),
      cmocka_unit_test(notes_that_were_written_anew_are_not_those_that_were_signed),
      F(what_was_appended_and_signed_is_seen),
      F(a_chain_goes_on_where_it_ended_also_after_half_a_record),
      F(two_notaries_do_not_share_a_folder),
      F(an_area_without_files_has_an_empty_chain),
      cmocka_unit_test(what_is_gone_before_the_notary_comes_by_is_noted_as_nothing),
      cmocka_unit_test(an_entry_that_is_impossibly_far_ahead_is_not_noted),
      cmocka_unit_test(an_entry_is_told_as_who_when_what_whose_and_with_which_outcome),
      cmocka_unit_test(an_entry_answers_a_question_about_its_subject_its_actor_and_its_day),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
