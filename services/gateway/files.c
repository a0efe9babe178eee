#include "files.h"
#include "text.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  HASH_BYTES = 16,
  NAME_BYTES = 64,
  HEADERS_BYTES = 96
};

struct file {
  char name[NAME_BYTES];
  const char *type;
  char *content;
  size_t size_bytes;
  char etag[2 * HASH_BYTES + 3]; // with its quotes
};

struct files {
  struct file *files; // by name
  size_t count, size_bytes;
};

static const struct {
  const char *extension, *type;
} types[] = {
    {"html", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"svg", "image/svg+xml"},
    {"json", "application/json"},
    {"webmanifest", "application/manifest+json"},
    {"txt", "text/plain; charset=utf-8"},
    {"woff2", "font/woff2"},
    {"ico", "image/x-icon"},
    {"png", "image/png"},
};

static const char *type_of(const char *name) {
  const char *dot = strrchr(name, '.');
  for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
    if (!strcmp(dot + 1, types[i].extension)) return types[i].type;
  return NULL;
}

static int read_all(int fd, char *out, size_t size) {
  for (size_t at = 0; at < size;) {
    ssize_t n = read(fd, out + at, size - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return -1;
    at += (size_t)n;
  }
  return 0;
}

static void identify(struct file *file) {
  unsigned char hash[HASH_BYTES];
  char hex[2 * HASH_BYTES + 1];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)file->content, file->size_bytes, NULL, 0);
  text_hex(hash, sizeof hash, hex);
  snprintf(file->etag, sizeof file->etag, "\"%s\"", hex);
}

static void add(struct files *f, const char *name, const char *type, char *content, size_t size) {
  f->files = realloc(f->files, (f->count + 1) * sizeof *f->files);
  if (!f->files) abort();
  struct file *file = &f->files[f->count++];
  *file = (struct file){.type = type, .content = content, .size_bytes = size};
  snprintf(file->name, sizeof file->name, "%s", name);
  identify(file);
  f->size_bytes += size;
}

// Adds a regular file that is to be served; answers -1 and a sentence on a fault.
static int load(struct files *f, int folder, const char *name, char *errors, size_t errors_bytes) {
  struct stat about;
  const char *type = type_of(name);
  if (!type || name[0] == '.' || strlen(name) >= NAME_BYTES) return 0;
  int result = -1, fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  char *content = NULL;
  snprintf(errors, errors_bytes, "The page %s cannot be read.", name);
  if (fd < 0 || fstat(fd, &about)) goto out;
  result = S_ISREG(about.st_mode) ? -1 : 0;
  if (!result) goto out;
  if ((size_t)about.st_size > FILES_CAP_BYTES - f->size_bytes) {
    snprintf(errors, errors_bytes, "The pages are larger than %d MiB together.", FILES_CAP_BYTES >> 20);
    goto out;
  }
  content = malloc((size_t)about.st_size + 1);
  if (!content) abort();
  if (read_all(fd, content, (size_t)about.st_size)) goto out;
  add(f, name, type, content, (size_t)about.st_size);
  content = NULL;
  result = 0;
out:
  free(content);
  if (fd >= 0) close(fd);
  return result;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

struct files *files_load(const char *folder, char *errors, size_t errors_bytes) {
  DIR *dir = opendir(folder);
  if (!dir) {
    snprintf(errors, errors_bytes, "The folder of pages %s cannot be read: %s.", folder, strerror(errno));
    return NULL;
  }
  struct files *f = calloc(1, sizeof *f);
  if (!f) abort();
  int result = 0;
  for (struct dirent *entry; !result && (entry = readdir(dir));)
    result = load(f, dirfd(dir), entry->d_name, errors, errors_bytes);
  closedir(dir);
  if (f->count) qsort(f->files, f->count, sizeof *f->files, by_name);
  if (!result) return f;
  files_free(f);
  return NULL;
}

void files_free(struct files *f) {
  if (!f) return;
  for (size_t i = 0; i < f->count; i++) free(f->files[i].content);
  free(f->files);
  free(f);
}

static const struct file *find(const struct files *f, const char *name) {
  struct file key = {0};
  if (!f->count || strlen(name) >= sizeof key.name) return NULL;
  snprintf(key.name, sizeof key.name, "%s", name);
  return bsearch(&key, f->files, f->count, sizeof *f->files, by_name);
}

static const struct file *find_path(const struct files *f, const char *path) {
  char page[NAME_BYTES];
  const char *name = strcmp(path, "/") ? path + 1 : "dashboard";
  const struct file *file = find(f, name);
  int size = snprintf(page, sizeof page, "%s.html", name);
  return file || size >= (int)sizeof page ? file : find(f, page);
}

// An entity tag is quoted and so cannot be a part of another; weak tags match too (RFC 9110, 13.1.2).
static bool is_known(const struct http_request *r, const struct file *file) {
  const char *tags = http_header(r, "if-none-match");
  return tags && (!strcmp(tags, "*") || strstr(tags, file->etag));
}

static void refuse_method(struct http_request *r) {
  static const char problem[] = "{\"type\":\"about:blank\",\"title\":\"Method Not Allowed\",\"status\":405,"
                                "\"detail\":\"A page can only be read.\"}";
  http_respond(r, 405, "application/problem+json", "Allow: GET, HEAD\r\n", problem, sizeof problem - 1);
}

bool files_answer(const struct files *f, struct http_request *r) {
  const struct file *file = find_path(f, r->path);
  if (!file) return false;
  char headers[HEADERS_BYTES];
  snprintf(headers, sizeof headers, "ETag: %s\r\nCache-Control: no-cache\r\n", file->etag);
  if (strcmp(r->method, "GET") && strcmp(r->method, "HEAD"))
    refuse_method(r);
  else if (is_known(r, file))
    http_respond(r, 304, NULL, headers, NULL, 0);
  else
    http_respond(r, 200, file->type, headers, file->content, file->size_bytes);
  return true;
}
