// What the decisions of matching have in common.
#include "matching.h"
#include <string.h>

const char *matching_id(const struct message *m) {
  if (!m->body) return m->timer ? m->timer : "";
  const ProtobufCMessage *body = m->body;
  const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "id");
  const char *id = field ? *(char *const *)((const char *)body + field->offset) : NULL;
  return id ? id : "";
}

bool matching_has(size_t n, char **list, const char *text) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(list[i], text)) return true;
  return false;
}

void matching_check_why(struct change *c, const char *why) {
  if (strlen(why) > MATCHING_WHY_BYTES)
    change_refuse(c, CODE__INVALID, "/why", "may have at most 500 bytes: say it shorter");
  else if (text_has_control(why, true))
    change_refuse(c, CODE__INVALID, "/why", "has a control character: remove it");
}
