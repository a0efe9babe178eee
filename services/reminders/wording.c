#include "wording.h"
#include "calendar.h"
#include "text.h"
#include "yaml.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct wording {
  struct arena arena;
  const Wordings *file;
  const Wording *languages[3]; // indexed by Language; all but the first are set
};

// --- filling in

struct values {
  const char *day, *time, *place, *telephone;
};

static const struct placeholder {
  const char *name;
  size_t at;
} placeholders[] = {
    {"{day}", offsetof(struct values, day)},
    {"{time}", offsetof(struct values, time)},
    {"{place}", offsetof(struct values, place)},
    {"{telephone}", offsetof(struct values, telephone)},
};

static const struct placeholder *placeholder_at(const char *text) {
  for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++)
    if (!strncmp(text, placeholders[i].name, strlen(placeholders[i].name))) return &placeholders[i];
  return NULL;
}

static char *fill(struct arena *a, const char *text, const struct values *values) {
  char *out = arena_text(a, "");
  while (*text) {
    const struct placeholder *p = placeholder_at(text);
    size_t plain = p ? 0 : 1 + strcspn(text + 1, "{");
    const char *value = p ? *(const char *const *)((const char *)values + p->at) : "";
    out = arena_printf(a, "%s%.*s%s", out, (int)plain, text, value);
    text += p ? strlen(p->name) : plain;
  }
  return out;
}

// --- text messages

// The characters beyond ASCII that the GSM alphabet has (3GPP TS 23.038), and those of ASCII that cost two.
static const char gsm_beyond_ascii[] = "£¥èéùìòÇØøÅåΔΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
static const char gsm_twice[] = "^{}\\[~]|";
static const char gsm_never[] = "`";

static size_t character_bytes(const char *at) {
  unsigned char lead = *at;
  return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

// Septets of one character in the GSM alphabet; 0 where it has none.
static unsigned gsm_septets(const char *at, size_t bytes) {
  if (bytes == 1) return strchr(gsm_never, *at) ? 0 : strchr(gsm_twice, *at) ? 2 : 1;
  if (bytes == 3 && !strncmp(at, "€", 3)) return 2;
  for (const char *known = gsm_beyond_ascii; *known; known += character_bytes(known))
    if (character_bytes(known) == bytes && !strncmp(known, at, bytes)) return 1;
  return 0;
}

unsigned wording_sms_segments(const char *text) {
  unsigned septets = 0, units = 0;
  bool gsm = true;
  for (size_t bytes; *text; text += bytes) {
    bytes = character_bytes(text);
    unsigned cost = gsm_septets(text, bytes);
    gsm = gsm && cost;
    septets += cost;
    units += bytes == 4 ? 2 : 1;
  }
  unsigned length = gsm ? septets : units, single = gsm ? 160 : 70, part = gsm ? 153 : 67;
  return length <= single ? 1 : (length + part - 1) / part;
}

// --- neutrality

static bool starts_word(const char *text, const char *at) {
  unsigned char before = at == text ? ' ' : at[-1];
  return !isalnum(before) && before < 0x80;
}

bool wording_gives_away(const struct wording *w, const char *text) {
  for (size_t i = 0; i < w->file->n_forbidden; i++)
    for (const char *at = text; (at = strcasestr(at, w->file->forbidden[i])); at++)
      if (starts_word(text, at)) return true;
  return false;
}

static const char *place_unsaid(const Wording *language, Mode mode) {
  if (mode == MODE__TELEPHONE) return language->by_telephone;
  return mode == MODE__VIDEO ? language->by_video : language->usual_place;
}

// One line, cut to size. Bytes below a space would break a line or a header.
static const char *tidy_place(struct arena *a, const char *place) {
  char *out = arena_text(a, place), *at = out;
  for (unsigned n = 0; *at && n < WORDING_PLACE_CHARACTERS; n++, at += character_bytes(at))
    if ((unsigned char)*at < ' ' || *at == 0x7F) *at = ' ';
  if (!*at) return out;
  for (unsigned n = 0; n < 3; n++) do
      at--;
    while (((unsigned char)*at & 0xC0) == 0x80);
  *at = 0;
  return arena_printf(a, "%s...", out);
}

static const char *say_place(struct arena *a, const struct wording *w, const Wording *language,
                             const struct wording_facts *f) {
  if (text_is_empty(f->place) || wording_gives_away(w, f->place)) return place_unsaid(language, f->mode);
  return tidy_place(a, f->place);
}

Outgoing *wording_write(struct arena *a, const struct wording *w, const struct wording_facts *f) {
  const Wording *language = w->languages[f->language == LANGUAGE__WELSH ? LANGUAGE__WELSH : LANGUAGE__ENGLISH];
  struct local_time t = calendar_local(f->time_zone, f->starts_at_ms);
  struct values values = {
      .day = arena_printf(a, "%s %d %s", language->weekdays[t.weekday - 1], t.day, language->months[t.month - 1]),
      .time = arena_printf(a, "%02d:%02d", t.hour, t.minute),
      .place = say_place(a, w, language, f),
      .telephone = f->telephone,
  };
  Outgoing *outgoing = arena_take(a, sizeof *outgoing);
  outgoing__init(outgoing);
  if (f->channel == CHANNEL__EMAIL) outgoing->subject = fill(a, language->email_subject, &values);
  outgoing->text = fill(a, f->channel == CHANNEL__EMAIL ? language->email_text : language->sms, &values);
  return outgoing;
}

// --- checks at start

struct check {
  struct wording *w;
  const Wording *language;
  const char *path;
  char *errors;
  size_t errors_bytes;
};

static int fault(const struct check *k, const char *field, const char *why) {
  const char *name = !k->language                               ? "wordings"
                     : k->language->language == LANGUAGE__WELSH ? "wording in WELSH"
                                                                : "wording in ENGLISH";
  snprintf(k->errors, k->errors_bytes, "%s: %s: %s %s", k->path, name, field, why);
  return -1;
}

static int check_placeholders(const struct check *k, const char *field, const char *text) {
  for (const char *at = text; (at = strpbrk(at, "{}")); at += strlen(placeholder_at(at)->name))
    if (!placeholder_at(at)) return fault(k, field, "has a brace that is not {day}, {time}, {place} or {telephone}");
  return 0;
}

// `must`: what the text has to say, separated by spaces.
static int check_text(const struct check *k, const char *field, const char *text, const char *must) {
  if (text_is_empty(text)) return fault(k, field, "is missing");
  if (wording_gives_away(k->w, text)) return fault(k, field, "holds a forbidden word");
  if (check_placeholders(k, field, text)) return -1;
  char *rest = arena_text(&k->w->arena, must), *word;
  while ((word = strsep(&rest, " ")))
    if (!strstr(text, word)) return fault(k, field, arena_printf(&k->w->arena, "must say %s", word));
  return 0;
}

static const char *longest(char **texts, size_t n) {
  const char *found = texts[0];
  for (size_t i = 1; i < n; i++)
    if (strlen(texts[i]) > strlen(found)) found = texts[i];
  return found;
}

// The longest text that can come about: a place of letters that the GSM alphabet lacks, the longest day.
static int check_length(const struct check *k) {
  const Wording *l = k->language;
  struct arena *a = &k->w->arena;
  char place[WORDING_PLACE_CHARACTERS * sizeof "ŵ"] = "", telephone[WORDING_TELEPHONE_BYTES + 1] = "", *end = place;
  for (unsigned i = 0; i < WORDING_PLACE_CHARACTERS; i++) end = stpcpy(end, "ŵ");
  memset(telephone, '0', WORDING_TELEPHONE_BYTES);
  struct values values = {
      .day = arena_printf(a, "%s 30 %s", longest(l->weekdays, l->n_weekdays), longest(l->months, l->n_months)),
      .time = "23:59",
      .place = place,
      .telephone = telephone,
  };
  if (wording_sms_segments(fill(a, l->sms, &values)) <= WORDING_SMS_SEGMENTS) return 0;
  return fault(k, "sms", "is too long: with a long place it would travel in more than three parts");
}

static int check_names(const struct check *k, const char *field, char **names, size_t n, size_t wanted) {
  if (n != wanted) return fault(k, field, arena_printf(&k->w->arena, "must be %zu names", wanted));
  for (size_t i = 0; i < n; i++)
    if (check_text(k, field, names[i], "")) return -1;
  return 0;
}

static int check_language(const struct check *k) {
  const Wording *l = k->language;
  if (check_names(k, "weekdays", l->weekdays, l->n_weekdays, 7) || check_names(k, "months", l->months, l->n_months, 12))
    return -1;
  if (check_text(k, "sms", l->sms, "{day} {time} {place} {telephone} STOP") ||
      check_text(k, "emailSubject", l->email_subject, "{day} {time}") ||
      check_text(k, "emailText", l->email_text, "{day} {time} {place} {telephone} STOP"))
    return -1;
  if (check_text(k, "usualPlace", l->usual_place, "") || check_text(k, "byTelephone", l->by_telephone, "") ||
      check_text(k, "byVideo", l->by_video, ""))
    return -1;
  return check_length(k);
}

static int check_file(struct check *k) {
  for (size_t i = 0; i < k->w->file->n_forbidden; i++)
    if (text_is_empty(k->w->file->forbidden[i])) return fault(k, "forbidden", "has an empty word");
  for (size_t i = 0; i < k->w->file->n_wordings; i++) {
    const Wording *l = k->w->file->wordings[i];
    if (l->language != LANGUAGE__ENGLISH && l->language != LANGUAGE__WELSH)
      return fault(k, "language", "must be ENGLISH or WELSH");
    k->w->languages[l->language] = k->language = l;
    if (check_language(k)) return -1;
  }
  k->language = NULL;
  if (k->w->languages[LANGUAGE__ENGLISH] && k->w->languages[LANGUAGE__WELSH]) return 0;
  return fault(k, "language", "must be there twice, ENGLISH and WELSH");
}

struct wording *wording_load(const char *path, char *errors, size_t errors_bytes) {
  struct wording *w = calloc(1, sizeof *w);
  if (!w) abort();
  arena_init(&w->arena, ARENA_CAP_BYTES);
  struct check k = {.w = w, .path = path, .errors = errors, .errors_bytes = errors_bytes};
  w->file = yaml_read_file(&w->arena, &wordings__descriptor, path, errors, errors_bytes);
  if (w->file && !check_file(&k)) return w;
  wording_free(w);
  return NULL;
}

void wording_free(struct wording *w) {
  if (!w) return;
  arena_deinit(&w->arena);
  free(w);
}
