#include "json_scan.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

static bool wrong(struct scan *s, const char *fault) {
  s->fault = fault;
  return false;
}

void *scan_take(struct scan *s, size_t size_bytes) {
  void *memory = s->arena->allocator.alloc(s->arena, size_bytes);
  if (memory) return memory;
  s->full = true;
  s->fault = "unpacks to more than a message may hold; send less at a time";
  return NULL;
}

bool scan_word(struct scan *s, const char *word) {
  size_t length = strlen(word);
  scan_peek(s);
  if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length)) return false;
  s->at += length;
  return true;
}

// --- Strings

// Bytes of a string are of five kinds. Nearly all of them are plain.
enum kind {
  PLAIN,
  HIGH,
  QUOTE,
  ESCAPE,
  CONTROL
};

static inline enum kind kind_of(unsigned char c) {
  if (c >= 0x80) return HIGH;
  return c == '"' ? QUOTE : c == '\\' ? ESCAPE : c < 0x20 ? CONTROL : PLAIN;
}

// Whether any of eight bytes is not plain: the classic test for a byte below a bound, thrice.
static inline bool eight_plain(const char *at) {
  const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
  uint64_t w;
  memcpy(&w, at, 8);
  uint64_t quote = w ^ (ones * '"'), escape = w ^ (ones * '\\');
  return !((w | (w - ones * 0x20) | (quote - ones) | (escape - ones)) & highs);
}

// The value of four hexadecimal digits, or -1.
static int hex4(const char *at, const char *end) {
  int value = 0;
  if (end - at < 4) return -1;
  for (int i = 0; i < 4; i++) {
    const char *digits = "0123456789abcdef", *found = strchr(digits, at[i] | 0x20);
    if (!at[i] || !found) return -1;
    if (!((at[i] >= '0' && at[i] <= '9') || ((at[i] | 0x20) >= 'a' && (at[i] | 0x20) <= 'f'))) return -1;
    value = value * 16 + (int)(found - digits);
  }
  return value;
}

static char *put_utf8(char *to, uint32_t c) {
  if (c < 0x80) {
    *to++ = (char)c;
  } else if (c < 0x800) {
    *to++ = (char)(0xc0 | c >> 6);
    *to++ = (char)(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    *to++ = (char)(0xe0 | c >> 12);
    *to++ = (char)(0x80 | (c >> 6 & 0x3f));
    *to++ = (char)(0x80 | (c & 0x3f));
  } else {
    *to++ = (char)(0xf0 | c >> 18);
    *to++ = (char)(0x80 | (c >> 12 & 0x3f));
    *to++ = (char)(0x80 | (c >> 6 & 0x3f));
    *to++ = (char)(0x80 | (c & 0x3f));
  }
  return to;
}

// A character as \uXXXX, or as a pair of surrogates. `at` is behind the 'u'; answers what follows, or NULL.
static const char *read_unicode(struct scan *s, const char *at, const char *end, uint32_t *c) {
  int first = hex4(at, end);
  if (first <= 0 || (first >= 0xdc00 && first <= 0xdfff)) goto bad;
  *c = (uint32_t)first;
  if (first < 0xd800 || first > 0xdbff) return at + 4;
  int second = end - at >= 10 && at[4] == '\\' && at[5] == 'u' ? hex4(at + 6, end) : -1;
  if (second < 0xdc00 || second > 0xdfff) goto bad;
  *c = 0x10000 + (((uint32_t)first - 0xd800) << 10) + ((uint32_t)second - 0xdc00);
  return at + 10;
bad:
  wrong(s, "has an escape that is no character: \\u0000, half of a surrogate pair, or not four hexadecimal digits");
  return NULL;
}

// One escape; `at` is behind the backslash.
static const char *read_escape(struct scan *s, const char *at, const char *end, char **to) {
  static const char from[] = "\"\\/bfnrt", becomes[] = "\"\\/\b\f\n\r\t";
  if (*at == 'u') {
    uint32_t c = 0;
    at = read_unicode(s, at + 1, end, &c);
    if (at) *to = put_utf8(*to, c);
    return at;
  }
  const char *found = memchr(from, *at, sizeof from - 1);
  if (!found) {
    wrong(s, "has an escape that JSON does not know");
    return NULL;
  }
  *(*to)++ = becomes[found - from];
  return at + 1;
}

// Escapes never become longer than they are written.
static bool unescape(struct scan *s, struct scan_text *t) {
  const char *at = t->data, *end = at + t->size_bytes;
  char *data = scan_take(s, t->size_bytes + 1), *to = data;
  if (!data) return false;
  while (at < end) {
    if (*at != '\\') {
      *to++ = *at++;
    } else if (!(at = read_escape(s, at + 1, end, &to))) {
      return false;
    }
  }
  *to = 0;
  *t = (struct scan_text){data, (size_t)(to - data), true};
  return true;
}

// Finds the closing quote; `seen` tells which kinds of bytes there are before it.
static const char *closing_quote(const char *at, const char *end, unsigned *seen) {
  for (;;) {
    while (end - at >= 8 && eight_plain(at)) at += 8;
    if (at == end) return NULL;
    enum kind kind = kind_of((unsigned char)*at);
    if (kind == QUOTE) return at;
    *seen |= 1u << kind;
    at += kind == ESCAPE && end - at > 1 ? 2 : 1;
  }
}

bool scan_string(struct scan *s, struct scan_text *out) {
  unsigned seen = 0;
  if (scan_peek(s) != '"') return wrong(s, "must be a string");
  const char *from = s->at + 1, *quote = closing_quote(from, s->end, &seen);
  if (!quote) return wrong(s, "is a string that does not end");
  *out = (struct scan_text){.data = from, .size_bytes = (size_t)(quote - from)};
  if (seen & 1u << CONTROL) return wrong(s, "has a control character in it; write it as an escape");
  if (seen & 1u << (HIGH) && !text_is_utf8(from, out->size_bytes)) return wrong(s, "is not UTF-8");
  // What follows a backslash was skipped unseen, and may be anything but one of the letters of an escape.
  if (seen & 1u << ESCAPE && !unescape(s, out)) return false;
  s->at = quote + 1;
  return true;
}

// --- Numbers

enum {
  MOST_EXPONENT = 100000
};

static inline bool is_digit(const struct scan *s) {
  return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static size_t scan_digits(struct scan *s, struct scan_number *n) {
  const char *from = s->at;
  for (; is_digit(s); s->at++) {
    uint64_t digit = (uint64_t)(*s->at - '0'), more;
    if (n->exact && !__builtin_mul_overflow(n->digits, 10u, &more) && !__builtin_add_overflow(more, digit, &more))
      n->digits = more;
    else
      n->exact = false;
  }
  return (size_t)(s->at - from);
}

static bool scan_exponent(struct scan *s, struct scan_number *n) {
  int exponent = 0;
  bool negative = false;
  if (s->at < s->end && (*s->at == '+' || *s->at == '-')) negative = *s->at++ == '-';
  if (!is_digit(s)) return wrong(s, "is not a number");
  for (; is_digit(s); s->at++) {
    if (exponent < MOST_EXPONENT) exponent = exponent * 10 + (*s->at - '0');
  }
  n->exponent += negative ? -exponent : exponent;
  return true;
}

bool scan_number(struct scan *s, struct scan_number *n) {
  scan_peek(s);
  *n = (struct scan_number){.from = s->at, .exact = true};
  if (s->at < s->end && *s->at == '-') {
    n->negative = true;
    s->at++;
  }
  const bool zero = s->at < s->end && *s->at == '0';
  const size_t whole = scan_digits(s, n);
  if (!whole || (zero && whole > 1)) return wrong(s, "must be a number");
  if (s->at < s->end && *s->at == '.') {
    s->at++;
    const size_t parts = scan_digits(s, n);
    if (!parts) return wrong(s, "is not a number");
    n->exponent -= parts < MOST_EXPONENT ? (int)parts : MOST_EXPONENT;
  }
  if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
    s->at++;
    if (!scan_exponent(s, n)) return false;
  }
  n->end = s->at;
  return true;
}

bool number_whole(const struct scan_number *n, uint64_t *magnitude) {
  uint64_t value = n->digits;
  if (!n->exact) return false;
  for (int e = n->exponent; value && e > 0; e--) {
    if (__builtin_mul_overflow(value, 10u, &value)) return false;
  }
  for (int e = n->exponent; value && e < 0; e++, value /= 10) {
    if (value % 10) return false;
  }
  *magnitude = value;
  return true;
}

// Up to 2^53 digits and powers of ten up to 22 are doubles themselves, so that one division or multiplication is
// rounded right (Clinger). What is beyond is left to the C library.
bool number_double(struct scan *s, const struct scan_number *n, double *out) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  double value;
  if (n->exact && n->digits <= (UINT64_C(1) << 53) && n->exponent >= -22 && n->exponent <= 22) {
    value = (double)n->digits;
    value = n->exponent < 0 ? value / powers[-n->exponent] : value * powers[n->exponent];
    *out = n->negative ? -value : value;
    return true;
  }
  char *copy = scan_take(s, (size_t)(n->end - n->from) + 1);
  if (!copy) return false;
  memcpy(copy, n->from, (size_t)(n->end - n->from));
  copy[n->end - n->from] = 0;
  *out = strtod(copy, NULL);
  return true;
}
