#include "sign_in_rules.h"
#include "text.h"
#include "yaml.h"
#include <curl/curl.h>
#include <string.h>

enum {
  REFRESH_S = 300,
  LEEWAY_S = 30,
  LEEWAY_MOST_S = 300
};

// --- the file

// Keys that came over a plain connection could be anybody's, except from this machine itself.
static bool is_trusted_source(const char *jwks) {
  char *scheme = NULL, *host = NULL;
  CURLU *url = curl_url();
  if (!url) abort();
  bool is_url = *jwks != '/' && !curl_url_set(url, CURLUPART_URL, jwks, 0) &&
                !curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) && !curl_url_get(url, CURLUPART_HOST, &host, 0);
  bool is_here = is_url && (!strcmp(host, "localhost") || !strcmp(host, "127.0.0.1") || !strcmp(host, "[::1]"));
  bool trusted = *jwks == '/' || (is_url && (!strcmp(scheme, "https") || (!strcmp(scheme, "http") && is_here)));
  curl_free(scheme);
  curl_free(host);
  curl_url_cleanup(url);
  return trusted;
}

static struct err check_whole(const SignIn *s) {
  const struct {
    bool wrong;
    const char *field, *why;
  } rules[] = {
      {text_is_empty(s->issuer), "/issuer", "is missing: the claim iss of the tokens"},
      {text_is_empty(s->audience), "/audience", "is missing: what the claim aud of the tokens names"},
      {!is_trusted_source(s->jwks), "/jwks", "must be an absolute path, or an https URL (http on this machine only)"},
      {s->refresh_seconds && s->refresh_seconds < 10, "/refresh_seconds", "must be at least 10"},
      {s->leeway_seconds > LEEWAY_MOST_S, "/leeway_seconds", "must be at most 300"},
      {!s->n_roles, "/roles", "is missing: which claim grants which roles"},
      {!s->n_areas, "/areas", "is missing: which claim grants which areas"},
  };
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (rules[i].wrong) return (struct err){CODE__INVALID, rules[i].field, rules[i].why};
  return ERR_NONE;
}

static bool holds_operator(const Role *roles, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (roles[i] == ROLE__OPERATOR) return true;
  return false;
}

static struct err check_role(struct arena *a, const RoleGrant *g, size_t i) {
  const char *field = arena_printf(a, "/roles/%zu", i);
  if (text_is_empty(g->claim) || text_is_empty(g->value)) return ERR(INVALID, field, "needs a claim and a value");
  if (!g->n_roles) return ERR(INVALID, field, "grants no role");
  if (g->n_roles > 1 && holds_operator(g->roles, g->n_roles))
    return ERR(INVALID, field, "an operator reads nobody's record, and so has no other role");
  return ERR_NONE;
}

static struct err check_area(struct arena *a, const AreaGrant *g, size_t i, const struct config *config) {
  const char *field = arena_printf(a, "/areas/%zu", i);
  if (text_is_empty(g->claim) || text_is_empty(g->value)) return ERR(INVALID, field, "needs a claim and a value");
  if (!g->n_areas) return ERR(INVALID, field, "grants no area");
  for (size_t n = 0; n < g->n_areas; n++)
    if (!config_area(config, g->areas[n]))
      return ERR(INVALID, arena_printf(a, "%s/areas/%zu", field, n), "there is no such area in the file of areas");
  return ERR_NONE;
}

static struct err check_rules(struct arena *a, const void *message, const void *context) {
  const SignIn *s = message;
  const struct config *config = context;
  struct err e = check_whole(s);
  if (!err_is(e) && config->areas->n_areas > SIGN_IN_AREAS) e = ERR(INVALID, "/areas", "there are more than 256 areas");
  for (size_t i = 0; !err_is(e) && i < s->n_roles; i++) e = check_role(a, s->roles[i], i);
  for (size_t i = 0; !err_is(e) && i < s->n_areas; i++) e = check_area(a, s->areas[i], i, config);
  return e;
}

SignIn *sign_in_rules_read(struct config *config, char *errors, size_t errors_bytes) {
  SignIn *s = yaml_read_checked(&config->arena, &sign_in__descriptor, config->sign_in, check_rules, config, errors,
                                errors_bytes);
  if (!s) return NULL;
  if (!s->refresh_seconds) s->refresh_seconds = REFRESH_S;
  if (!s->leeway_seconds) s->leeway_seconds = LEEWAY_S;
  if (text_is_empty(s->actor)) s->actor = "sub";
  return s;
}

// --- the claims

// The claim of that name, or at that JSON pointer; NULL: there is none.
static const json_t *find_claim(const json_t *claims, const char *name) {
  if (*name != '/') return json_object_get(claims, name);
  while (claims && *name) {
    size_t length = strcspn(++name, "/");
    char step[256];
    if (length >= sizeof step) return NULL;
    memcpy(step, name, length);
    step[length] = 0;
    claims = json_object_get(claims, step);
    name += length;
  }
  return claims;
}

static bool has_value(const json_t *claims, const char *name, const char *value) {
  const json_t *claim = find_claim(claims, name), *one;
  size_t i;
  if (json_is_string(claim)) return !strcmp(json_string_value(claim), value);
  json_array_foreach(claim, i, one) {
    if (json_is_string(one) && !strcmp(json_string_value(one), value)) return true;
  }
  return false;
}

static void add_role(struct sign_in_actor *actor, Role role) {
  for (size_t i = 0; i < actor->n_roles; i++)
    if (actor->roles[i] == role) return;
  if (actor->n_roles < SIGN_IN_ROLES) actor->roles[actor->n_roles++] = role;
}

static void add_area(struct sign_in_actor *actor, char *area) {
  for (size_t i = 0; i < actor->n_areas; i++)
    if (!strcmp(actor->areas[i], area)) return;
  if (actor->n_areas < SIGN_IN_AREAS) actor->areas[actor->n_areas++] = area;
}

static void add_grants(const SignIn *s, const json_t *claims, struct sign_in_actor *actor) {
  for (size_t i = 0; i < s->n_roles; i++) {
    const RoleGrant *g = s->roles[i];
    if (!has_value(claims, g->claim, g->value)) continue;
    for (size_t n = 0; n < g->n_roles; n++) add_role(actor, g->roles[n]);
  }
  for (size_t i = 0; i < s->n_areas; i++) {
    const AreaGrant *g = s->areas[i];
    if (!has_value(claims, g->claim, g->value)) continue;
    for (size_t n = 0; n < g->n_areas; n++) add_area(actor, g->areas[n]);
  }
}

// The id goes into the audit, so that it must be one that can be shown and compared.
static bool is_id(const char *id) {
  size_t length = id ? strlen(id) : 0;
  for (size_t i = 0; i < length; i++)
    if (id[i] <= ' ' || id[i] == 0x7f) return false;
  return length > 0 && length <= SIGN_IN_ID_BYTES;
}

struct err sign_in_rules_apply(const SignIn *rules, const json_t *claims, struct sign_in_actor *actor) {
  const char *id = json_string_value(find_claim(claims, rules->actor));
  memset(actor, 0, sizeof *actor);
  if (!is_id(id)) return ERR(UNAUTHENTICATED, NULL, "no claim says who it is in 1 to 64 visible characters");
  strcpy(actor->id, id);
  add_grants(rules, claims, actor);
  if (!actor->n_roles || !actor->n_areas) return ERR(FORBIDDEN, NULL, "its claims grant no role, or no area");
  if (actor->n_roles > 1 && holds_operator(actor->roles, actor->n_roles))
    return ERR(FORBIDDEN, NULL, "its claims make an operator a reader as well");
  return ERR_NONE;
}
