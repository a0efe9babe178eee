#include "config.h"
#include "calendar.h"
#include "text.h"
#include "yaml.h"
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  MESSAGES_PER_DAY = 3,
  OFFER_HOURS = 48,
  INTRODUCTION_DAYS = 7,
  NO_CONTACT_DAYS = 14,
  SUPERVISION_DAYS = 28,
}; // where an area does not say

enum {
  GATEWAY = 1,
  INTAKE = 2,
  REMINDERS = 4,
  MATCHING = 8,
  REPORTING = 16,
  COURIER = 32,
  OPERATOR = 64,
  NOTARY = 128,
  MENTORING = 256,
  SAFEGUARDING = 512,
  BACKENDS = INTAKE | REMINDERS | MATCHING | REPORTING | COURIER | MENTORING | SAFEGUARDING,
  ALL = BACKENDS | GATEWAY | OPERATOR | NOTARY,
};

static const struct {
  const char *name;
  unsigned bit;
} services[] = {
    {"gateway", GATEWAY},           {"intake", INTAKE},       {"reminders", REMINDERS},
    {"matching", MATCHING},         {"reporting", REPORTING}, {"courier", COURIER},
    {"operator", OPERATOR},         {"notary", NOTARY},       {"mentoring", MENTORING},
    {"safeguarding", SAFEGUARDING},
};

// Every variable: where it goes, what it is when it is not set, and which services do not start without it.
static const struct variable {
  const char *name;
  size_t offset;
  const char *otherwise;
  unsigned needed_by;
} variables[] = {
    {"ALONGSIDE_REDIS", offsetof(struct config, redis), NULL, ALL},
    {"ALONGSIDE_REDIS_CA", offsetof(struct config, redis_ca), NULL, 0},
    {"ALONGSIDE_REDIS_USER", offsetof(struct config, redis_user), NULL, 0},
    {"ALONGSIDE_REDIS_PASSWORD_FILE", offsetof(struct config, redis_password_file), NULL, 0},
    {"ALONGSIDE_KEYS", offsetof(struct config, keys), NULL, ALL},
    {"ALONGSIDE_AREAS", offsetof(struct config, areas_file), NULL, ALL},
    {"ALONGSIDE_PATHWAYS", offsetof(struct config, pathways), NULL, INTAKE | REMINDERS | MATCHING | SAFEGUARDING},
    {"ALONGSIDE_BIND", offsetof(struct config, bind), NULL, BACKENDS},
    {"ALONGSIDE_PUBLISH", offsetof(struct config, publish), NULL, BACKENDS & ~REPORTING},
    {"ALONGSIDE_INTAKE", offsetof(struct config, intake), NULL, GATEWAY},
    {"ALONGSIDE_REMINDERS", offsetof(struct config, reminders), NULL, GATEWAY},
    {"ALONGSIDE_MATCHING", offsetof(struct config, matching), NULL, GATEWAY},
    {"ALONGSIDE_REPORTING", offsetof(struct config, reporting), NULL, GATEWAY},
    {"ALONGSIDE_COURIER", offsetof(struct config, courier), NULL, GATEWAY},
    {"ALONGSIDE_MENTORING", offsetof(struct config, mentoring), NULL, GATEWAY},
    {"ALONGSIDE_SAFEGUARDING", offsetof(struct config, safeguarding), NULL, GATEWAY},
    {"ALONGSIDE_SUBSCRIBE", offsetof(struct config, subscribe), NULL, GATEWAY | (BACKENDS & ~INTAKE)},
    {"ALONGSIDE_HTTP", offsetof(struct config, http), "127.0.0.1:8080", GATEWAY},
    {"ALONGSIDE_TLS_CERT", offsetof(struct config, tls_cert), NULL, 0},
    {"ALONGSIDE_TLS_KEY", offsetof(struct config, tls_key), NULL, 0},
    {"ALONGSIDE_TRUSTED_PROXIES", offsetof(struct config, trusted_proxies), NULL, 0},
    {"ALONGSIDE_PUBLIC_URL", offsetof(struct config, public_url), NULL, MATCHING | SAFEGUARDING},
    {"ALONGSIDE_SMTP_URL", offsetof(struct config, smtp_url), NULL, 0},
    {"ALONGSIDE_SMTP_FROM", offsetof(struct config, smtp_from), NULL, 0},
    {"ALONGSIDE_SMTP_USER", offsetof(struct config, smtp_user), NULL, 0},
    {"ALONGSIDE_SMTP_PASSWORD_FILE", offsetof(struct config, smtp_password_file), NULL, 0},
    {"ALONGSIDE_SMS_URL", offsetof(struct config, sms_url), NULL, 0},
    {"ALONGSIDE_SMS_KEY_FILE", offsetof(struct config, sms_key_file), NULL, 0},
    {"ALONGSIDE_MODEL", offsetof(struct config, model), NULL, REPORTING},
    {"ALONGSIDE_WEB", offsetof(struct config, web), NULL, GATEWAY},
    {"ALONGSIDE_AUDIT", offsetof(struct config, audit), NULL, NOTARY},
    {"ALONGSIDE_DESTROYED", offsetof(struct config, destroyed), NULL, BACKENDS},
    {"ALONGSIDE_SIGN_IN", offsetof(struct config, sign_in), NULL, 0},
    {"ALONGSIDE_LIMITS", offsetof(struct config, limits), NULL, 0},
    {"ALONGSIDE_LOG", offsetof(struct config, log_level), "info", ALL},
};

static unsigned service_bit(const char *service) {
  for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
    if (!strcmp(services[i].name, service)) return services[i].bit;
  }
  return 0;
}

static const char **member(struct config *c, size_t offset) {
  return (const char **)((char *)c + offset);
}

// An empty variable counts as one that is not set: compose files pass on what is missing as empty.
static int read_variables(struct config *c, char *errors, size_t errors_bytes) {
  const unsigned self = service_bit(c->name);
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    const struct variable *v = &variables[i];
    const char *value = getenv(v->name);
    if (text_is_empty(value)) value = v->otherwise;
    if (!value && (v->needed_by & self)) {
      snprintf(errors, errors_bytes, "%s is not set, and %s needs it", v->name, c->name);
      return -1;
    }
    *member(c, v->offset) = value ? arena_text(&c->arena, value) : NULL;
  }
  return 0;
}

// Variables that make sense only together.
static int check_variables(const struct config *c, char *errors, size_t errors_bytes) {
  static const char levels[][6] = {"debug", "info", "warn", "error"};
  bool known = false;
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) known |= !strcmp(levels[i], c->log_level);
  const struct {
    bool wrong;
    const char *why;
  } rules[] = {
      {!known, "ALONGSIDE_LOG must be debug, info, warn or error"},
      {!c->tls_cert != !c->tls_key, "of ALONGSIDE_TLS_CERT and ALONGSIDE_TLS_KEY one is set and the other is not"},
      {c->smtp_url && !c->smtp_from, "ALONGSIDE_SMTP_URL is set, and ALONGSIDE_SMTP_FROM, the sender, is not"},
      {c->smtp_user && !c->smtp_password_file,
       "ALONGSIDE_SMTP_USER is set, and ALONGSIDE_SMTP_PASSWORD_FILE, the file of the password, is not"},
      {c->sms_url && !c->sms_key_file,
       "ALONGSIDE_SMS_URL is set, and ALONGSIDE_SMS_KEY_FILE, the file of the signing key, is not"},
      {c->redis_ca && c->redis && strncmp(c->redis, "rediss://", 9) != 0,
       "ALONGSIDE_REDIS_CA is set, and ALONGSIDE_REDIS asks for no TLS: rediss://host:port does"},
      {c->redis_user && !c->redis_password_file,
       "ALONGSIDE_REDIS_USER is set, and ALONGSIDE_REDIS_PASSWORD_FILE, the file of the password, is not"},
  };
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    if (!rules[i].wrong) continue;
    snprintf(errors, errors_bytes, "%s", rules[i].why);
    return -1;
  }
  return 0;
}

// What is wrong with an area, or NULL.
static const char *area_fault(const Area *a) {
  const struct {
    bool wrong;
    const char *why;
  } rules[] = {
      {!text_is_area(a->id), "id must be 1 to 32 of a-z, 0-9 and '-'"},
      {text_is_empty(a->name), "name is missing"},
      {!calendar_zone_known(a->time_zone), "time_zone must be one of the IANA database, such as Europe/London"},
      {calendar_minutes(a->quiet_from) < 0, "quiet_from must be a time such as \"21:00\""},
      {calendar_minutes(a->quiet_until) < 0, "quiet_until must be a time such as \"08:00\""},
      {!text_is_empty(a->reply_telephone) && !text_is_telephone(a->reply_telephone),
       "reply_telephone must be an international number such as \"+441632960000\""},
  };
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
    if (rules[i].wrong) return rules[i].why;
  }
  return NULL;
}

static int check_area(const struct config *c, Area *a, char *errors, size_t errors_bytes) {
  const char *fault = area_fault(a);
  if (!fault && config_area(c, a->id) != a) fault = "there is another area with that id";
  if (fault) {
    snprintf(errors, errors_bytes, "%s: area \"%s\": %s", c->areas_file, a->id, fault);
    return -1;
  }
  if (!a->messages_per_day) a->messages_per_day = MESSAGES_PER_DAY;
  if (!a->offer_hours) a->offer_hours = OFFER_HOURS;
  if (!a->introduction_days) a->introduction_days = INTRODUCTION_DAYS;
  if (!a->no_contact_days) a->no_contact_days = NO_CONTACT_DAYS;
  if (!a->supervision_days) a->supervision_days = SUPERVISION_DAYS;
  return 0;
}

// Where nothing is said about an account at Redis, it is that of this service if the keys folder has its password.
static void find_account(struct config *c) {
  if (!c->keys || c->redis_user || c->redis_password_file) return;
  const char *path = arena_printf(&c->arena, "%s/%s.redis", c->keys, c->name);
  if (access(path, R_OK)) return;
  c->redis_user = c->name;
  c->redis_password_file = path;
}

static int read_areas(struct config *c, char *errors, size_t errors_bytes) {
  c->areas = yaml_read_file(&c->arena, &areas__descriptor, c->areas_file, errors, errors_bytes);
  if (!c->areas) return -1;
  if (!c->areas->n_areas) {
    snprintf(errors, errors_bytes, "%s: there is no area in it", c->areas_file);
    return -1;
  }
  for (size_t i = 0; i < c->areas->n_areas; i++) {
    if (check_area(c, c->areas->areas[i], errors, errors_bytes)) return -1;
  }
  return 0;
}

int config_load(struct config *c, const char *service, char *errors, size_t errors_bytes) {
  *c = (struct config){0};
  arena_init(&c->arena, ARENA_CAP_BYTES);
  c->name = arena_text(&c->arena, service);
  if (!read_variables(c, errors, errors_bytes) && !check_variables(c, errors, errors_bytes) &&
      !(c->areas_file && read_areas(c, errors, errors_bytes))) {
    find_account(c);
    return 0;
  }
  config_free(c);
  return -1;
}

void config_free(struct config *c) {
  arena_deinit(&c->arena);
  *c = (struct config){0};
}

const Area *config_area(const struct config *c, const char *id) {
  for (size_t i = 0; c->areas && i < c->areas->n_areas; i++) {
    if (!strcmp(c->areas->areas[i]->id, id)) return c->areas->areas[i];
  }
  return NULL;
}

// Fills `out`, or fails: what does not fit is not read in part.
static ssize_t read_all(int file, char *out, size_t size_bytes) {
  size_t length = 0;
  while (length < size_bytes) {
    ssize_t n = read(file, out + length, size_bytes - length);
    if (n < 0) return -1;
    if (n == 0) return (ssize_t)length;
    length += (size_t)n;
  }
  return -1;
}

int config_read_file(const char *path, char *out, size_t size_bytes) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = read_all(file, out, size_bytes);
  close(file);
  if (length < 0) return -1;
  if (length && out[length - 1] == '\n') length--;
  if (length && out[length - 1] == '\r') length--;
  out[length] = 0;
  return 0;
}
