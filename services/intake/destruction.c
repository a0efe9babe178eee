#include "destruction.h"
#include "config.h"
#include "destroyed.h"
#include "keys.h"
#include "log.h"
#include "rights.pb-c.h"
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct destruction_log {
  struct destroyed *log;
  outcome_fn *done;
  void *context;
};

static int complain(const char *what) {
  fprintf(stderr, "alongside-intake: %s\n", what);
  return -1;
}

int destruction_open(const struct config *config, void *loop, outcome_fn *done, void *context, void **performer) {
  uint8_t key[32];
  char errors[512];
  (void)loop;
  if (mkdir(config->destroyed, 0755) && errno != EEXIST)
    return complain("the folder ALONGSIDE_DESTROYED cannot be made");
  if (keys_read_secret(config->keys, "destroyed", "key", key, errors, sizeof errors)) return complain(errors);
  struct destruction_log *d = calloc(1, sizeof *d);
  if (!d) abort();
  *d = (struct destruction_log){destroyed_open(config->destroyed, key, errors, sizeof errors), done, context};
  sodium_memzero(key, sizeof key);
  *performer = d;
  return d->log ? 0 : complain(errors);
}

void destruction_close(void *performer) {
  struct destruction_log *d = performer;
  destroyed_free(d->log);
  free(d);
}

static const char *word(const ProtobufCEnumDescriptor *of, int value) {
  const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(of, value);
  return v ? v->name : "?";
}

void destruction_perform(void *performer, const char *area, const ProtobufCMessage *effect) {
  struct destruction_log *d = performer;
  const DestroySubject *what = (const DestroySubject *)effect;
  struct destruction line = {.at_ms = (int64_t)time(NULL) * 1000,
                             .area = area,
                             .subject = what->crn,
                             .cause = word(&erasure_cause__descriptor, what->cause),
                             .ordered_as = what->ordered_as ? word(&role__descriptor, what->ordered_as) : "-"};
  if (!destroyed_append(d->log, &line)) {
    log_line(LOG_ERROR, "destruction_not_logged", "area", area, "why", strerror(errno), NULL);
    return;
  }
  SubjectDestroyed outcome = SUBJECT_DESTROYED__INIT;
  outcome.crn = what->crn;
  outcome.cause = what->cause;
  d->done(d->context, area, &outcome.base);
}
