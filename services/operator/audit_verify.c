// Compares the audit of each area with the notary's files.
#include "audit_command.h"
#include "audit_read.h"
#include "keys.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

const uint8_t *audit_key(void *keys, const char *service) {
  struct audit_keys *k = keys;
  char errors[512];
  for (size_t i = 0; i < k->n; i++)
    if (!strcmp(k->known[i].service, service)) return k->known[i].there ? k->known[i].key : NULL;
  size_t last = sizeof k->known / sizeof *k->known - 1, i = k->n < last ? k->n++ : last;
  snprintf(k->known[i].service, sizeof k->known[i].service, "%s", service);
  k->known[i].there = !keys_read_secret(k->folder, service, "audit", k->known[i].key, errors, sizeof errors);
  return k->known[i].there ? k->known[i].key : NULL;
}

static void on_entry(void *context, const struct store_entry *entry) {
  audit_check_entry(context, entry);
}

// The notary's files are looked at first: the stream then has all that they name, and what is newer.
static bool verify_area(struct sync *s, struct audit_check *c, const char *folder) {
  if (!chain_view_open(&c->chain, folder, c->area)) {
    fprintf(stderr, "alongside audit verify: %s/%s.chain: %s\n", folder, c->area, strerror(errno));
    return false;
  }
  audit_check_begin(c);
  bool answered = audit_read(s, c->area, 0, on_entry, c);
  if (answered) audit_check_end(c);
  audit_check_free(c);
  if (answered)
    printf("%s: %zu entries, signed for up to %" PRIu64 ", %zu faults\n", c->area, c->n_entries, c->n_signed,
           c->n_faults);
  else
    fprintf(stderr, "alongside audit verify: the store stopped answering\n");
  chain_view_close(&c->chain);
  return answered && !c->n_faults;
}

static bool load(struct audit_check *c, const char *keys) {
  char errors[512];
  if (!keys_read_secret(keys, "notary", "audit", c->chain_key, errors, sizeof errors) &&
      !keys_read_secret(keys, "notary", "public", c->public_key, errors, sizeof errors))
    return true;
  fprintf(stderr, "alongside audit verify: %s\n", errors);
  return false;
}

int audit_verify(struct sync *s, const char *folder, const char *area) {
  const Areas *areas = s->config.areas;
  struct audit_keys keys = {.folder = s->config.keys};
  struct audit_check fresh = {
      .out = stdout, .key_of = audit_key, .context = &keys, .now_ms = (int64_t)time(NULL) * 1000};
  bool fine = load(&fresh, s->config.keys);
  for (size_t i = 0, n = fine ? areas->n_areas : 0; i < n; i++) {
    struct audit_check c = fresh;
    c.area = areas->areas[i]->id;
    if (!area || !strcmp(area, c.area)) fine &= verify_area(s, &c, folder);
  }
  return fine ? 0 : 1;
}
