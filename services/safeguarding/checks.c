// What must hold of what was sent, and small things that the decisions share.
#include "safeguarding.h"
#include <string.h>

void check_uuid(struct change *c, const char *field, const char *id) {
  if (!text_is_uuid(id)) change_refuse(c, CODE__INVALID, field, "must be a UUID in lower case");
}

void check_value(struct change *c, const char *field, const ProtobufCEnumDescriptor *of, int value) {
  if (!value || !protobuf_c_enum_descriptor_get_value(of, value))
    change_refuse(c, CODE__INVALID, field, "is missing or not one of the values that there are");
}

void check_narrative(struct change *c, const char *field, const Narrative *n, size_t most) {
  if (!n || text_is_empty(n->text))
    change_refuse(c, CODE__INVALID, field, "is missing: write it as {\"text\": ...}");
  else if (strlen(n->text) > most)
    change_refuse(c, CODE__TOO_LARGE, field,
                  arena_printf(c->arena, "may have at most %zu bytes: say only what must be known", most));
  else if (text_has_control(n->text, true))
    change_refuse(c, CODE__INVALID, field, "has a control character: remove it");
}

Narrative *narrative_kept(const struct message *m, const Narrative *sent) {
  if (!sent || text_is_empty(sent->text)) return NULL;
  Narrative *n = arena_copy(m->arena, sent, sizeof *sent);
  n->partition = PARTITION__SAFEGUARDING;
  return n;
}

unsigned page_limit(unsigned asked) {
  if (!asked) return PAGE_DEFAULT;
  return asked < PAGE_MOST ? asked : PAGE_MOST;
}

const char *safeguarding_telephone(const Area *area) {
  return text_is_empty(area->safeguarding_telephone) ? area->reply_telephone : area->safeguarding_telephone;
}
