#include "sar_document.h"
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

extern const char services_operator_sar_html[];

// --- the template: parts that begin with a line <!-- part: NAME -->

static const char *part(const char *name, size_t *size_bytes) {
  char mark[64];
  snprintf(mark, sizeof mark, "<!-- part: %s -->\n", name);
  const char *from = strstr(services_operator_sar_html, mark) + strlen(mark), *to = strstr(from, "<!-- part: ");
  *size_bytes = to ? (size_t)(to - from) : strlen(from);
  return from;
}

static void escape(struct buffer *out, const char *text) {
  for (const char *c = text; *c; c++) {
    const char *instead = *c == '<' ? "&lt;" : *c == '>' ? "&gt;" : *c == '&' ? "&amp;" : *c == '"' ? "&quot;" : NULL;
    if (instead)
      buffer_text(out, instead);
    else
      buffer_add(out, c, 1);
  }
}

// A part of the template with {name} and {value} filled in, wherever they stand.
static void fill(struct buffer *out, const char *name_of_part, const char *name, const char *value) {
  size_t left;
  const char *at = part(name_of_part, &left);
  while (left) {
    bool is_name = !strncmp(at, "{name}", 6), is_value = !strncmp(at, "{value}", 7);
    size_t n = is_name ? 6 : is_value ? 7 : 1;
    if (is_name || is_value)
      escape(out, is_name ? name : value);
    else
      buffer_add(out, at, 1);
    at += n;
    left -= n;
  }
}

// --- records

// "startsAt" to "starts at".
static const char *words(const char *key, char out[80]) {
  size_t n = 0;
  for (const char *c = key; *c && n < 77; c++) {
    if (isupper((unsigned char)*c)) out[n++] = ' ';
    out[n++] = (char)tolower((unsigned char)*c);
  }
  out[n] = 0;
  return out;
}

static const char *scalar(const json_t *v, char out[32]) {
  if (json_is_string(v)) return json_string_value(v);
  if (json_is_boolean(v)) return json_is_true(v) ? "yes" : "no";
  if (json_is_integer(v)) snprintf(out, 32, "%lld", (long long)json_integer_value(v));
  if (json_is_real(v)) snprintf(out, 32, "%g", json_real_value(v));
  return out;
}

// Messages never nest themselves, so this ends after a few levels.
static void write_value(struct buffer *out, const char *key, const json_t *value) {
  char name[80], text[32] = "";
  const char *inner;
  json_t *v;
  size_t i;
  if (json_is_array(value)) {
    json_array_foreach(value, i, v) write_value(out, key, v);
  } else if (json_is_object(value)) {
    fill(out, "group", words(key, name), "");
    json_object_foreach((json_t *)value, inner, v) write_value(out, inner, v);
    fill(out, "group-end", "", "");
  } else {
    fill(out, "field", words(key, name), scalar(value, text));
  }
}

static const char *text_in(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

static void write_withheld(struct buffer *out, const json_t *all) {
  json_t *w;
  size_t i;
  json_array_foreach(all, i, w) fill(out, "withheld", text_in(w, "what"), text_in(w, "reason"));
}

// A record is one field beside its service and what was left out: the field's name says what it is.
static void write_record(struct buffer *out, const json_t *record) {
  char name[80];
  const char *key, *inner;
  json_t *value, *v;
  json_object_foreach((json_t *)record, key, value) {
    if (!json_is_object(value)) continue;
    fill(out, "record", words(key, name), text_in(record, "service"));
    json_object_foreach(value, inner, v) write_value(out, inner, v);
  }
  write_withheld(out, json_object_get(record, "withheld"));
  fill(out, "record-end", "", "");
}

bool sar_document(struct buffer *out, const char *json, size_t json_bytes) {
  json_t *bundle = json_loadb(json, json_bytes, 0, NULL), *records = json_object_get(bundle, "records"), *r;
  size_t i;
  if (json_is_array(records)) {
    fill(out, "head", text_in(bundle, "crn"), text_in(bundle, "collectedAt"));
    json_array_foreach(records, i, r) write_record(out, r);
    fill(out, "foot", "", "");
  }
  bool fine = json_is_array(records);
  json_decref(bundle);
  return fine;
}
