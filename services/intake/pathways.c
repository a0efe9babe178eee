#include "pathways.h"
#include "calendar.h"
#include "confidentiality.h"
#include "retention.h"
#include "text.h"
#include "yaml.h"
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  PATHWAYS_MOST = 256,
  REMINDERS_MOST = 10,
  REMINDER_LONGEST_MINUTES = 60 * 24 * 60
};

struct pathways {
  struct arena arena;
  Pathway *all[PATHWAYS_MOST]; // in order of name
  size_t n;
  const Confidentiality *confidentiality; // NULL: no pathway asks for it
  const Retention *retention;             // NULL: not read
};

// One file under check.
struct file {
  struct arena *arena;
  const char *path;
  Pathway *pathway;
  char *errors;
  size_t errors_bytes;
};

// The line on which a key of the file's outermost level stands, or 0.
static int line_of(const char *path, const char *key) {
  FILE *f = fopen(path, "re");
  char text[1024];
  int line = 0, found = 0;
  size_t length = strlen(key);
  while (f && !found && fgets(text, sizeof text, f)) {
    line++;
    if (strncmp(text, key, length) == 0 && text[length] == ':') found = line;
  }
  if (f) fclose(f);
  return found;
}

// Says what is wrong with that key of the file. The answer is always false.
__attribute__((format(printf, 3, 4))) static bool fault(const struct file *f, const char *key, const char *format,
                                                        ...) {
  char why[512];
  va_list args;
  va_start(args, format);
  vsnprintf(why, sizeof why, format, args);
  va_end(args);
  int line = line_of(f->path, key);
  if (line)
    snprintf(f->errors, f->errors_bytes, "%s:%d: %s: %s", f->path, line, key, why);
  else
    snprintf(f->errors, f->errors_bytes, "%s: %s: %s", f->path, key, why);
  return false;
}

static bool check_name(const struct file *f) {
  const char *base = strrchr(f->path, '/');
  base = base ? base + 1 : f->path;
  size_t length = strlen(base) - strlen(".yaml");
  const char *name = f->pathway->name;
  if (!text_is_slug(name)) return fault(f, "name", "write 1 to 64 lower-case letters, digits and hyphens");
  if (strlen(name) == length && strncmp(name, base, length) == 0) return true;
  return fault(f, "name", "must be the file's name, %.*s", (int)length, base);
}

static bool check_titles(const struct file *f) {
  if (text_is_empty(f->pathway->title)) return fault(f, "title", "is missing: name the pathway in English");
  if (text_is_empty(f->pathway->title_cy)) return fault(f, "titleCy", "is missing: name the pathway in Welsh");
  return true;
}

static bool check_sessions(const struct file *f) {
  const Pathway *p = f->pathway;
  if (!p->most_sessions || p->least_sessions <= p->most_sessions) return true;
  return fault(f, "leastSessions", "%u is more than mostSessions, %u", p->least_sessions, p->most_sessions);
}

static bool check_unique_slugs(const struct file *f, const char *key, char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (!text_is_slug(names[i]))
      return fault(f, key, "entry %zu: write 1 to 64 lower-case letters, digits and hyphens", i + 1);
    for (size_t j = 0; j < i; j++)
      if (strcmp(names[i], names[j]) == 0) return fault(f, key, "%s is there twice", names[i]);
  }
  return true;
}

static bool check_components(const struct file *f) {
  if (f->pathway->n_components > 20) return fault(f, "components", "at most 20");
  return check_unique_slugs(f, "components", f->pathway->components, f->pathway->n_components);
}

static bool check_measure(const struct file *f, const PathwayMeasure *measure) {
  static const char *const moments[] = {"every-session", "first-session", "close"};
  bool known = false;
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) known |= strcmp(measure->when, moments[i]) == 0;
  if (!known) return fault(f, "measures", "%s: when is every-session, first-session or close", measure->name);
  if (!measure->n_from) return fault(f, "measures", "%s: from names at least one role", measure->name);
  if (!(measure->least < measure->most)) return fault(f, "measures", "%s: least is not below most", measure->name);
  return true;
}

static bool check_measures(const struct file *f) {
  const Pathway *p = f->pathway;
  char **names = arena_take(f->arena, (p->n_measures + 1) * sizeof *names);
  for (size_t i = 0; i < p->n_measures; i++) names[i] = p->measures[i]->name;
  if (!check_unique_slugs(f, "measures", names, p->n_measures)) return false;
  for (size_t i = 0; i < p->n_measures; i++)
    if (!check_measure(f, p->measures[i])) return false;
  return true;
}

static bool check_reminders(const struct file *f) {
  const Pathway *p = f->pathway;
  if (p->n_reminders > REMINDERS_MOST) return fault(f, "reminders", "at most %d", REMINDERS_MOST);
  for (size_t i = 0; i < p->n_reminders; i++) {
    int64_t minutes = calendar_offset_minutes(p->reminders[i]);
    if (minutes < 1 || minutes > REMINDER_LONGEST_MINUTES)
      return fault(f, "reminders", "entry %zu: write an offset such as 7d, 36h or 90m, at most 60d", i + 1);
    for (size_t j = 0; j < i; j++)
      if (calendar_offset_minutes(p->reminders[j]) == minutes)
        return fault(f, "reminders", "entry %zu is the same offset as entry %zu", i + 1, j + 1);
  }
  return true;
}

static const char *role_name(Role role) {
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(&role__descriptor, (int)role);
  return value ? value->name : "that role";
}

// Each role is among those allowed, and named once.
static bool check_roles(const struct file *f, const char *key, const Role *roles, size_t n, uint32_t allowed) {
  uint32_t seen = 0;
  for (size_t i = 0; i < n; i++) {
    if ((int)roles[i] <= 0 || (int)roles[i] > 31 || !(allowed & (1u << roles[i])))
      return fault(f, key, "%s is not possible here", role_name(roles[i]));
    if (seen & (1u << roles[i])) return fault(f, key, "%s is there twice", role_name(roles[i]));
    seen |= 1u << roles[i];
  }
  return true;
}

#define ROLE_BIT(role) (1u << ROLE__##role)

// A narrative is read by those who work with the person. What a mentor writes in confidence is not readable by the
// practitioner, whatever a file says.
static bool check_trust(const struct file *f) {
  const Pathway *p = f->pathway;
  uint32_t readers =
      ROLE_BIT(PRACTITIONER) | ROLE_BIT(SAFEGUARDING_LEAD) | ROLE_BIT(MENTOR) | ROLE_BIT(MENTOR_SUPERVISOR);
  uint32_t present = readers | ROLE_BIT(PERSON) | ROLE_BIT(OPD_PRACTITIONER);
  if (p->narrative_partition == PARTITION__CONTACT)
    return fault(f, "narrativePartition", "choose supervision, mentoring or safeguarding");
  if (p->narrative_partition == PARTITION__MENTORING) readers &= ~ROLE_BIT(PRACTITIONER);
  return check_roles(f, "participants", p->participants, p->n_participants, present) &&
         check_roles(f, "narrativeReaders", p->narrative_readers, p->n_narrative_readers, readers) &&
         check_roles(f, "recorders", p->recorders, p->n_recorders,
                     ROLE_BIT(PRACTITIONER) | ROLE_BIT(MENTOR) | ROLE_BIT(CASE_SYSTEM));
}

static bool check_explanation(const struct file *f) {
  const char *explanation = f->pathway->explanation;
  return text_is_empty(explanation) || strcmp(explanation, "confidentiality") == 0 ||
         fault(f, "explanation", "%s is not one that there is: write confidentiality, or leave it out", explanation);
}

static void fill_defaults(Pathway *p) {
  static char *usual[] = {"7d", "1d", "2h"};
  if (!p->narrative_partition) p->narrative_partition = PARTITION__SUPERVISION;
  if (p->n_reminders) return;
  p->reminders = usual;
  p->n_reminders = sizeof usual / sizeof *usual;
}

static bool take_in(struct pathways *all, const char *path, char *errors, size_t errors_bytes) {
  static bool (*const checks[])(const struct file *) = {
      check_name,     check_titles,    check_sessions, check_components,
      check_measures, check_reminders, check_trust,    check_explanation,
  };
  if (all->n == PATHWAYS_MOST) {
    snprintf(errors, errors_bytes, "%s: more than %d pathways", path, PATHWAYS_MOST);
    return false;
  }
  struct file f = {.arena = &all->arena, .path = path, .errors = errors, .errors_bytes = errors_bytes};
  f.pathway = yaml_read_file(&all->arena, &pathway__descriptor, path, errors, errors_bytes);
  if (!f.pathway) return false;
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
    if (!checks[i](&f)) return false;
  fill_defaults(f.pathway);
  all->all[all->n++] = f.pathway;
  return true;
}

static int is_pathway_file(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

// Reads the files in order of name and frees the list of them. False at the first fault.
static bool take_in_all(struct pathways *all, const char *folder, struct dirent **files, int n, char *errors,
                        size_t errors_bytes) {
  bool fine = true;
  for (int i = 0; i < n; i++) {
    if (fine) fine = take_in(all, arena_printf(&all->arena, "%s/%s", folder, files[i]->d_name), errors, errors_bytes);
    free(files[i]);
  }
  free(files);
  return fine;
}

// The wording lies beside the folder: it is what a region may write for itself, too.
static bool take_in_confidentiality(struct pathways *all, const char *folder, char *errors, size_t errors_bytes) {
  size_t asking = 0;
  while (asking < all->n && text_is_empty(all->all[asking]->explanation)) asking++;
  if (asking == all->n) return true;
  char *path = arena_printf(&all->arena, "%s/../confidentiality.yaml", folder);
  all->confidentiality = confidentiality_load(&all->arena, path, errors, errors_bytes);
  return all->confidentiality != NULL;
}

struct pathways *pathways_load(const char *folder, char *errors, size_t errors_bytes) {
  struct dirent **files = NULL;
  int n = scandir(folder, &files, is_pathway_file, alphasort);
  if (n <= 0) {
    snprintf(errors, errors_bytes, "%s: no pathway file (*.yaml) can be read here", folder);
    free(files);
    return NULL;
  }
  struct pathways *all = calloc(1, sizeof *all);
  if (!all) abort();
  arena_init(&all->arena, ARENA_CAP_BYTES);
  if (take_in_all(all, folder, files, n, errors, errors_bytes) &&
      take_in_confidentiality(all, folder, errors, errors_bytes))
    return all;
  pathways_free(all);
  return NULL;
}

int pathways_load_retention(struct pathways *p, const char *path, char *errors, size_t errors_bytes) {
  p->retention = retention_load(&p->arena, path, errors, errors_bytes);
  return p->retention ? 0 : -1;
}

const Retention *pathways_retention(const struct pathways *p) {
  return p ? p->retention : NULL;
}

void pathways_free(struct pathways *p) {
  if (!p) return;
  arena_deinit(&p->arena);
  free(p);
}

const Pathway *pathways_find(const struct pathways *p, const char *name) {
  for (size_t i = 0; i < p->n; i++)
    if (strcmp(p->all[i]->name, name) == 0) return p->all[i];
  return NULL;
}

const Confidentiality *pathways_confidentiality(const struct pathways *p) {
  return p->confidentiality;
}

const char *pathways_names(const struct pathways *p, struct arena *a) {
  char *names = arena_text(a, p->n ? p->all[0]->name : "");
  for (size_t i = 1; i < p->n; i++) names = arena_printf(a, "%s, %s", names, p->all[i]->name);
  return names;
}
