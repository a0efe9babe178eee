#include "identity.h"
#include <stdlib.h>

void badge_give(struct badge *b, const Actor *who, int64_t expires_at_ms) {
  badge_free(b);
  b->actor = *who;
  b->expires_at_ms = expires_at_ms;
}

void badge_free(struct badge *b) {
  free(b->packed);
  *b = (struct badge){0};
}

bool badge_is_good(const struct badge *b, int64_t now_ms) {
  return b->expires_at_ms > now_ms;
}

static void sign(struct badge *b, const struct keys *keys, int64_t now_ms) {
  int64_t until_ms = now_ms + IDENTITY_ACTOR_MS;
  b->actor.expires_at_ms = until_ms < b->expires_at_ms ? until_ms : b->expires_at_ms;
  b->packed = realloc(b->packed, protobuf_c_message_get_packed_size(&b->actor.base));
  if (!b->packed) abort();
  b->packed_bytes = protobuf_c_message_pack(&b->actor.base, b->packed);
  actor_sign(keys, b->packed, b->packed_bytes, b->signature);
}

void badge_show(struct badge *b, const struct keys *keys, bool copied, int64_t now_ms, identity_fn *done,
                void *context) {
  int64_t left_ms = b->actor.expires_at_ms - now_ms;
  bool ends_sooner = b->actor.expires_at_ms < b->expires_at_ms;
  if (!b->packed || (left_ms < IDENTITY_RENEW_MS && ends_sooner)) sign(b, keys, now_ms);
  struct identity who = {.actor = &b->actor,
                         .packed = b->packed,
                         .packed_bytes = b->packed_bytes,
                         .signature = b->signature,
                         .expires_at_ms = b->expires_at_ms,
                         .copied = copied};
  done(context, &who, CODE__OK);
}
