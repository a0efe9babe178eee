#include "door.h"
#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  TRIES = 30,
  WAIT_S = 1,       // between tries where no Retry-After says otherwise
  WAIT_MOST_S = 10, // whatever Retry-After says
  CONNECT_S = 5,
  ANSWER_S = 120 // a whole batch is one answer
};

struct door {
  CURL *curl;
  char url[512], token[512];
  const char *other_token; // NULL: `token`
};

static struct door *refuse(const char *what) {
  fprintf(stderr, "alongside: %s\n", what);
  return NULL;
}

struct door *door_open_public(void) {
  const char *url = getenv("ALONGSIDE_URL");
  if (!url || !*url) return refuse("set ALONGSIDE_URL to the gateway's address, such as http://127.0.0.1:8080");
  struct door *d = calloc(1, sizeof *d);
  if (!d || curl_global_init(CURL_GLOBAL_DEFAULT) || !(d->curl = curl_easy_init())) abort();
  snprintf(d->url, sizeof d->url, "%s", url);
  for (size_t n = strlen(d->url); n && d->url[n - 1] == '/'; n--) d->url[n - 1] = 0;
  return d;
}

struct door *door_open(void) {
  const char *token = getenv("ALONGSIDE_TOKEN");
  if (!token || !*token) return refuse("set ALONGSIDE_TOKEN to a token; `alongside token` makes one");
  struct door *d = door_open_public();
  if (d) snprintf(d->token, sizeof d->token, "%s", token);
  return d;
}

void door_close(struct door *d) {
  if (!d) return;
  curl_easy_cleanup(d->curl);
  curl_global_cleanup();
  free(d);
}

void door_use_token(struct door *d, const char *token) {
  d->other_token = token;
}

bool door_later(int status) {
  return status == 429 || status == 503 || status == 504;
}

// --- one request

static size_t on_body(char *data, size_t size, size_t n, void *context) {
  buffer_add(context, data, size * n);
  return size * n;
}

static struct curl_slist *headers(const struct door *d, const char *content_type) {
  char line[640];
  snprintf(line, sizeof line, "Authorization: Bearer %s", d->other_token ? d->other_token : d->token);
  struct curl_slist *list = curl_slist_append(NULL, line);
  snprintf(line, sizeof line, "Content-Type: %s", content_type ? content_type : "");
  if (content_type) list = curl_slist_append(list, line);
  // Without this, libcurl asks with "Expect: 100-continue" first, and waits.
  return curl_slist_append(list, "Expect:");
}

static void prepare(struct door *d, const char *method, const char *path, const struct buffer *body,
                    struct buffer *answer) {
  char url[2048];
  snprintf(url, sizeof url, "%s%s", d->url, path);
  curl_easy_reset(d->curl);
  curl_easy_setopt(d->curl, CURLOPT_URL, url);
  curl_easy_setopt(d->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(d->curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
  curl_easy_setopt(d->curl, CURLOPT_TIMEOUT, (long)ANSWER_S);
  curl_easy_setopt(d->curl, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(d->curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(d->curl, CURLOPT_WRITEDATA, answer);
  if (!body) return;
  curl_easy_setopt(d->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->size_bytes);
  curl_easy_setopt(d->curl, CURLOPT_POSTFIELDS, body->data ? body->data : "");
}

// The status, or 0 with the reason in `*why`.
static int ask(struct door *d, const char *method, const char *path, const char *content_type,
               const struct buffer *body, struct buffer *answer, const char **why) {
  long status = 0;
  struct curl_slist *list = headers(d, content_type);
  answer->size_bytes = 0;
  prepare(d, method, path, body, answer);
  curl_easy_setopt(d->curl, CURLOPT_HTTPHEADER, list);
  CURLcode code = curl_easy_perform(d->curl);
  if (code == CURLE_OK) curl_easy_getinfo(d->curl, CURLINFO_RESPONSE_CODE, &status);
  curl_slist_free_all(list);
  *why = curl_easy_strerror(code);
  buffer_add(answer, "", 1); // ends it, so that it may be read as text
  answer->size_bytes--;
  return (int)status;
}

static unsigned wait_s(struct door *d) {
  curl_off_t said = 0;
  curl_easy_getinfo(d->curl, CURLINFO_RETRY_AFTER, &said);
  return said > WAIT_MOST_S ? WAIT_MOST_S : said > 0 ? (unsigned)said : WAIT_S;
}

static int unanswered(const struct door *d, const char *why) {
  fprintf(stderr, "alongside: the gateway at %s does not answer: %s\n", d->url, why);
  return 0;
}

int door_send(struct door *d, const char *method, const char *path, const char *content_type, const struct buffer *body,
              struct buffer *answer) {
  const char *why = "";
  int status = 0;
  for (int i = 0; i < TRIES; i++) {
    if (i) sleep(status ? wait_s(d) : WAIT_S);
    status = ask(d, method, path, content_type, body, answer, &why);
    if (status && !door_later(status)) break;
  }
  return status ? status : unanswered(d, why);
}

int door_get(struct door *d, const char *path, struct buffer *answer) {
  return door_send(d, "GET", path, NULL, NULL, answer);
}

int door_get_once(struct door *d, const char *path, struct buffer *answer) {
  const char *why;
  int status = ask(d, "GET", path, NULL, NULL, answer, &why);
  return status ? status : unanswered(d, why);
}

// --- answers

static const char *text_at(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

void door_complain(int status, const struct buffer *answer) {
  json_t *problem = json_loads(answer->data ? answer->data : "", 0, NULL), *error;
  const char *detail = text_at(problem, "detail");
  size_t i;
  fprintf(stderr, "alongside: refused with status %d: %s\n", status, *detail ? detail : text_at(problem, "title"));
  json_array_foreach(json_object_get(problem, "errors"), i, error)
      fprintf(stderr, "alongside:   %s: %s\n", text_at(error, "pointer"), text_at(error, "detail"));
  json_decref(problem);
}

void *door_read(struct door *d, const char *path, const ProtobufCMessageDescriptor *type, struct arena *a,
                int *status) {
  struct buffer answer = {0};
  void *message = NULL;
  int got = door_get(d, path, &answer);
  if (status) *status = got;
  if (got == 200) {
    struct err e = json_read(a, type, answer.data, answer.size_bytes, &message);
    if (err_is(e)) fprintf(stderr, "alongside: %s%s: %s\n", path, e.field ? e.field : "", e.why);
  } else if (got && got != 404) {
    door_complain(got, &answer);
  }
  buffer_free(&answer);
  return message;
}

// --- batches

static void take_line(char *text, door_line_fn *on_line, void *context) {
  json_t *line = json_loads(text, 0, NULL), *problem = json_object_get(line, "problem");
  char *dumped = problem ? json_dumps(problem, JSON_COMPACT) : NULL;
  on_line(context, (unsigned)json_integer_value(json_object_get(line, "line")),
          (int)json_integer_value(json_object_get(line, "status")), dumped);
  free(dumped);
  json_decref(line);
}

bool door_batch(struct door *d, const char *path, const struct buffer *lines, door_line_fn *on_line, void *context) {
  struct buffer answer = {0};
  int status = door_send(d, "POST", path, "application/x-ndjson", lines, &answer);
  char *rest = answer.data, *line;
  if (status && status != 200) door_complain(status, &answer);
  while (status == 200 && (line = strsep(&rest, "\n")))
    if (*line) take_line(line, on_line, context);
  buffer_free(&answer);
  return status == 200;
}
