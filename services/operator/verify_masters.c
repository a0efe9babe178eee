// Data keys: each can be read, and all of a partition are under the same master key, or a rotation was not finished. A
// data key names its master, so that no key is needed to see it. Those from before there were names have none.
#include "keys.h"
#include "seal.h"
#include "verify.h"
#include <stdio.h>
#include <string.h>

struct seen {
  uint8_t id[MASTER_ID_BYTES];
  size_t n, n_others; // under the master that was met first, and under others
};

static void look(struct verify *v, struct seen *seen, const char *key, const struct store_value *value) {
  const DataKey *k = arena_unpack(&v->inner, &data_key__descriptor, value->body.data, value->body.size_bytes);
  v->n_records++;
  if (!k) verify_fault(v, "%s cannot be read: its content is damaged", key);
  if (!k || k->master.len != MASTER_ID_BYTES) return;
  if (!seen->n) memcpy(seen->id, k->master.data, MASTER_ID_BYTES);
  bool same = !memcmp(seen->id, k->master.data, MASTER_ID_BYTES);
  seen->n += same;
  seen->n_others += !same;
}

// The data keys of those that an index names.
static void look_at_all(struct verify *v, struct seen seen[KEYS_PARTITIONS], const char *index) {
  enum {
    KEYS = KEYS_PARTITIONS - 1
  };
  size_t n;
  char **subjects = verify_members(v, &v->inner, index, &n);
  for (size_t i = 0; i < n && !v->broken; i++) {
    const char *keys[KEYS];
    struct store_value values[KEYS];
    for (int p = 0; p < KEYS; p++) keys[p] = arena_printf(&v->inner, "{%s}:DataKey:%s/%d", v->area, subjects[i], p + 1);
    v->broken = !sync_read_many(&v->sync, keys, KEYS, values, &v->inner);
    for (int p = 0; p < KEYS && !v->broken; p++)
      if (values[p].exists) look(v, &seen[p + 1], keys[p], &values[p]);
  }
  arena_reset(&v->inner);
}

void verify_masters(struct verify *v) {
  struct seen seen[KEYS_PARTITIONS] = {0};
  look_at_all(v, seen, "people");
  if (!v->broken) look_at_all(v, seen, "mentors");
  for (int p = 1; p < KEYS_PARTITIONS && !v->broken; p++)
    if (seen[p].n_others)
      verify_fault(v,
                   "data keys of partition %s are under more than one master key: a rotation was not finished; run "
                   "`alongside keys rotate`",
                   keys_partition_name((Partition)p));
}
