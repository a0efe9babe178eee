#include "seal.h"
#include "random.h"
#include <sodium.h>
#include <string.h>

enum {
  NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
  TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
  KEY_BYTES = sizeof(((struct data_key *)0)->key),
  NONCES_DRAWN = 64,
  SHAPES = 512, // slots for what is remembered of message types; a power of two, more than there are types
};

// --- what a message type says about seals

struct shape {
  const ProtobufCMessageDescriptor *type;
  bool concerns;
  const ProtobufCFieldDescriptor *seal, *partition; // NULL: not confidential itself; it has no such field
};

static const ProtobufCFieldDescriptor *seal_field(const ProtobufCMessageDescriptor *type) {
  const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(type, "seal");
  return f && f->descriptor == &seal__descriptor && f->label != PROTOBUF_C_LABEL_REPEATED ? f : NULL;
}

static const struct shape *shape_of(const ProtobufCMessageDescriptor *type);

static struct shape shape_make(const ProtobufCMessageDescriptor *type) {
  struct shape s = {.type = type, .seal = seal_field(type)};
  s.concerns = s.seal != NULL;
  if (s.seal) s.partition = protobuf_c_message_descriptor_get_field_by_name(type, "partition");
  for (unsigned i = 0; i < type->n_fields && !s.concerns; i++)
    if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) s.concerns = shape_of(type->fields[i].descriptor)->concerns;
  return s;
}

// Message types never nest themselves (see common.proto), so that this ends. A table per thread needs no lock, and what
// is in it follows from the type alone.
static const struct shape *shape_of(const ProtobufCMessageDescriptor *type) {
  static _Thread_local struct shape shapes[SHAPES];
  size_t at = ((uintptr_t)type >> 4) % SHAPES;
  if (shapes[at].type == type) return &shapes[at];
  struct shape made = shape_make(type); // may overwrite this slot on its way; the last one stays
  shapes[at] = made;
  return &shapes[at];
}

bool seal_concerns(const ProtobufCMessageDescriptor *type) {
  return shape_of(type)->concerns;
}

// --- walking

static void *member(const ProtobufCMessage *m, unsigned offset) {
  return (char *)m + offset;
}

// How many messages the field holds now, and where the first pointer to them is.
static size_t messages_of(ProtobufCMessage *m, const ProtobufCFieldDescriptor *f, ProtobufCMessage ***first) {
  void *at = member(m, f->offset);
  if (f->label == PROTOBUF_C_LABEL_REPEATED) {
    *first = *(ProtobufCMessage ***)at;
    return *(size_t *)member(m, f->quantifier_offset);
  }
  bool chosen = !(f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) || *(uint32_t *)member(m, f->quantifier_offset) == f->id;
  *first = at;
  return chosen && **first ? 1 : 0;
}

static bool walk_field(ProtobufCMessage *m, const ProtobufCFieldDescriptor *f, seal_visit_fn *visit, void *context) {
  ProtobufCMessage **messages;
  size_t n = messages_of(m, f, &messages);
  for (size_t i = 0; i < n; i++)
    if (!seal_walk(messages[i], visit, context)) return false;
  return true;
}

static Partition partition_of(const ProtobufCMessage *m, const struct shape *s) {
  return s->partition ? *(Partition *)member(m, s->partition->offset) : PARTITION__CONTACT;
}

bool seal_walk(ProtobufCMessage *m, seal_visit_fn *visit, void *context) {
  const struct shape *s = shape_of(m->descriptor);
  if (!s->concerns) return true;
  if (s->seal) return visit(context, m, partition_of(m, s), member(m, s->seal->offset));
  for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
    if (f->type == PROTOBUF_C_TYPE_MESSAGE && seal_concerns(f->descriptor) && !walk_field(m, f, visit, context))
      return false;
  }
  return true;
}

// --- taking out

static bool is_shown(const ProtobufCMessage *m, const struct shape *s, unsigned shown) {
  unsigned p = (unsigned)partition_of(m, s);
  return p < 8 * sizeof shown && shown & (1u << p);
}

static void take_out_of_field(ProtobufCMessage *m, const ProtobufCFieldDescriptor *f, unsigned shown) {
  const bool confidential = shape_of(f->descriptor)->seal != NULL;
  ProtobufCMessage **messages;
  size_t n = messages_of(m, f, &messages), kept = 0;
  for (size_t i = 0; i < n; i++) {
    if (confidential && !is_shown(messages[i], shape_of(f->descriptor), shown)) continue;
    if (!confidential) seal_take_out(messages[i], shown);
    messages[kept++] = messages[i];
  }
  if (f->label == PROTOBUF_C_LABEL_REPEATED)
    *(size_t *)member(m, f->quantifier_offset) = kept;
  else if (n && !kept)
    *messages = NULL;
}

void seal_take_out(ProtobufCMessage *m, unsigned shown) {
  for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
    if (f->type == PROTOBUF_C_TYPE_MESSAGE && seal_concerns(f->descriptor)) take_out_of_field(m, f, shown);
  }
}

// --- boxes

// The additional data as one hash: each part with its length in front, so that no two lists of parts look alike.
struct bound {
  uint8_t hash[32];
};

static void bind_text(crypto_generichash_state *h, const char *text) {
  uint32_t size_bytes = strlen(text);
  uint8_t length[4] = {size_bytes >> 24, size_bytes >> 16, size_bytes >> 8, size_bytes};
  crypto_generichash_update(h, length, sizeof length);
  crypto_generichash_update(h, (const uint8_t *)text, size_bytes);
}

static struct bound bind(const char *type, const char *subject, Partition p, const char *place, uint64_t version) {
  crypto_generichash_state h;
  struct bound b;
  uint8_t numbers[9] = {p};
  for (int i = 0; i < 8; i++) numbers[1 + i] = version >> (56 - 8 * i);
  crypto_generichash_init(&h, NULL, 0, sizeof b.hash);
  bind_text(&h, type);
  bind_text(&h, subject);
  bind_text(&h, place);
  crypto_generichash_update(&h, numbers, sizeof numbers);
  crypto_generichash_final(&h, b.hash, sizeof b.hash);
  return b;
}

static void encrypt(uint8_t *box, const uint8_t *text, size_t text_bytes, const struct bound *b, const uint8_t *nonce,
                    const uint8_t *key) {
  crypto_aead_xchacha20poly1305_ietf_encrypt(box, NULL, text, text_bytes, b->hash, sizeof b->hash, NULL, nonce, key);
}

static bool decrypt(uint8_t *text, ProtobufCBinaryData box, const struct bound *b, ProtobufCBinaryData nonce,
                    const uint8_t *key) {
  return nonce.len == NONCE_BYTES && box.len >= TAG_BYTES &&
         !crypto_aead_xchacha20poly1305_ietf_decrypt(text, NULL, NULL, box.data, box.len, b->hash, sizeof b->hash,
                                                     nonce.data, key);
}

// Nonces are made many at a time. They are no secret.
static ProtobufCBinaryData new_nonce(struct arena *a) {
  static _Thread_local uint8_t drawn[NONCES_DRAWN][NONCE_BYTES];
  static _Thread_local unsigned left;
  if (!left) random_fill(drawn, sizeof drawn);
  left = left ? left - 1 : NONCES_DRAWN - 1;
  return (ProtobufCBinaryData){.len = NONCE_BYTES, .data = arena_copy(a, drawn[left], NONCE_BYTES)};
}

// A wrapped key is bound to this place, which is none of a record.
static const char key_place[] = "key";

void seal_master_id(const uint8_t master[32], uint8_t id[MASTER_ID_BYTES]) {
  static const char name[] = "alongside master key";
  uint8_t hash[crypto_generichash_BYTES_MIN];
  crypto_generichash(hash, sizeof hash, (const uint8_t *)name, sizeof name - 1, master, 32);
  memcpy(id, hash, MASTER_ID_BYTES);
}

void seal_wrap(const uint8_t master[32], const char *subject, Partition p, const struct data_key *key, DataKey *wrapped,
               struct arena *a) {
  struct bound b = bind(data_key__descriptor.name, subject, p, key_place, 0);
  *wrapped = (DataKey)DATA_KEY__INIT;
  wrapped->nonce = new_nonce(a);
  wrapped->box.len = KEY_BYTES + TAG_BYTES;
  wrapped->box.data = arena_take(a, wrapped->box.len);
  wrapped->master = (ProtobufCBinaryData){MASTER_ID_BYTES, arena_take(a, MASTER_ID_BYTES)};
  seal_master_id(master, wrapped->master.data);
  encrypt(wrapped->box.data, key->key, KEY_BYTES, &b, wrapped->nonce.data, master);
}

void seal_new_key(const uint8_t master[32], const char *subject, Partition p, struct data_key *key, DataKey *wrapped,
                  struct arena *a) {
  randombytes_buf(key->key, KEY_BYTES);
  seal_wrap(master, subject, p, key, wrapped, a);
}

bool seal_unwrap(const uint8_t master[32], const char *subject, Partition p, const DataKey *wrapped,
                 struct data_key *key) {
  struct bound b = bind(data_key__descriptor.name, subject, p, key_place, 0);
  struct data_key out = {{0}};
  if (wrapped->box.len != KEY_BYTES + TAG_BYTES || !decrypt(out.key, wrapped->box, &b, wrapped->nonce, master))
    return false;
  *key = out;
  sodium_memzero(&out, sizeof out);
  return true;
}

// Unsets everything but the partition and the seal.
static void clear(ProtobufCMessage *m, Seal *seal) {
  const struct shape *s = shape_of(m->descriptor);
  Partition p = partition_of(m, s);
  protobuf_c_message_init(m->descriptor, m);
  if (s->partition) *(Partition *)member(m, s->partition->offset) = p;
  *(Seal **)member(m, s->seal->offset) = seal;
}

void seal_close(ProtobufCMessage *confidential, Seal **seal, const struct data_key *key, const char *subject,
                Partition p, const char *place, uint64_t version, struct arena *a) {
  struct bound b = bind(confidential->descriptor->name, subject, p, place, version);
  Seal *closed = arena_take(a, sizeof *closed);
  *closed = (Seal)SEAL__INIT;
  closed->partition = p;
  closed->subject = arena_text(a, subject);
  closed->nonce = new_nonce(a);
  *seal = NULL;
  size_t text_bytes = protobuf_c_message_get_packed_size(confidential);
  closed->box.len = text_bytes + TAG_BYTES;
  closed->box.data = arena_take(a, closed->box.len);
  protobuf_c_message_pack(confidential, closed->box.data);
  encrypt(closed->box.data, closed->box.data, text_bytes, &b, closed->nonce.data, key->key);
  clear(confidential, closed);
}

bool seal_open(ProtobufCMessage *confidential, Seal **seal, const struct data_key *key, const char *place,
               uint64_t version, struct arena *a) {
  const Seal *closed = *seal;
  const struct shape *s = shape_of(confidential->descriptor);
  if (!closed || closed->partition != partition_of(confidential, s)) return false;
  struct bound b = bind(confidential->descriptor->name, closed->subject, closed->partition, place, version);
  // The box's size is its sender's choice, so that the cap must refuse here and not abort.
  uint8_t *text = a->allocator.alloc(a->allocator.allocator_data, closed->box.len + 1);
  if (!text || !decrypt(text, closed->box, &b, closed->nonce, key->key)) return false;
  void *opened = arena_unpack(a, confidential->descriptor, text, closed->box.len - TAG_BYTES);
  if (!opened) return false;
  memcpy(confidential, opened, confidential->descriptor->sizeof_message);
  *seal = NULL;
  return true;
}
