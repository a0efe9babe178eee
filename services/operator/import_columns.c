// The kinds of files that are taken in, their columns, and how a value becomes a field.
#include "calendar.h"
#include "import_rows.h"
#include "local.h"
#include "matching.pb-c.h"
#include "rfc3339.h"
#include "text.h"
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  MINUTES_MOST = 24 * 60
};

// --- values

static void *member(ProtobufCMessage *m, size_t offset) {
  return (char *)m + offset;
}

// The part of `path` up to the next dot.
static const ProtobufCFieldDescriptor *field_at(const ProtobufCMessageDescriptor *type, const char *path) {
  char name[64];
  snprintf(name, sizeof name, "%.*s", (int)strcspn(path, "."), path);
  return protobuf_c_message_descriptor_get_field_by_name(type, name);
}

// The message that holds the path's last field; those on the way are made.
static ProtobufCMessage *descend(struct arena *a, ProtobufCMessage *m, const char **path) {
  for (const char *dot; (dot = strchr(*path, '.')); *path = dot + 1) {
    const ProtobufCFieldDescriptor *field = field_at(m->descriptor, *path);
    ProtobufCMessage **inner = member(m, field->offset);
    if (!*inner) {
      const ProtobufCMessageDescriptor *type = field->descriptor;
      *inner = arena_take(a, type->sizeof_message);
      protobuf_c_message_init(type, *inner);
    }
    m = *inner;
  }
  return m;
}

static const char *enum_names(struct arena *a, const ProtobufCEnumDescriptor *type) {
  char *names = arena_text(a, "must be one of:");
  for (unsigned i = 0; i < type->n_values; i++)
    if (!strstr(type->values[i].name, "UNSPECIFIED")) names = arena_printf(a, "%s %s", names, type->values[i].name);
  return names;
}

// "home visit", "home-visit" and "HOME_VISIT" are one.
static const char *set_enum(struct arena *a, void *at, const ProtobufCEnumDescriptor *type, const char *text) {
  char *name = arena_text(a, text);
  for (char *c = name; *c; c++) *c = *c == ' ' || *c == '-' ? '_' : (char)toupper((unsigned char)*c);
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(type, name);
  if (!value || strstr(name, "UNSPECIFIED")) return enum_names(a, type);
  *(int *)at = value->value;
  return NULL;
}

static const char *set_bool(void *at, const char *text) {
  static const char *const words[] = {"no", "false", "0", "yes", "true", "1"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcasecmp(words[i], text)) continue;
    *(protobuf_c_boolean *)at = i >= 3;
    return NULL;
  }
  return "must be yes or no";
}

static const char *set_number(void *at, const char *text) {
  if (strlen(text) > 9 || text[strspn(text, "0123456789")]) return "must be a whole number";
  *(uint32_t *)at = (uint32_t)strtoul(text, NULL, 10);
  return NULL;
}

static char *trimmed(struct arena *a, const char *text, size_t length) {
  while (length && strchr(" \t", *text)) text++, length--;
  while (length && strchr(" \t", text[length - 1])) length--;
  return arena_printf(a, "%.*s", (int)length, text);
}

// "alcohol; custody". Empty parts are left out.
static void set_list(struct arena *a, ProtobufCMessage *m, const ProtobufCFieldDescriptor *field, const char *text) {
  size_t *n = member(m, field->quantifier_offset), most = 1;
  for (const char *c = text; *c; c++) most += *c == ';';
  char **list = arena_take(a, most * sizeof *list);
  for (const char *from = text;; from++) {
    size_t length = strcspn(from, ";");
    char *item = trimmed(a, from, length);
    if (*item) list[(*n)++] = item;
    from += length;
    if (!*from) break;
  }
  *(char ***)member(m, field->offset) = list;
}

// --- times

static bool read_local(const char *text, int *year, int *month, int *day, int *hour, int *minute) {
  int seconds, used = 0;
  if (sscanf(text, "%4d-%2d-%2d%*1[ T]%2d:%2d%n", year, month, day, hour, minute, &used) < 5 || !used) return false;
  if (text[used] == ':' && sscanf(text + used, ":%2d", &seconds) == 1 && strlen(text + used) == 3 && seconds == 0)
    used += 3;
  return !text[used] && used >= 16 && *hour >= 0 && *hour < 24 && *minute >= 0 && *minute < 60;
}

static bool read_day(const char *text, int64_t *day) {
  int year, month, of_month, used = 0;
  if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &of_month, &used) < 3 || used != 10 || text[used]) return false;
  return (*day = local_day(year, month, of_month)) >= 0;
}

static const char *no_zone(void) {
  return "has no offset, and the area's time zone is not known here: write it as 2026-03-02T10:00:00Z, or set "
         "ALONGSIDE_AREAS to the areas file";
}

static const char *read_moment(const struct import_file *f, enum import_form form, const char *text, int64_t *ms) {
  int year, month, of_month, hour, minute;
  int64_t seconds, day = -1;
  int32_t nanos;
  if (rfc3339_read(text, strlen(text), &seconds, &nanos)) {
    *ms = seconds * 1000 + nanos / 1000000;
    return NULL;
  }
  bool is_day = form == FORM_END_OF_DAY && read_day(text, &day);
  if (!is_day && read_local(text, &year, &month, &of_month, &hour, &minute)) day = local_day(year, month, of_month);
  if (day < 0)
    return form == FORM_END_OF_DAY ? "must be a day such as 2027-03-31"
                                   : "must be a time such as 2026-03-02 10:00 or 2026-03-02T10:00:00Z";
  if (!f->time_zone) return no_zone();
  *ms = is_day ? local_moment(f->time_zone, day + 1, 0) : local_moment(f->time_zone, day, hour * 60 + minute);
  return NULL;
}

static const char *set_moment(struct import_file *f, void *at, enum import_form form, const char *text) {
  int64_t ms;
  const char *fault = read_moment(f, form, text, &ms);
  if (!fault) *(Google__Protobuf__Timestamp **)at = timestamp_of(&f->arena, ms);
  return fault;
}

// --- fields

const char *import_set(struct import_file *f, ProtobufCMessage *m, const struct import_column *column,
                       const char *text) {
  if (!*text) return column->required ? "is missing: this column may not be empty" : NULL;
  if (column->is && !column->is(text)) return column->want;
  if (!column->path) return NULL;
  const char *path = column->path;
  ProtobufCMessage *in = descend(&f->arena, m, &path);
  const ProtobufCFieldDescriptor *field = field_at(in->descriptor, path);
  void *at = member(in, field->offset);
  switch (field->type) {
  case PROTOBUF_C_TYPE_ENUM:
    return set_enum(&f->arena, at, field->descriptor, text);
  case PROTOBUF_C_TYPE_BOOL:
    return set_bool(at, text);
  case PROTOBUF_C_TYPE_UINT32:
    return set_number(at, text);
  case PROTOBUF_C_TYPE_MESSAGE:
    return set_moment(f, at, column->form, text);
  default:
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
      set_list(&f->arena, in, field, text);
    else
      *(char **)at = arena_text(&f->arena, text);
    return NULL;
  }
}

char *import_id(struct import_file *f, const char *kind, const char *reference) {
  unsigned char hash[16];
  char *text = arena_printf(&f->arena, "%s/%s/%s", f->area, kind, reference);
  crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0);
  char *id = arena_take(&f->arena, 37);
  text_uuid(hash, id);
  return id;
}

// --- what needs several columns

static void finish_person(struct import_file *f, struct import_row *row) {
  Person *p = (Person *)row->message;
  char crn[8];
  if (text_crn(p->crn, crn)) row->key = p->crn = arena_text(&f->arena, crn);
}

// An id, or a reference from which one follows.
static char *id_of(struct import_file *f, struct import_row *row, char *id) {
  const char *reference = import_value(f, row, "reference");
  if (text_is_empty(id) && *reference) id = import_id(f, f->kind->name, reference);
  if (text_is_empty(id) && !*import_value(f, row, "id"))
    import_fault(f, row, NULL, "give an id, or a reference of your own that stays the same");
  row->key = text_is_empty(id) ? NULL : id;
  return id;
}

static void finish_mentor(struct import_file *f, struct import_row *row) {
  Mentor *m = (Mentor *)row->message;
  m->id = id_of(f, row, m->id);
}

static void set_end(struct import_file *f, struct import_row *row, Appointment *a) {
  const char *minutes = import_value(f, row, "minutes");
  uint32_t n = 0;
  if (a->ends_at || !a->starts_at) return;
  const char *fault = *minutes ? set_number(&n, minutes) : NULL;
  if (!*minutes)
    import_fault(f, row, NULL, "give ends_at, or minutes");
  else if (fault || n < 1 || n > MINUTES_MOST)
    import_fault(f, row, "/minutes", "must be 1 to 1440");
  else
    a->ends_at = timestamp_of(&f->arena, timestamp_ms(a->starts_at) + (int64_t)n * 60000);
}

// The person and the pathway say which engagement it belongs to; they are not fields that a sender sets.
static void finish_appointment(struct import_file *f, struct import_row *row) {
  Appointment *a = (Appointment *)row->message;
  char crn[8] = "";
  a->id = id_of(f, row, a->id);
  set_end(f, row, a);
  text_crn(a->crn, crn);
  row->crn = arena_text(&f->arena, crn);
  row->pathway = a->pathway;
  row->purpose = import_value(f, row, "purpose");
  a->crn = a->pathway = (char *)protobuf_c_empty_string;
}

// --- kinds

static bool is_crn(const char *text) {
  char crn[8];
  return text_crn(text, crn);
}

#define UUID text_is_uuid, "must be a UUID in lower case; leave it out and give a reference instead"
#define CRN is_crn, "must be a letter and six digits, such as X123456"
#define STAFF text_is_staff_code, "must be a staff code: 3 to 16 capital letters and digits"
#define TELEPHONE text_is_telephone, "must be E.164 such as +447700900123; write it with the country code"
#define EMAIL text_is_email, "must be an address such as name@example.org"
#define NAMES                                                                                                          \
  {"given_name", "personal.given_name", true}, {"family_name", "personal.family_name", true},                          \
      {"telephone", "personal.telephone", false, TELEPHONE}, {"email", "personal.email", false, EMAIL}, {              \
    "safe_contact", "personal.safe_contact"                                                                            \
  }

static const struct import_column people[] = {
    {"crn", "crn", true, CRN},
    {"practitioner", "practitioner", true, STAFF},
    NAMES,
    {"language", "language"},
    {"consent_texts", "consent.texts"},
    {"consent_emails", "consent.emails"},
    {"preferred_channel", "preferred_channel"},
    {"whereabouts", "whereabouts"},
    {"mentor_wanted", "mentoring.wanted"},
    {"experiences", "mentoring.experiences"},
    {"mentor_gender", "mentoring.gender"},
    {"languages", "mentoring.languages"},
    {"availability", "mentoring.availability"},
    {"places", "mentoring.places"},
    {"remote", "mentoring.remote"},
    {"not_with", "mentoring.not_with"},
    {"conflicts_checked", "mentoring.conflicts_checked"},
    {"keep_away", "mentoring.keep_away"},
    {"interpreter", "mentoring.interpreter"},
    {"needs", "mentoring.needs"},
    {"complexity", "mentoring.complexity"},
    {"restricted", "restricted"},
    {0},
};

static const struct import_column mentors[] = {
    {"id", "id", false, UUID},
    {"reference", NULL},
    NAMES,
    {"channel", "channel", true},
    {"language", "language", true},
    {"gender", "gender"},
    {"experiences", "experiences"},
    {"languages", "languages", true},
    {"availability", "availability"},
    {"places", "places"},
    {"remote", "remote"},
    {"capacity", "capacity", true},
    {"vetted_until", "vetted_until", true, .form = FORM_END_OF_DAY},
    {"supervisor", "supervisor", true, STAFF},
    {"own_practitioner", "own_practitioner", false, STAFF},
    {"not_with", "not_with"},
    {"conflicts_checked", "conflicts_checked"},
    {"keep_away", "keep_away"},
    {"supervised_until", "supervised_until", false, .form = FORM_END_OF_DAY},
    {"skill", "skill"},
    {0},
};

static const struct import_column appointments[] = {
    {"id", "id", false, UUID},
    {"reference", NULL},
    {"crn", "crn", true, CRN},
    {"pathway", "pathway", true, text_is_slug, "must be the name of a pathway, such as supervision"},
    {"purpose", NULL},
    {"starts_at", "starts_at", true},
    {"ends_at", "ends_at"},
    {"minutes", NULL},
    {"place", "place"},
    {"mode", "mode", true},
    {"function", "function"},
    {0},
};

const struct import_kind import_kinds[] = {
    {"appointments", "starts_at", &appointment__descriptor, appointments, finish_appointment},
    {"mentors", "supervisor", &mentor__descriptor, mentors, finish_mentor},
    {"people", "practitioner", &person__descriptor, people, finish_person},
    {0},
};
