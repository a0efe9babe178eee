#include "http_scan.h"

// What a byte of the head needs before it. The scan only looks back, so it can go on where it stopped.
enum kind {
  PLAIN,
  COLON,
  SPACE,
  CR,
  LF,
  CONTROL
};

static enum kind kind_of(unsigned char c) {
  if (c > ' ') return c == ':' ? COLON : c == 0x7f ? CONTROL : PLAIN;
  return c == ' ' || c == '\t' ? SPACE : c == '\r' ? CR : c == '\n' ? LF : CONTROL;
}

// A CR stands only before an LF and an LF only after a CR. A line that begins with a space continues the last one,
// which is how a header is hidden from the server behind; one that begins with a colon has no name, which llhttp lets
// through.
static bool is_allowed(const char *head, size_t at, enum kind kind) {
  char before = at ? head[at - 1] : '\n';
  if (kind == LF) return before == '\r';
  if (before == '\r' || kind == CONTROL) return false;
  return before != '\n' || (kind != SPACE && kind != COLON);
}

enum http_scan http_scan(const char *head, size_t size_bytes, size_t *at) {
  for (; *at < size_bytes; ++*at) {
    enum kind kind = kind_of((unsigned char)head[*at]);
    if (kind == PLAIN && (!*at || head[*at - 1] != '\r')) continue;
    if (!is_allowed(head, *at, kind)) return HTTP_SCAN_REFUSED;
    if (kind != LF || *at < 3 || head[*at - 2] != '\n') continue;
    ++*at;
    return HTTP_SCAN_END;
  }
  return HTTP_SCAN_MORE;
}
