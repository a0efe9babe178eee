// What a mentor's record must say. Everything that is wrong is named at once, field by field.
#include "matching.h"
#include <stddef.h>
#include <string.h>

enum {
  NAME_BYTES = 100,
  SAFE_CONTACT_BYTES = 500,
  PLACE_BYTES = 60,
  LIST_MOST = 21, // three slots on each of seven days
  NOT_WITH_MOST = 100,
  CAPACITY_MOST = 20,
};

// ISO 639-1, as of 2024.
static const char language_codes[] = "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs "
                                     "cu cv cy da de dv dz ee el en eo es "
                                     "et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie "
                                     "ig ii ik io is it iu ja jv ka kg ki "
                                     "kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn "
                                     "mr ms mt my na nb nd ne ng nl nn no "
                                     "nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
                                     "sm sn so sq sr ss st su sv sw ta te "
                                     "tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

static bool is_language(const char *text) {
  if (strlen(text) != 2 || text[0] == ' ' || text[1] == ' ') return false;
  const char *found = strstr(language_codes, text);
  return found != NULL;
}

static bool is_one_of(const char *const *list, const char *text) {
  for (; *list; list++)
    if (!strcmp(*list, text)) return true;
  return false;
}

// "mon-am", "mon-pm", "mon-eve" ... "sun-eve".
static bool is_slot(const char *text) {
  static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
  static const char *const parts[] = {"am", "pm", "eve", NULL};
  if (strlen(text) < 5 || text[3] != '-') return false;
  char day[4] = {text[0], text[1], text[2], 0};
  return is_one_of(days, day) && is_one_of(parts, text + 4);
}

static bool is_place(const char *text) {
  return *text && strlen(text) <= PLACE_BYTES && !text_has_control(text, false);
}
static bool is_crn(const char *text) {
  char crn[8];
  return text_crn(text, crn);
}

// A list of texts of the mentor: how many there may be, and what each must be.
static const struct list_rule {
  const char *field;
  size_t n, list; // offsets
  size_t most;
  bool (*is)(const char *text);
  const char *want;
} list_rules[] = {
#define LIST(FIELD, MEMBER, MOST, IS, WANT)                                                                            \
  { FIELD, offsetof(Mentor, n_##MEMBER), offsetof(Mentor, MEMBER), MOST, IS, WANT }
    LIST("experiences", experiences, LIST_MOST, text_is_slug, "must be a word in lower case, such as \"alcohol\""),
    LIST("languages", languages, LIST_MOST, is_language, "must be a language of ISO 639-1, such as \"en\" or \"cy\""),
    LIST("availability", availability, LIST_MOST, is_slot,
         "must be a day and a part of it, such as \"mon-am\" or \"sat-eve\""),
    LIST("places", places, LIST_MOST, is_place, "must name a place in at most 60 bytes, without control characters"),
    LIST("notWith", not_with, NOT_WITH_MOST, is_crn, "must be a CRN: a letter and six digits"),
#undef LIST
};

static void check_item(struct change *c, const struct list_rule *rule, char **list, size_t i) {
  const char *field = arena_printf(c->arena, "/%s/%zu", rule->field, i);
  if (!rule->is(list[i]))
    change_refuse(c, CODE__INVALID, field, rule->want);
  else if (matching_has(i, list, list[i]))
    change_refuse(c, CODE__INVALID, field, "is there twice: leave one out");
}

static void check_lists(struct change *c, const Mentor *mentor) {
  for (size_t r = 0; r < sizeof list_rules / sizeof *list_rules; r++) {
    const struct list_rule *rule = &list_rules[r];
    size_t n = *(const size_t *)((const char *)mentor + rule->n);
    char **list = *(char **const *)((const char *)mentor + rule->list);
    if (n > rule->most)
      change_refuse(c, CODE__INVALID, arena_printf(c->arena, "/%s", rule->field),
                    arena_printf(c->arena, "may have at most %zu entries", rule->most));
    for (size_t i = 0; i < n && i < rule->most; i++) check_item(c, rule, list, i);
  }
  if (!mentor->n_languages)
    change_refuse(c, CODE__INVALID, "/languages",
                  "is missing: name each language that the mentor speaks, such as \"en\"");
}

static void check(struct change *c, bool good, const char *field, const char *why) {
  if (!good) change_refuse(c, CODE__INVALID, field, why);
}

static bool is_name(const char *text) {
  return *text && strlen(text) <= NAME_BYTES && !text_has_control(text, false);
}

// The address of the channel must be there; the other may be, and must then be one.
static void check_address(struct change *c, const Mentor *mentor, const PersonalDetails *p) {
  bool telephone = mentor->channel == CHANNEL__SMS || *p->telephone;
  bool email = mentor->channel == CHANNEL__EMAIL || *p->email;
  check(c, !telephone || text_is_telephone(p->telephone), "/personal/telephone",
        "must be a number with its country, such as +447700900123; it is needed where the channel is SMS");
  check(c, !email || text_is_email(p->email), "/personal/email",
        "must be an e-mail address; it is needed where the channel is EMAIL");
}

static void check_personal(struct change *c, const Mentor *mentor) {
  const PersonalDetails *p = mentor->personal;
  if (!p) {
    change_refuse(c, CODE__INVALID, "/personal", "is missing: a mentor has a name and an address");
    return;
  }
  const char *name = "must have 1 to 100 bytes, and no control character";
  check(c, is_name(p->given_name), "/personal/givenName", name);
  check(c, is_name(p->family_name), "/personal/familyName", name);
  check(c, strlen(p->safe_contact) <= SAFE_CONTACT_BYTES && !text_has_control(p->safe_contact, true),
        "/personal/safeContact", "may have at most 500 bytes, and no control character");
  check_address(c, mentor, p);
}

static void check_staff(struct change *c, const Mentor *mentor) {
  check(c, text_is_staff_code(mentor->supervisor), "/supervisor",
        "must be the staff code of the mentor's supervisor: 3 to 16 capital letters and digits");
  check(c, !*mentor->own_practitioner || text_is_staff_code(mentor->own_practitioner), "/ownPractitioner",
        "must be a staff code: 3 to 16 capital letters and digits");
}

void mentor_check(struct change *c, const Mentor *mentor) {
  if (!mentor) {
    change_refuse(c, CODE__INVALID, "", "the mentor is missing");
    return;
  }
  check(c, text_is_uuid(mentor->id), "/id", "must be a UUID in lower case");
  check(c, mentor->channel == CHANNEL__SMS || mentor->channel == CHANNEL__EMAIL, "/channel", "must be SMS or EMAIL");
  check(c, mentor->language == LANGUAGE__ENGLISH || mentor->language == LANGUAGE__WELSH, "/language",
        "must be ENGLISH or WELSH: the language in which the mentor is written to");
  check(c, mentor->gender <= GENDER__OTHER, "/gender", "must be WOMAN, MAN or OTHER, or be left out");
  check(c, mentor->capacity >= 1 && mentor->capacity <= CAPACITY_MOST, "/capacity",
        "must be 1 to 20: the most people at a time");
  check(c, timestamp_ms(mentor->vetted_until) > 0, "/vettedUntil",
        "is missing: until when the mentor is vetted, such as 2027-03-31T00:00:00Z");
  check_personal(c, mentor);
  check_staff(c, mentor);
  check_lists(c, mentor);
}
