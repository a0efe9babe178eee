// E-mail messages: RFC 5322, UTF-8 in quoted-printable, encoded subject (RFC 2047).
#pragma once
#include <stdint.h>

// The whole message with CRLF line ends; the caller frees it. `from` and `to` are checked addresses (text_is_email) and
// `message_id` is a UUID: nothing in them can begin a new header. Control characters in the subject become spaces.
char *mail_write(const char *message_id, const char *from, const char *to, const char *subject, const char *text,
                 int64_t now_s);
