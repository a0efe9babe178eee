// Configuration: environment variables, read once at start. The README has the table of them.
#pragma once
#include "arena.h"
#include "common.pb-c.h"
#include <stddef.h>

struct config {
  const char *name;     // of the service
  const char *redis;    // ALONGSIDE_REDIS: "127.0.0.1:6379", "rediss://host:6379" or "unix:/path"
  const char *redis_ca; // ALONGSIDE_REDIS_CA: whom to trust with TLS; NULL: whom the system does
  const char *redis_user, *redis_password_file; // where neither is set: this service's own in the keys folder, if any
  const char *keys;                             // ALONGSIDE_KEYS: the folder of keys
  const char *areas_file;                       // ALONGSIDE_AREAS
  const char *pathways;                         // ALONGSIDE_PATHWAYS: the folder of pathway files
  const char *bind;    // ALONGSIDE_BIND: where this service listens for requests, "tcp://127.0.0.1:8081"
  const char *publish; // ALONGSIDE_PUBLISH: where it publishes events
  // Request endpoints: ALONGSIDE_INTAKE ...
  const char *intake, *reminders, *matching, *reporting, *courier, *mentoring, *safeguarding;
  const char *subscribe;          // ALONGSIDE_SUBSCRIBE: the event endpoints of all services, separated by commas
  const char *http;               // ALONGSIDE_HTTP: "127.0.0.1:8080"
  const char *tls_cert, *tls_key; // ALONGSIDE_TLS_CERT, ALONGSIDE_TLS_KEY: files; NULL: plain HTTP
  const char *trusted_proxies;    // ALONGSIDE_TRUSTED_PROXIES: addresses and networks, separated by commas
  const char *public_url;         // ALONGSIDE_PUBLIC_URL: what links begin with
  const char *smtp_url, *smtp_from, *smtp_user, *smtp_password_file;
  const char *sms_url, *sms_key_file;
  const char *model;     // ALONGSIDE_MODEL: reporting's SQLite file
  const char *web;       // ALONGSIDE_WEB: the folder of pages
  const char *audit;     // ALONGSIDE_AUDIT: the folder of the notary's chain of the audit
  const char *destroyed; // ALONGSIDE_DESTROYED: the folder of the destruction log
  const char *sign_in;   // ALONGSIDE_SIGN_IN: the file about the organisation's own sign-in; NULL: there is none
  const char *limits;    // ALONGSIDE_LIMITS: the file of limits; NULL: the usual ones
  const char *log_level; // ALONGSIDE_LOG: "debug", "info", "warn", "error"
  Areas *areas;
  struct arena arena; // holds all of the above
};

// Reads environment and areas file. On a fault writes what is wrong to `errors` and answers -1.
int config_load(struct config *c, const char *service, char *errors, size_t errors_bytes);
void config_free(struct config *c);
const Area *config_area(const struct config *c, const char *id); // NULL: there is no such area
// The content of a small file without its last newline, at most `size_bytes` - 1; -1 where it cannot be read.
int config_read_file(const char *path, char *out, size_t size_bytes);
