#include "index.h"
#include <string.h>

static size_t kind_bytes(const char *index) {
  return strcspn(index, "/");
}

// "<owner>/" without its '/', or "".
static const char *owner_of(const char *index) {
  const char *owner = index + kind_bytes(index);
  return *owner ? owner + 1 : owner;
}

size_t index_prefix_bytes(const char *index) {
  size_t owner_bytes = strlen(owner_of(index));
  return owner_bytes ? owner_bytes + 1 : 0;
}

// An argument of a sign, the owner with what separates it from the member, and a member. A sign of 0 is none.
static void write_place(struct resp *out, char sign, const char *index, char separator, const char *member) {
  size_t prefix_bytes = index_prefix_bytes(index), member_bytes = strlen(member);
  uint8_t *to = resp_space(out, (sign != 0) + prefix_bytes + member_bytes);
  if (sign) *to++ = (uint8_t)sign;
  if (prefix_bytes) {
    memcpy(to, owner_of(index), prefix_bytes - 1);
    to[prefix_bytes - 1] = (uint8_t)separator;
  }
  memcpy(to + prefix_bytes, member, member_bytes);
}

void index_key(struct resp *out, const char *area, const char *index) {
  resp_key(out, area, "index:", index, kind_bytes(index));
}

void index_member(struct resp *out, const char *index, const char *member) {
  write_place(out, 0, index, '/', member);
}

void index_from(struct resp *out, const char *index, const char *after) {
  if (*after || *owner_of(index))
    write_place(out, '(', index, '/', after);
  else
    resp_text(out, "-");
}

// An owner's members end before "<owner>0", since '0' follows on '/'.
void index_to(struct resp *out, const char *index) {
  if (*owner_of(index))
    write_place(out, '(', index, '/' + 1, "");
  else
    resp_text(out, "+");
}
