#include "operator.h"
#include "token.h"
#include "text.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct option_spec token_options[] = {
    {"actor", "NAME", "who it is for: a staff code, a mentor's id or the name of a system"},
    {"roles", "ROLES", "separated by commas"},
    {"areas", "AREAS", "separated by commas"},
    {"days", "N", "how long it is good (30)"},
    {"note", "TEXT", "what it is for"},
    {"revoke", "TOKEN", "instead: makes this token worthless at once"},
    {0},
};

enum {
  LIST_MAX = 16,
  SECRET_TEXT = 44, // of TOKEN_TEXT
  DAYS_MAX = 3660
};

static bool complain(const char *what, const char *value) {
  fprintf(stderr, "alongside token: %s%s%s\n", what, value ? ": " : "", value ? value : "");
  return false;
}

// The record's id: the secret's hash in hexadecimal.
static void hash_of(const uint8_t secret[32], char out[65]) {
  uint8_t hash[32];
  crypto_generichash(hash, sizeof hash, secret, 32, NULL, 0);
  text_hex(hash, sizeof hash, out);
}

// "mentor-supervisor" is MENTOR_SUPERVISOR.
static bool read_role(const char *name, Role *role) {
  char upper[32];
  size_t i = 0;
  for (; i < sizeof upper - 1 && name[i]; i++) upper[i] = name[i] == '-' ? '_' : (char)(name[i] & ~0x20);
  upper[i] = 0;
  const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value_by_name(&role__descriptor, upper);
  if (!v || v->value == 0) return complain("there is no such role", name);
  *role = (Role)v->value;
  return true;
}

static bool read_roles(Token *t, Role *roles, char *list) {
  for (char *name; (name = strsep(&list, ", "));) {
    if (!*name) continue;
    if (t->n_roles == LIST_MAX || !read_role(name, &roles[t->n_roles])) return false;
    t->n_roles++;
  }
  t->roles = roles;
  return t->n_roles > 0 || complain("name at least one role with --roles", NULL);
}

static bool read_areas(Token *t, char **areas, char *list, const struct config *config) {
  for (char *name; (name = strsep(&list, ", "));) {
    if (!*name) continue;
    if (!config_area(config, name)) return complain("there is no such area in the areas file", name);
    if (t->n_areas == LIST_MAX) return complain("too many areas", NULL);
    areas[t->n_areas++] = name;
  }
  t->areas = areas;
  return t->n_areas > 0 || complain("name at least one area with --areas", NULL);
}

static enum store_result put(struct sync *s, const char *home, const uint8_t secret[32], uint64_t seen,
                             const Token *token) {
  char id[65], key[160];
  uint8_t value[4096] = {[7] = 1};
  hash_of(secret, id);
  snprintf(key, sizeof key, "{%s}:Token:%s", home, id);
  struct store_record record = {.key = key, .seen_version = seen, .then = token ? STORE_PUT : STORE_DELETE};
  if (token && token__get_packed_size(token) > sizeof value - 8) return STORE_UNAVAILABLE;
  if (token) record.value = (struct bytes){value, 8 + token__pack(token, value + 8)};
  struct store_change change = {.area = home, .records = &record, .n_records = 1};
  return sync_commit(s, &change);
}

bool token_issue(struct sync *s, const Token *token, char out[TOKEN_TEXT]) {
  uint8_t secret[32];
  char text[SECRET_TEXT];
  randombytes_buf(secret, sizeof secret);
  if (put(s, token->areas[0], secret, 0, token) != STORE_DONE) return false;
  sodium_bin2base64(text, sizeof text, secret, sizeof secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  snprintf(out, TOKEN_TEXT, "%.32s.%s", token->areas[0], text);
  return true;
}

static bool make(struct sync *s, const struct arguments *a) {
  Token token = TOKEN__INIT;
  Role roles[LIST_MAX];
  char *areas[LIST_MAX] = {0}, role_list[512], area_list[1024], text[TOKEN_TEXT];
  snprintf(role_list, sizeof role_list, "%s", argument(a, "roles", ""));
  snprintf(area_list, sizeof area_list, "%s", argument(a, "areas", ""));
  token.actor = (char *)argument(a, "actor", "");
  token.note = (char *)argument(a, "note", "");
  long days = strtol(argument(a, "days", "30"), NULL, 10);
  if (!*token.actor || strlen(token.actor) > 64)
    return complain("name who it is for with --actor, in 1 to 64 characters", NULL);
  if (strlen(token.note) > 500) return complain("--note takes at most 500 characters", NULL);
  if (days < 1 || days > DAYS_MAX) return complain("--days must be 1 to 3660", NULL);
  if (!read_roles(&token, roles, role_list) || !read_areas(&token, areas, area_list, &s->config)) return false;
  token.expires_at_ms = ((int64_t)time(NULL) + days * 86400) * 1000;
  if (!token_issue(s, &token, text)) return complain("the store did not take it; try again", NULL);
  puts(text);
  return true;
}

// The area and the secret of a token as its bearer sends it.
static bool read_text(const char *text, char home[64], uint8_t secret[32]) {
  size_t size_bytes, length = strcspn(text, ".");
  if (length >= 64 || text[length] != '.') return false;
  memcpy(home, text, length);
  home[length] = 0;
  return text_is_area(home) &&
         !sodium_base642bin(secret, 32, text + length + 1, strlen(text + length + 1), NULL, &size_bytes, NULL,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING) &&
         size_bytes == 32;
}

const char *token_withdraw(struct sync *s, const char *text) {
  uint8_t secret[32];
  char home[64], id[65], key[160];
  if (!read_text(text, home, secret)) return "this is not a token";
  hash_of(secret, id);
  snprintf(key, sizeof key, "{%s}:Token:%s", home, id);
  struct arena arena;
  struct store_value value = {0};
  arena_init(&arena, 1 << 20);
  bool there = sync_read(s, key, &value, &arena) && value.exists;
  arena_deinit(&arena);
  if (!there) return "there is no such token, or it is revoked already";
  return put(s, home, secret, value.version, NULL) == STORE_DONE ? NULL : "the store did not take it; try again";
}

static bool revoke_token(struct sync *s, const char *text) {
  const char *fault = token_withdraw(s, text);
  if (fault) return complain(fault, NULL);
  puts("Revoked. Within two seconds no gateway accepts it any more.");
  return true;
}

int token_run(int argc, char **argv) {
  struct arguments a;
  struct sync s;
  if (!arguments_read(&a, token_options, argc, argv)) return 2;
  if (!sync_open(&s, "operator")) return 1;
  const char *revoked = argument(&a, "revoke", NULL);
  bool done = revoked ? revoke_token(&s, revoked) : make(&s, &a);
  sync_close(&s);
  return done ? 0 : 1;
}
