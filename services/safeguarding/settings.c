// What the service reads at start.
#include "safeguarding.h"
#include "yaml.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The gaps that a text must have, because it is of no use without what fills them.
static const struct {
  const char *name;
  size_t at; // in AlertWording
  const char *gaps[2];
} wanted[] = {
    {"disclosure", offsetof(AlertWording, disclosure), {"{link}", ""}},
    {"breakGlassLead", offsetof(AlertWording, break_glass_lead), {"{reference}", "{link}"}},
    {"breakGlassOwner", offsetof(AlertWording, break_glass_owner), {"{reference}", "{telephone}"}},
};

static bool is_complete(const AlertText *text, const char *const gaps[2]) {
  return text && !text_is_empty(text->subject) && strstr(text->text, gaps[0]) && strstr(text->text, gaps[1]);
}

static bool check_wording(const AlertWording *w, const char *path, char *errors, size_t errors_bytes) {
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    const AlertTexts *texts = *(AlertTexts *const *)((const char *)w + wanted[i].at);
    if (texts && is_complete(texts->en, wanted[i].gaps) && is_complete(texts->cy, wanted[i].gaps)) continue;
    snprintf(errors, errors_bytes, "%s: %s: en and cy must each have a subject, and a text with %s %s in it", path,
             wanted[i].name, wanted[i].gaps[0], wanted[i].gaps[1]);
    return false;
  }
  return true;
}

// A link is "<public url>/safeguarding#...": a slash at the end of the URL would make two.
static char *without_last_slash(const char *url) {
  size_t n = url ? strlen(url) : 0;
  while (n && url[n - 1] == '/') n--;
  char *copy = calloc(1, n + 1);
  if (!copy) abort();
  if (n) memcpy(copy, url, n);
  return copy;
}

// The texts lie beside the folder of pathways, as all that a region may write for itself.
int safeguarding_load(const struct config *config, const void **settings, char *errors, size_t errors_bytes) {
  char path[4096];
  if (!config->pathways) {
    snprintf(errors, errors_bytes, "ALONGSIDE_PATHWAYS is not set, and beside that folder lies alerts.yaml");
    return -1;
  }
  struct safeguarding_settings *s = calloc(1, sizeof *s);
  if (!s) abort();
  snprintf(path, sizeof path, "%s/../alerts.yaml", config->pathways);
  arena_init(&s->arena, ARENA_CAP_BYTES);
  s->public_url = without_last_slash(config->public_url);
  s->wording = yaml_read_file(&s->arena, &alert_wording__descriptor, path, errors, errors_bytes);
  if (!s->wording || !check_wording(s->wording, path, errors, errors_bytes)) {
    safeguarding_settings_free(s);
    return -1;
  }
  *settings = s;
  return 0;
}

void safeguarding_settings_free(const void *settings) {
  struct safeguarding_settings *s = (struct safeguarding_settings *)settings;
  if (!s) return;
  arena_deinit(&s->arena);
  free(s->public_url);
  free(s);
}
