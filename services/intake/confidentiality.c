#include "confidentiality.h"
#include "calendar.h"
#include "text.h"
#include "yaml.h"

static const char *lacks(const ConfidentialityText *text) {
  if (!text) return "is missing: both languages are needed";
  if (text_is_empty(text->title) || text_is_empty(text->intro) || text_is_empty(text->acknowledgement))
    return "needs a title, an intro and an acknowledgement";
  if (!text->n_stays || !text->n_passed_on) return "says what stays, and what is passed on";
  for (size_t i = 0; i < text->n_stays; i++)
    if (text_is_empty(text->stays[i])) return "has an empty line in what stays";
  for (size_t i = 0; i < text->n_passed_on; i++)
    if (text_is_empty(text->passed_on[i]->what) || text_is_empty(text->passed_on[i]->to))
      return "says of everything that is passed on what it is and to whom it goes";
  return NULL;
}

static struct err check(struct arena *a, const void *message, const void *context) {
  (void)a;
  (void)context;
  const Confidentiality *c = message;
  const char *en = lacks(c->en), *cy = lacks(c->cy);
  if (!c->version) return ERR(INVALID, "/version", "is missing: the first is 1");
  if (!c->since) return ERR(INVALID, "/since", "is missing: from when on this wording counts");
  if (en) return (struct err){CODE__INVALID, "/en", en};
  if (cy) return (struct err){CODE__INVALID, "/cy", cy};
  if (c->en->n_stays != c->cy->n_stays || c->en->n_passed_on != c->cy->n_passed_on)
    return ERR(INVALID, "/cy", "must say the same as en, line by line");
  return ERR_NONE;
}

const Confidentiality *confidentiality_load(struct arena *a, const char *path, char *errors, size_t errors_bytes) {
  return yaml_read_checked(a, &confidentiality__descriptor, path, check, NULL, errors, errors_bytes);
}

uint32_t confidentiality_needed(const Confidentiality *c, int64_t starts_at_ms) {
  return starts_at_ms < timestamp_ms(c->since) ? 1 : c->version;
}
