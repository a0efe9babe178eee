#include "weights.h"
#include "text.h"
#include "yaml.h"
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A file: "default", or the id of an area.
struct named {
  const char *name;
  const Weights *weights;
};
struct weights {
  struct arena arena;
  struct named *all; // the first is "default"
  size_t n;
};

// "no_experience" as JSON names it: "/noExperience".
static const char *pointer_to(struct arena *a, const char *name) {
  char *pointer = arena_printf(a, "/%s", name), *to = pointer + 1;
  for (const char *from = name; *from; from++) {
    bool word = *from == '_';
    if (word) from++;
    *to++ = (char)(word ? toupper((unsigned char)*from) : *from);
  }
  *to = 0;
  return pointer;
}

struct err weights_check(struct arena *a, const void *weights, const void *context) {
  (void)context;
  const Weights *w = weights;
  if (!text_is_slug(w->version))
    return ERR(INVALID, "/version",
               "must be 1 to 64 lower-case letters, digits and hyphens: another one for each change");
  for (unsigned i = 0; i < weights__descriptor.n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &weights__descriptor.fields[i];
    if (field->type != PROTOBUF_C_TYPE_SINT32) continue;
    int32_t points = *(const int32_t *)((const char *)w + field->offset);
    if (points < -WEIGHTS_MOST || points > WEIGHTS_MOST)
      return ERR(INVALID, pointer_to(a, field->name), "must be a whole number from -100 to 100");
  }
  if (w->need_weeks < 0 || w->need_weeks > WEIGHTS_NEED_WEEKS_MOST)
    return ERR(INVALID, "/needWeeks", "must be a whole number of weeks from 0 to 26");
  return ERR_NONE;
}

static int is_weights_file(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static bool is_area_of(const Areas *areas, const char *name) {
  for (size_t i = 0; areas && i < areas->n_areas; i++)
    if (!strcmp(areas->areas[i]->id, name)) return true;
  return false;
}

static const Weights *read_one(struct arena *a, const char *path, char *errors, size_t errors_bytes) {
  return yaml_read_checked(a, &weights__descriptor, path, weights_check, NULL, errors, errors_bytes);
}

// Takes in one more file beside the default. False: a fault.
static bool take_in(struct weights *w, const char *folder, const char *file, const Areas *areas, char *errors,
                    size_t errors_bytes) {
  char *name = arena_text(&w->arena, file);
  const char *path = arena_printf(&w->arena, "%s/%s", folder, file);
  name[strlen(name) - strlen(".yaml")] = 0;
  if (!strcmp(name, "default")) return true;
  if (!is_area_of(areas, name)) {
    snprintf(errors, errors_bytes, "%s: there is no area %s: name the file as the area whose weights it holds", path,
             name);
    return false;
  }
  const Weights *read = read_one(&w->arena, path, errors, errors_bytes);
  if (read) w->all[w->n++] = (struct named){name, read};
  return read != NULL;
}

// The files in order of name, and frees the list of them.
static bool take_in_all(struct weights *w, const char *folder, struct dirent **files, int n, const Areas *areas,
                        char *errors, size_t errors_bytes) {
  w->all = arena_take(&w->arena, ((size_t)n + 1) * sizeof *w->all);
  w->all[w->n++] = (struct named){
      "default", read_one(&w->arena, arena_printf(&w->arena, "%s/default.yaml", folder), errors, errors_bytes)};
  bool fine = w->all[0].weights != NULL;
  for (int i = 0; i < n; i++) {
    if (fine) fine = take_in(w, folder, files[i]->d_name, areas, errors, errors_bytes);
    free(files[i]);
  }
  free(files);
  return fine;
}

struct weights *weights_load(const char *folder, const Areas *areas, char *errors, size_t errors_bytes) {
  struct dirent **files = NULL;
  int n = scandir(folder, &files, is_weights_file, alphasort);
  if (n <= 0) {
    snprintf(errors, errors_bytes, "%s: default.yaml cannot be read here: what each reason of a match is worth",
             folder);
    free(files);
    return NULL;
  }
  struct weights *w = calloc(1, sizeof *w);
  if (!w) abort();
  arena_init(&w->arena, ARENA_CAP_BYTES);
  if (take_in_all(w, folder, files, n, areas, errors, errors_bytes)) return w;
  weights_free(w);
  return NULL;
}

void weights_free(struct weights *w) {
  if (!w) return;
  arena_deinit(&w->arena);
  free(w);
}

const Weights *weights_of(const struct weights *w, const char *area) {
  for (size_t i = 1; i < w->n; i++)
    if (!strcmp(w->all[i].name, area)) return w->all[i].weights;
  return w->all[0].weights;
}
