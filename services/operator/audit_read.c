#include "audit_read.h"

enum {
  PAGE = 50,
  PAGE_BYTES = 256 << 20 // each entry of the stream may be a whole batch of the busiest moment
};

// Each page begins with the sequence that the last one ended with: one more entry may be there under the same, behind a
// page's end. What has been given before is passed over.
bool audit_read(struct sync *s, const char *area, uint64_t after, audit_entry_fn *each, void *context) {
  struct store_entry *entries;
  struct arena arena;
  uint64_t last = after;
  size_t n = 0, passed = 0, given = after ? SIZE_MAX : 0; // entries with the sequence `last` that were given
  bool answered;
  arena_init(&arena, PAGE_BYTES);
  do {
    arena_reset(&arena);
    answered = sync_audit(s, area, last ? last - 1 : 0, PAGE, &entries, &n, &arena);
    for (passed = 0; answered && passed < n && passed < given && entries[passed].last == last;) passed++;
    for (size_t i = passed; answered && i < n; i++) {
      given = entries[i].last == last ? given + 1 : 1;
      last = entries[i].last;
      each(context, &entries[i]);
    }
  } while (answered && passed < n);
  arena_deinit(&arena);
  return answered;
}
