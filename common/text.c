#include "text.h"
#include <stdint.h>
#include <string.h>

// Where a sequence of UTF-8 ends that begins with a byte of 0x80 or more; NULL where it is not one. The second byte's
// bounds exclude overlong forms, surrogates and what is beyond U+10FFFF (The Unicode Standard, table 3-7).
static const unsigned char *sequence_end(const unsigned char *at, const unsigned char *end) {
  static const struct {
    unsigned char first, last, length, low, high;
  } forms[] = {
      {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
      {0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf},
      {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
  };
  size_t f = 0, n = sizeof forms / sizeof *forms;
  while (f < n && (*at < forms[f].first || *at > forms[f].last)) f++;
  if (f == n || end - at < forms[f].length || at[1] < forms[f].low || at[1] > forms[f].high) return NULL;
  for (int i = 2; i < forms[f].length; i++) {
    if ((at[i] & 0xc0) != 0x80) return NULL;
  }
  return at + forms[f].length;
}

// Most texts are ASCII: eight bytes at a time.
static const unsigned char *skip_ascii(const unsigned char *at, const unsigned char *end) {
  for (uint64_t eight; end - at >= 8; at += 8) {
    memcpy(&eight, at, 8);
    if (eight & 0x8080808080808080u) break;
  }
  while (at < end && *at < 0x80) at++;
  return at;
}

bool text_is_utf8(const char *bytes, size_t size_bytes) {
  if (!size_bytes) return true;
  const unsigned char *at = (const unsigned char *)bytes, *end = at + size_bytes;
  while ((at = skip_ascii(at, end)) < end) {
    if (!(at = sequence_end(at, end))) return false;
  }
  return true;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
static bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
static bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
static bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}
static bool is_slug_character(char c) {
  return is_digit(c) || is_lower(c) || c == '-';
}
static bool is_staff_character(char c) {
  return is_digit(c) || is_upper(c);
}
static bool is_host_character(char c) {
  return is_slug_character(c) || is_upper(c);
}

// The quoted forms of an address are refused: nobody has one, and they smuggle separators into headers.
static bool is_mailbox_character(char c) {
  return c > ' ' && c < 0x7f && !strchr("\"(),:;<>@[\\]", c);
}

// Whether all of the text is of that kind, and its length within the bounds.
static bool consists_of(const char *text, bool (*is)(char), size_t least, size_t most) {
  size_t length = 0;
  while (length <= most && text[length] && is(text[length])) length++;
  return !text[length] && length >= least && length <= most;
}

bool text_crn(const char *text, char out[8]) {
  if (!is_lower(text[0]) && !is_upper(text[0])) return false;
  if (!consists_of(text + 1, is_digit, 6, 6)) return false;
  memcpy(out, text, 8);
  if (is_lower(out[0])) out[0] = (char)(out[0] - 'a' + 'A');
  return true;
}

bool text_is_uuid(const char *text) {
  for (int i = 0; i < 36; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return !text[36];
}

bool text_is_area(const char *text) {
  return consists_of(text, is_slug_character, 1, 32);
}
bool text_is_slug(const char *text) {
  return consists_of(text, is_slug_character, 1, 64);
}
bool text_is_staff_code(const char *text) {
  return consists_of(text, is_staff_character, 3, 16);
}

bool text_is_telephone(const char *text) {
  return text[0] == '+' && text[1] != '0' && consists_of(text + 1, is_digit, 8, 15);
}

// A domain with at least two labels, each of letters, digits and inner hyphens.
static bool is_domain(const char *text) {
  size_t labels = 0, length = 0;
  for (;; text++) {
    if (is_host_character(*text)) {
      if (++length > 63 || (length == 1 && *text == '-')) return false;
    } else {
      if (!length || text[-1] == '-' || (*text && *text != '.')) return false;
      labels++;
      if (!*text) return labels >= 2 && length >= 2;
      length = 0;
    }
  }
}

bool text_is_email(const char *text) {
  const char *at = strchr(text, '@');
  if (!at || at == text || at - text > 64 || strlen(text) > 254) return false;
  for (const char *c = text; c < at; c++) {
    if (!is_mailbox_character(*c) || (*c == '.' && (c == text || c[1] == '.' || c + 1 == at))) return false;
  }
  return is_domain(at + 1);
}

void text_hex(const void *bytes, size_t size_bytes, char *out) {
  const unsigned char *from = bytes;
  for (size_t i = 0; i < size_bytes; i++) {
    *out++ = "0123456789abcdef"[from[i] >> 4];
    *out++ = "0123456789abcdef"[from[i] & 15];
  }
  *out = 0;
}

void text_uuid(const unsigned char random[16], char out[37]) {
  unsigned char bytes[16];
  memcpy(bytes, random, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40; // version 4
  bytes[8] = (bytes[8] & 0x3f) | 0x80; // variant of RFC 9562
  char hex[33];
  text_hex(bytes, 16, hex);
  static const struct {
    int from, length, to;
  } groups[] = {{0, 8, 0}, {8, 4, 9}, {12, 4, 14}, {16, 4, 19}, {20, 12, 24}};
  memset(out, '-', 36);
  for (size_t g = 0; g < 5; g++) memcpy(out + groups[g].to, hex + groups[g].from, (size_t)groups[g].length);
  out[36] = 0;
}

static bool is_control(const unsigned char *at, bool lines) {
  if (at[0] == 0xc2) return at[1] >= 0x80 && at[1] <= 0x9f;
  if (at[0] >= 0x20) return at[0] == 0x7f;
  return !lines || !strchr("\n\r\t", at[0]);
}

bool text_has_control(const char *text, bool lines) {
  for (const unsigned char *at = (const unsigned char *)text; *at; at++)
    if (is_control(at, lines)) return true;
  return false;
}

// Eight bytes at a time: keys are some sixty bytes long, and every message looks for several.
uint64_t text_hash(const char *text) {
  const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
  size_t left = strlen(text);
  uint64_t h = left * odd, word = 0;
  for (; left >= sizeof word; text += sizeof word, left -= sizeof word) {
    memcpy(&word, text, sizeof word);
    h = (h ^ word) * odd;
    h ^= h >> 32;
  }
  word = 0;
  memcpy(&word, text, left);
  h = (h ^ word) * odd;
  return h ^ h >> 32;
}
