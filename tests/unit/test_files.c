// links: gateway
//
// The static pages, from a folder of the test's own, read through the server by a socket in the same thread.
#include "files.h"
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
  char folder[64];
  uv_loop_t loop;
  struct http_server *server;
  struct files *files;
};

static void put(const struct fixture *f, const char *name, const char *content, size_t size) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", f->folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(content, 1, size, file), size);
  fclose(file);
}

static void put_text(const struct fixture *f, const char *name, const char *text) {
  put(f, name, text, strlen(text));
}

static void handler(void *context, struct http_request *r) {
  struct fixture *f = context;
  if (!files_answer(f->files, r)) http_respond(r, 404, "text/plain", NULL, "none", 4);
}

static void make_folder(struct fixture *f) {
  memset(f, 0, sizeof *f);
  strcpy(f->folder, "/tmp/test_files.XXXXXX");
  assert_non_null(mkdtemp(f->folder));
}

static void set_up(struct fixture *f) {
  char errors[200], inner[128];
  make_folder(f);
  put_text(f, "dashboard.html", "<p>dashboard");
  put_text(f, "sign-in.html", "<p>sign in");
  put_text(f, "page.css", "p {}");
  put_text(f, ".hidden.html", "hidden");
  put_text(f, "notes.bak", "notes");
  put_text(f, "empty.txt", "");
  snprintf(inner, sizeof inner, "%s/inner.html", f->folder);
  assert_int_equal(mkdir(inner, 0700), 0);
  f->files = files_load(f->folder, errors, sizeof errors);
  assert_non_null(f->files);
  uv_loop_init(&f->loop);
  f->server = http_listen(&f->loop, "127.0.0.1:0", &http_limits_default, handler, f, errors, sizeof errors);
  assert_non_null(f->server);
}

static void remove_folder(struct fixture *f) {
  static const char *const names[] = {"dashboard.html", "sign-in.html", "page.css",  ".hidden.html",
                                      "notes.bak",      "empty.txt",    "large.png", "inner.html"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", f->folder, names[i]);
    remove(path);
  }
  assert_int_equal(rmdir(f->folder), 0);
}

static void tear_down(struct fixture *f) {
  http_close(f->server, 0, NULL, NULL);
  uv_run(&f->loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(&f->loop), 0);
  files_free(f->files);
  remove_folder(f);
}

// The whole answer to one request, in a text that the next call overwrites.
static const char *ask(struct fixture *f, const char *method, const char *path, const char *header) {
  static char text[16 << 10];
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(f->server))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  int size =
      snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: h\r\n%sConnection: close\r\n\r\n", method, path, header);
  assert_int_equal(send(fd, text, (size_t)size, 0), size);
  size_t have = 0;
  ssize_t n = -1;
  for (int turns = 0; n && turns < 20000; turns++) {
    uv_run(&f->loop, UV_RUN_NOWAIT);
    n = recv(fd, text + have, sizeof text - 1 - have, MSG_DONTWAIT);
    if (n > 0) have += (size_t)n;
    usleep(100);
  }
  text[have] = 0;
  close(fd);
  return text;
}

static const char *get(struct fixture *f, const char *path) {
  return ask(f, "GET", path, "");
}

static bool is(const char *answer, const char *status, const char *end) {
  size_t size = strlen(answer), end_size = strlen(end);
  return !strncmp(answer + 9, status, 3) && size >= end_size && !strcmp(answer + size - end_size, end);
}

static void a_path_finds_a_page_by_its_name(void **state) {
  (void)state;
  struct fixture f;
  set_up(&f);
  assert_true(is(get(&f, "/"), "200", "<p>dashboard"));
  assert_true(is(get(&f, "/dashboard"), "200", "<p>dashboard"));
  assert_true(is(get(&f, "/sign-in?next=x"), "200", "<p>sign in"));
  assert_true(is(get(&f, "/page.css"), "200", "p {}"));
  assert_true(is(get(&f, "/empty.txt"), "200", "\r\n\r\n"));
  tear_down(&f);
}

static void the_extension_says_the_type(void **state) {
  (void)state;
  struct fixture f;
  set_up(&f);
  assert_non_null(strstr(get(&f, "/"), "\r\nContent-Type: text/html; charset=utf-8\r\n"));
  assert_non_null(strstr(get(&f, "/"), "\r\nContent-Security-Policy: "));
  assert_non_null(strstr(get(&f, "/page.css"), "\r\nContent-Type: text/css; charset=utf-8\r\n"));
  tear_down(&f);
}

static void nothing_but_the_files_of_the_folder_is_found(void **state) {
  (void)state;
  static const char *const paths[] = {
      "/none",      "/.hidden.html",     "/.hidden",    "/notes.bak",  "/inner",     "/inner.html",
      "/../passwd", "/..%2fpage.css",    "//page.css",  "/./page.css", "/page.css/", "/page%2ecss",
      "/PAGE.CSS",  "/dashboard.html/x", "/etc/passwd", "/..",         "/.",         "/dashboard.html.html",
  };
  struct fixture f;
  set_up(&f);
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) assert_true(is(get(&f, paths[i]), "404", "none"));
  tear_down(&f);
}

static void a_page_that_is_known_is_not_sent_again(void **state) {
  (void)state;
  struct fixture f;
  char tag[64], header[160];
  set_up(&f);
  const char *at = strstr(get(&f, "/page.css"), "\r\nETag: \"");
  assert_non_null(at);
  assert_int_equal(sscanf(at, "\r\nETag: %63s", tag), 1);
  snprintf(header, sizeof header, "If-None-Match: \"other\", W/%s\r\n", tag);
  const char *answer = ask(&f, "GET", "/page.css", header);
  assert_true(is(answer, "304", "\r\n\r\n"));
  assert_non_null(strstr(answer, tag));
  assert_non_null(strstr(answer, "\r\nCache-Control: no-cache\r\n"));
  assert_true(is(ask(&f, "GET", "/", header), "200", "<p>dashboard"));
  tear_down(&f);
}

static void a_page_can_only_be_read(void **state) {
  (void)state;
  struct fixture f;
  set_up(&f);
  assert_true(is(ask(&f, "HEAD", "/page.css", ""), "200", "\r\n\r\n"));
  assert_true(is(ask(&f, "DELETE", "/page.css", ""), "405", "}"));
  assert_true(is(ask(&f, "POST", "/none", ""), "404", "none"));
  tear_down(&f);
}

static void a_folder_that_is_missing_is_explained(void **state) {
  (void)state;
  char errors[200] = "";
  assert_null(files_load("/tmp/test_files.none", errors, sizeof errors));
  assert_non_null(strstr(errors, "/tmp/test_files.none"));
}

static void pages_that_are_too_large_together_are_refused(void **state) {
  (void)state;
  struct fixture f;
  char errors[200] = "";
  char *content = calloc(1, FILES_CAP_BYTES);
  make_folder(&f);
  put_text(&f, "page.css", "p {}");
  put(&f, "large.png", content, FILES_CAP_BYTES);
  free(content);
  assert_null(files_load(f.folder, errors, sizeof errors));
  assert_non_null(strstr(errors, "8 MiB"));
  remove_folder(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_path_finds_a_page_by_its_name),
      cmocka_unit_test(the_extension_says_the_type),
      cmocka_unit_test(nothing_but_the_files_of_the_folder_is_found),
      cmocka_unit_test(a_page_that_is_known_is_not_sent_again),
      cmocka_unit_test(a_page_can_only_be_read),
      cmocka_unit_test(a_folder_that_is_missing_is_explained),
      cmocka_unit_test(pages_that_are_too_large_together_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
