#include "mail.h"
#include "json.h"
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  SUBJECT_PLAIN_BYTES = 60, // a longer subject is encoded, which folds it
  SUBJECT_WORD_BYTES = 42,  // of text in one encoded word, which may have 75 characters
  LINE_BYTES = 75,          // of quoted-printable text, before the "=" that joins lines
};

static bool is_plain(const char *text) {
  for (const char *at = text; *at; at++)
    if (*at < ' ' || *at > '~') return false;
  return strlen(text) <= SUBJECT_PLAIN_BYTES && !strstr(text, "=?");
}

static bool continues_character(char byte) {
  return ((unsigned char)byte & 0xC0) == 0x80;
}

// One encoded word; never cuts a character in two.
static const char *add_word(struct buffer *b, const char *text) {
  char plain[SUBJECT_WORD_BYTES], coded[sodium_base64_ENCODED_LEN(SUBJECT_WORD_BYTES, sodium_base64_VARIANT_ORIGINAL)];
  size_t n = strnlen(text, SUBJECT_WORD_BYTES);
  while (n > 1 && continues_character(text[n])) n--;
  for (size_t i = 0; i < n; i++) plain[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7F ? ' ' : text[i];
  sodium_bin2base64(coded, sizeof coded, (unsigned char *)plain, n, sodium_base64_VARIANT_ORIGINAL);
  buffer_printf(b, "=?UTF-8?B?%s?=", coded);
  return text + n;
}

static void add_subject(struct buffer *b, const char *subject) {
  buffer_text(b, "Subject: ");
  if (is_plain(subject))
    buffer_text(b, subject);
  else
    for (const char *rest = add_word(b, subject); *rest; rest = add_word(b, rest)) buffer_text(b, "\r\n ");
  buffer_text(b, "\r\n");
}

static bool stands_for_itself(const char *at) {
  if (*at == ' ') return at[1] && at[1] != '\n' && at[1] != '\r';
  return *at > ' ' && *at <= '~' && *at != '=';
}

static void add_quoted(struct buffer *b, const char *text) {
  size_t column = 0;
  for (const char *at = text; *at; at++) {
    if (*at == '\r' && at[1] == '\n') continue;
    bool line_end = *at == '\n', plain = stands_for_itself(at);
    size_t width = line_end ? 0 : plain ? 1 : 3;
    if (column + width > LINE_BYTES) {
      buffer_text(b, "=\r\n");
      column = 0;
    }
    column += width;
    if (line_end) column = 0;
    if (line_end || plain)
      buffer_add(b, line_end ? "\r\n" : at, line_end ? 2 : 1);
    else
      buffer_printf(b, "=%02X", (unsigned char)*at);
  }
  if (column) buffer_text(b, "\r\n");
}

static void add_date(struct buffer *b, int64_t now_s) {
  char date[64];
  struct tm utc;
  time_t t = now_s;
  gmtime_r(&t, &utc);
  strftime(date, sizeof date, "Date: %a, %d %b %Y %H:%M:%S +0000\r\n", &utc);
  buffer_text(b, date);
}

char *mail_write(const char *message_id, const char *from, const char *to, const char *subject, const char *text,
                 int64_t now_s) {
  struct buffer b = {0};
  add_date(&b, now_s);
  buffer_printf(&b, "From: <%s>\r\nTo: <%s>\r\n", from, to);
  add_subject(&b, subject);
  buffer_printf(&b, "Message-ID: <%s%s>\r\n", message_id, strrchr(from, '@'));
  buffer_text(&b, "Auto-Submitted: auto-generated\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
  add_quoted(&b, text);
  buffer_add(&b, "", 1);
  return b.data;
}
