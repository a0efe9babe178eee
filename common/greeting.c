#include "greeting.h"
#include <string.h>

extern const char common_commit_lua[];

static enum greeting_step after_auth(const struct greeting *g) {
  return g->deploys ? GREETING_LIST : GREETING_VERSION;
}

enum greeting_step greeting_first(const struct greeting *g) {
  return g->password ? GREETING_AUTH : after_auth(g);
}

static void ask_auth(const struct greeting *g, struct resp *out) {
  resp_text(out, "AUTH");
  if (g->user) resp_text(out, g->user);
  resp_text(out, g->password);
}

static void ask_words(struct resp *out, const char *const *words) {
  while (*words) resp_text(out, *words++);
}

const char *greeting_ask(const struct greeting *g, enum greeting_step step, struct resp *out, size_t *size_bytes) {
  static const char *const words[][5] = {
      [GREETING_AUTH] = {NULL},
      [GREETING_LIST] = {"FUNCTION", "LIST", "LIBRARYNAME", "alongside", NULL},
      [GREETING_LOAD] = {"FUNCTION", "LOAD", "REPLACE", common_commit_lua, NULL},
      [GREETING_VERSION] = {"FCALL_RO", "alongside_version", "0", NULL},
      [GREETING_DURABILITY] = {"CONFIG", "GET", "append*", NULL},
  };
  resp_begin(out);
  if (step == GREETING_AUTH) ask_auth(g, out);
  ask_words(out, words[step]);
  if (step == GREETING_LIST) resp_text(out, "WITHCODE");
  return resp_end(out, size_bytes);
}

// The value that follows a name in a flat list of names and values; NULL where it is not there.
static const redisReply *field(const redisReply *list, const char *name) {
  for (size_t i = 0; list->type == REDIS_REPLY_ARRAY && i + 1 < list->elements; i += 2) {
    const redisReply *key = list->element[i];
    bool named = key->type == REDIS_REPLY_STRING || key->type == REDIS_REPLY_STATUS;
    if (named && strcmp(key->str, name) == 0) return list->element[i + 1];
  }
  return NULL;
}

static bool field_is(const redisReply *list, const char *name, const char *value) {
  const redisReply *found = field(list, name);
  return found && found->type == REDIS_REPLY_STRING && strcmp(found->str, value) == 0;
}

static enum greeting_step fail(const redisReply *reply, const char *otherwise, const char **why) {
  *why = reply->type == REDIS_REPLY_ERROR ? reply->str : otherwise;
  return GREETING_FAILED;
}

static enum greeting_step hear_auth(const struct greeting *g, const redisReply *reply, const char **why) {
  return reply->type == REDIS_REPLY_STATUS ? after_auth(g) : fail(reply, "AUTH was not understood", why);
}

// A function that is not there is an error as any other; while Redis loads its data it says so instead.
static bool is_no_function(const redisReply *reply) {
  return reply->type == REDIS_REPLY_ERROR && strstr(reply->str, "Function not found");
}

static enum greeting_step hear_version(const struct greeting *g, const redisReply *reply, const char **why) {
  (void)g;
  if (reply->type == REDIS_REPLY_INTEGER && reply->integer == LIBRARY_VERSION) return GREETING_DURABILITY;
  *why = "the functions in Redis are of another version than this program: run `alongside deploy` of this build, and "
         "see that all services are of it";
  if (reply->type == REDIS_REPLY_ERROR) *why = reply->str;
  if (is_no_function(reply)) *why = "the functions are not in Redis: run `alongside deploy`";
  return GREETING_FAILED;
}

static enum greeting_step hear_list(const struct greeting *g, const redisReply *reply, const char **why) {
  (void)g;
  if (reply->type != REDIS_REPLY_ARRAY) return fail(reply, "FUNCTION LIST was not understood", why);
  bool same = reply->elements == 1 && field_is(reply->element[0], "library_code", common_commit_lua);
  return same ? GREETING_DURABILITY : GREETING_LOAD;
}

static enum greeting_step hear_load(const struct greeting *g, const redisReply *reply, const char **why) {
  (void)g;
  return reply->type == REDIS_REPLY_STRING ? GREETING_DURABILITY : fail(reply, "the functions were not taken", why);
}

static enum greeting_step hear_durability(const struct greeting *g, const redisReply *reply, const char **why) {
  (void)g;
  bool durable = field_is(reply, "appendonly", "yes") && field_is(reply, "appendfsync", "always");
  if (reply->type == REDIS_REPLY_ARRAY && !durable) {
    *why = "Redis does not run with appendonly yes and appendfsync always: what is acknowledged can be lost";
  }
  return GREETING_DONE;
}

enum greeting_step greeting_hear(const struct greeting *g, enum greeting_step step, const redisReply *reply,
                                 const char **why) {
  static enum greeting_step (*const hear[])(const struct greeting *, const redisReply *, const char **) = {
      [GREETING_AUTH] = hear_auth, [GREETING_VERSION] = hear_version,       [GREETING_LIST] = hear_list,
      [GREETING_LOAD] = hear_load, [GREETING_DURABILITY] = hear_durability,
  };
  *why = NULL;
  return hear[step](g, reply, why);
}
