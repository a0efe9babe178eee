// Matching is one hash per request: rows are filed under the number of their segments and the literal ones among them,
// and the few ways in which literals can lie (their shape) are tried one after the other.
#include "routes.h"
#include "text.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
  SLOTS = 256,
  SHAPES = 16,
  ROWS_PER_PATH = 6,
  PREFIX_SEGMENTS = 3
};

struct shape {
  unsigned n_segments, literals; // literals: bit i is set where segment i is one
};

// One path, with its rows of all methods.
struct path {
  struct shape shape;
  char *segments[ROUTE_SEGMENTS]; // the literal ones; NULL for a parameter
  const struct route *rows[ROWS_PER_PATH];
  size_t n_rows;
  char allow[48];
};

struct routes {
  struct shape shapes[SHAPES];
  size_t n_shapes;
  struct path *slots[SLOTS];
};

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool routes_decode(char *text, bool plus_is_space) {
  char *to = text;
  for (const char *from = text; *from; from++) {
    if (*from == '%') {
      int high = hex_value(from[1]), low = high < 0 ? -1 : hex_value(from[2]);
      if (low < 0 || (high == 0 && low == 0)) return false;
      *to++ = (char)(high << 4 | low);
      from += 2;
    } else {
      *to++ = plus_is_space && *from == '+' ? ' ' : *from;
    }
  }
  *to = '\0';
  return text_is_utf8(text, (size_t)(to - text));
}

// Cuts a path that begins with a slash. Answers the number of segments, or `most` + 1 where there are more.
static size_t split(char *path, char **segments, size_t most) {
  size_t n = 0;
  for (char *p = path; p; n++) {
    if (n == most) return most + 1;
    segments[n] = p + 1;
    p = strchr(p + 1, '/');
    if (p) *p = '\0';
  }
  return n;
}

static bool is_literal(const struct shape *shape, size_t i) {
  return shape->literals >> i & 1;
}

// FNV-1a over the literal segments.
static size_t slot_of(const struct shape *shape, const char *const *segments) {
  uint32_t hash = 2166136261u ^ shape->n_segments;
  for (size_t i = 0; i < shape->n_segments; i++) {
    if (!is_literal(shape, i)) continue;
    for (const char *c = segments[i]; *c; c++) hash = (hash ^ (unsigned char)*c) * 16777619u;
    hash = (hash ^ '/') * 16777619u;
  }
  return hash % SLOTS;
}

static bool same_literals(const struct path *path, const struct shape *shape, const char *const *segments) {
  if (path->shape.n_segments != shape->n_segments || path->shape.literals != shape->literals) return false;
  for (size_t i = 0; i < shape->n_segments; i++)
    if (is_literal(shape, i) && strcmp(path->segments[i], segments[i]) != 0) return false;
  return true;
}

// Where that path is filed, or the free slot for it.
static size_t find_slot(const struct routes *rs, const struct shape *shape, const char *const *segments) {
  size_t slot = slot_of(shape, segments);
  while (rs->slots[slot] && !same_literals(rs->slots[slot], shape, segments)) slot = (slot + 1) % SLOTS;
  return slot;
}

static void add_shape(struct routes *rs, const struct shape *shape) {
  for (size_t i = 0; i < rs->n_shapes; i++)
    if (rs->shapes[i].n_segments == shape->n_segments && rs->shapes[i].literals == shape->literals) return;
  assert(rs->n_shapes < SHAPES);
  rs->shapes[rs->n_shapes++] = *shape;
}

static void add_method(struct path *path, const struct route *row) {
  assert(path->n_rows < ROWS_PER_PATH);
  path->rows[path->n_rows++] = row;
  if (strstr(path->allow, row->method)) return;
  if (*path->allow) strcat(path->allow, ", ");
  strcat(path->allow, row->method);
}

static struct path *new_path(const struct shape *shape, const char *const *segments) {
  struct path *path = calloc(1, sizeof *path);
  path->shape = *shape;
  for (size_t i = 0; i < shape->n_segments; i++)
    if (is_literal(shape, i)) path->segments[i] = strdup(segments[i]);
  return path;
}

static void add_route(struct routes *rs, const struct route *row) {
  char *pattern = strdup(row->pattern), *segments[ROUTE_SEGMENTS];
  struct shape shape = {.n_segments = (unsigned)split(pattern, segments, ROUTE_SEGMENTS)};
  assert(shape.n_segments <= ROUTE_SEGMENTS);
  for (size_t i = 0; i < shape.n_segments; i++)
    if (*segments[i] != '{') shape.literals |= 1u << i;
  add_shape(rs, &shape);
  size_t slot = find_slot(rs, &shape, (const char *const *)segments);
  if (!rs->slots[slot]) rs->slots[slot] = new_path(&shape, (const char *const *)segments);
  add_method(rs->slots[slot], row);
  free(pattern);
}

struct routes *routes_new(void) {
  struct routes *rs = calloc(1, sizeof *rs);
  for (const struct route *row = routes_table; row->method; row++) add_route(rs, row);
  return rs;
}

void routes_free(struct routes *rs) {
  if (!rs) return;
  for (size_t slot = 0; slot < SLOTS; slot++) {
    if (!rs->slots[slot]) continue;
    for (size_t i = 0; i < ROUTE_SEGMENTS; i++) free(rs->slots[slot]->segments[i]);
    free(rs->slots[slot]);
  }
  free(rs);
}

static const struct path *find_path(const struct routes *rs, size_t n, const char *const *segments) {
  for (size_t i = 0; i < rs->n_shapes; i++) {
    if (rs->shapes[i].n_segments != n) continue;
    const struct path *path = rs->slots[find_slot(rs, &rs->shapes[i], segments)];
    if (path) return path;
  }
  return NULL;
}

static const struct route *find_row(const struct path *path, const char *method, bool if_match) {
  const struct route *found = NULL;
  for (size_t i = 0; i < path->n_rows; i++) {
    if (strcmp(path->rows[i]->method, method) != 0) continue;
    if (!found || path->rows[i]->if_match == if_match) found = path->rows[i];
  }
  return found;
}

// Whoever may touch one record only is let through to rows of its kind, and to no other.
bool routes_may_touch(const struct route *route, const char *only) {
  size_t length = route->only ? strlen(route->only) : 0;
  return !*only || (length && !strncmp(only, route->only, length) && only[length] == '/');
}

// Literals are compared as they were sent; only parameters may be written with %XX.
static bool decode_parameters(const struct path *path, char **segments) {
  for (size_t i = 0; i < path->shape.n_segments; i++)
    if (!is_literal(&path->shape, i) && (!*segments[i] || !routes_decode(segments[i], false))) return false;
  return true;
}

enum route_result routes_find(const struct routes *rs, const char *method, char *path_text, bool if_match,
                              struct route_match *out) {
  char *segments[PREFIX_SEGMENTS + ROUTE_SEGMENTS];
  size_t n = split(path_text, segments, PREFIX_SEGMENTS + ROUTE_SEGMENTS);
  if (n <= PREFIX_SEGMENTS || n > PREFIX_SEGMENTS + ROUTE_SEGMENTS) return ROUTE_NO_PATH;
  if (strcmp(segments[0], "v1") != 0 || strcmp(segments[1], "areas") != 0) return ROUTE_NO_PATH;
  char **rest = segments + PREFIX_SEGMENTS;
  const struct path *path = find_path(rs, n - PREFIX_SEGMENTS, (const char *const *)rest);
  if (!path) return ROUTE_NO_PATH;
  out->allow = path->allow;
  out->route = find_row(path, method, if_match);
  if (!out->route) return ROUTE_NO_METHOD;
  if (!decode_parameters(path, rest) || !routes_decode(segments[2], false)) return ROUTE_MALFORMED;
  out->area = segments[2];
  for (size_t i = 0; i < path->shape.n_segments; i++) out->segments[i] = rest[i];
  return ROUTE_FOUND;
}
