// Checks of texts that come from outside. All are pure.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool text_is_utf8(const char *bytes, size_t size_bytes);
// A CRN: a letter and six digits; writes it with the letter upper-cased. False: not one, and `out` is untouched.
bool text_crn(const char *text, char out[8]);
bool text_is_uuid(const char *text);       // lower case
bool text_is_area(const char *text);       // [a-z0-9-]{1,32}
bool text_is_slug(const char *text);       // [a-z0-9-]{1,64}
bool text_is_staff_code(const char *text); // [A-Z0-9]{3,16}
bool text_is_telephone(const char *text);  // E.164: '+', then 8 to 15 digits, the first not 0
bool text_is_email(const char *text);      // local@domain.tld, at most 254 bytes, no spaces or control characters
static inline bool text_is_empty(const char *text) {
  return !text || !*text;
}
// Writes 2 * size_bytes lower-case hexadecimal digits and a NUL.
void text_hex(const void *bytes, size_t size_bytes, char *out);
// A version 4 UUID from 16 random bytes.
void text_uuid(const unsigned char random[16], char out[37]);

// Whether a control character is in it: C0 and DEL, and C1 (U+0080 to U+009F, two bytes in UTF-8). Line ends and tabs
// are control characters too; `lines` says that they are wanted. The text is valid UTF-8.
bool text_has_control(const char *text, bool lines);
// For tables in memory: quick, and not to be relied on where an adversary chooses the texts.
uint64_t text_hash(const char *text);
