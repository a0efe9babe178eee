#include "access.h"
#include "bookings.pb-c.h"
#include "calendar.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "safeguarding.pb-c.h"
#include "text.h"
#include <string.h>

const struct access_row *access_find(const ProtobufCMessageDescriptor *message) {
  for (const struct access_row *row = access_table; row->message; row++)
    if (row->message == message) return row;
  return NULL;
}

roles_t access_senders(const struct access_row *row) {
  roles_t senders = 0;
  for (unsigned role = 0; role < ACCESS_ROLES; role++)
    if (row->cells[role].relation != RELATION_NOBODY) senders |= 1u << role;
  return senders;
}

struct err access_refusal(const struct access_row *row) {
  if (row->operation) return ERR(NOT_FOUND, NULL, ACCESS_NOT_FOUND);
  return ERR(FORBIDDEN, NULL, "your role may not do this");
}

roles_t access_roles(roles_t held) {
  return held & MAY(OPERATOR) ? MAY(OPERATOR) : held;
}

// --- the cells of an actor

// The cell of the next of the actor's roles from `role` on that may send the message, or NULL.
static const struct access_cell *next_cell(const struct message *m, unsigned *role) {
  while (++*role < ACCESS_ROLES) {
    const struct access_cell *cell = &m->access->cells[*role];
    if (m->roles & (1u << *role) && cell->relation != RELATION_NOBODY) return cell;
  }
  return NULL;
}

bool access_whole_area(const struct message *m) {
  unsigned role = 0;
  for (const struct access_cell *cell; m->access && (cell = next_cell(m, &role));)
    if (cell->relation == RELATION_AREA) return true;
  return false;
}

// The partitions that one sees by reaching the whole area.
static uint8_t area_partitions(const struct message *m) {
  uint8_t partitions = 0;
  unsigned role = 0;
  for (const struct access_cell *cell; (cell = next_cell(m, &role));)
    if (cell->relation == RELATION_AREA) partitions |= cell->partitions;
  return partitions;
}

// Whether anything hangs on that relation: one who reaches everybody gains by another only what it shows beyond that.
static bool matters(const struct message *m, enum relation relation) {
  bool whole_area = access_whole_area(m);
  uint8_t shown = area_partitions(m);
  unsigned role = 0;
  for (const struct access_cell *cell; (cell = next_cell(m, &role));)
    if (cell->relation == relation && (!whole_area || cell->partitions & ~shown)) return true;
  return false;
}

// --- whose record it is

static bool is_person(const char *subject) {
  char crn[8];
  return text_crn(subject, crn);
}
static bool is_mentor(const char *subject) {
  return text_is_uuid(subject);
}

// What relations are judged from. `change` may be NULL: what it writes does not exist yet.
struct view {
  const struct records *have;
  const struct message *m;
  const struct change *change;
};

// The record as it was read; one that is new, as the change writes it.
static const void *record_of(const struct view *v, const ProtobufCMessageDescriptor *type, const char *id) {
  const struct record *r = records_find(v->have, type, id);
  if (r && r->body) return r->body;
  for (const struct change_record *w = v->change ? v->change->records : NULL; w; w = w->next)
    if (w->body->descriptor == type && !strcmp(w->id, id)) return w->body;
  return NULL;
}

static bool is_actor(const struct view *v, const char *id) {
  return !strcmp(v->m->actor->id, id);
}

// --- the relations

static char *glass_id(const struct message *m, const char *crn) {
  return arena_printf(m->arena, "%s/%s", crn, m->actor->id);
}

static bool glass_is_open(const struct view *v, const char *crn) {
  const BreakGlass *glass = record_of(v, &break_glass__descriptor, glass_id(v->m, crn));
  return glass && glass->from_ms <= v->m->now.ms && v->m->now.ms < glass->until_ms;
}

static bool nobody(const struct view *v, const char *subject) {
  (void)v, (void)subject;
  return false;
}

static bool in_area(const struct view *v, const char *subject) {
  (void)v, (void)subject;
  return true;
}

static bool own_case(const struct view *v, const char *subject) {
  const Person *p = is_person(subject) ? record_of(v, &person__descriptor, subject) : NULL;
  return p && (is_actor(v, p->practitioner) || glass_is_open(v, subject));
}

// Whether some offer of that person was read that `is` so.
static bool some_offer(const struct view *v, const char *crn, bool (*is)(const struct view *v, const Offer *offer)) {
  for (const struct record *r = v->have->first; r; r = r->next) {
    const Offer *offer = r->type == &offer__descriptor ? r->body : NULL;
    if (offer && !strcmp(offer->crn, crn) && is(v, offer)) return true;
  }
  return false;
}

// Who covers a match for a time is the person's mentor for that time.
static bool covers(const struct view *v, const Cover *cover) {
  return cover && is_actor(v, cover->mentor_id) && timestamp_ms(cover->from) <= v->m->now.ms &&
         v->m->now.ms < timestamp_ms(cover->until);
}

static bool is_match(const struct view *v, const Offer *offer) {
  bool own = is_actor(v, offer->mentor_id) || covers(v, offer->cover);
  return offer->state == OFFER_STATE__ACCEPTED && !offer->ended_at && own;
}

static bool own_mentee(const struct view *v, const char *subject) {
  return is_person(subject) ? some_offer(v, subject, is_match) : is_actor(v, subject);
}

// Who declined may say so again.
static bool is_booked(const struct view *v, const Booking *b) {
  bool counts = b->state == BOOKING_STATE__BOOKED || b->state == BOOKING_STATE__BOOKING_DECLINED;
  return counts && is_actor(v, b->mentor_id);
}

static bool own_meeting(const struct view *v, const char *subject) {
  if (own_mentee(v, subject)) return true;
  for (const struct record *r = v->have->first; r; r = r->next) {
    const Booking *b = r->type == &booking__descriptor ? r->body : NULL;
    if (b && !strcmp(b->crn, subject) && is_booked(v, b)) return true;
  }
  return false;
}

// The link in a notice opens one offer and nothing else.
static bool is_offer(const struct view *v, const Offer *offer) {
  const char *only = v->m->actor->only;
  bool opened = text_is_empty(only) || !strcmp(only, arena_printf(v->m->arena, "Offer/%s", offer->id));
  return opened && is_actor(v, offer->mentor_id);
}

// What a link opens: `kind` is what Actor.only begins with.
static bool came_by(const struct view *v, const char *kind) {
  return !strncmp(v->m->actor->only, kind, strlen(kind));
}

static bool own_offer(const struct view *v, const char *subject) {
  if (is_person(subject)) return some_offer(v, subject, is_offer);
  return (text_is_empty(v->m->actor->only) || came_by(v, "Offer/")) && is_actor(v, subject);
}

static bool supervises(const struct view *v, const char *mentor_id) {
  const Mentor *mentor = record_of(v, &mentor__descriptor, mentor_id);
  return mentor && is_actor(v, mentor->supervisor);
}

// A match that has ended counts where the message is about it: the supervisor answers for it as before.
static bool is_supervised(const struct view *v, const Offer *offer) {
  return offer->state == OFFER_STATE__ACCEPTED && supervises(v, offer->mentor_id);
}

static bool own_supervisee(const struct view *v, const char *subject) {
  return is_person(subject) ? some_offer(v, subject, is_supervised) : supervises(v, subject);
}

static bool self(const struct view *v, const char *subject) {
  return is_actor(v, subject);
}

static bool own_sign_in(const struct view *v, const char *subject) {
  return (text_is_empty(v->m->actor->only) || came_by(v, "SignIn/")) && is_actor(v, subject);
}

static bool own_feed(const struct view *v, const char *subject) {
  return came_by(v, "Calendar/") && own_meeting(v, subject);
}

static bool (*const relations[])(const struct view *v, const char *subject) = {
    [RELATION_NOBODY] = nobody,
    [RELATION_NO_RECORD] = nobody,
    [RELATION_AREA] = in_area,
    [RELATION_OWN_CASE] = own_case,
    [RELATION_OWN_MENTEE] = own_mentee,
    [RELATION_OWN_MEETING] = own_meeting,
    [RELATION_OWN_OFFER] = own_offer,
    [RELATION_OWN_SUPERVISEE] = own_supervisee,
    [RELATION_SELF] = self,
    [RELATION_OWN_SIGN_IN] = own_sign_in,
    [RELATION_OWN_FEED] = own_feed,
};

// --- judging

// Who came with a link to one record has no other way to anybody. Staff, to whom a change may be told, are neither
// persons nor mentors: who may send the message reaches them.
static bool holds(const struct view *v, enum relation relation, const char *subject) {
  bool by_link = relation == RELATION_OWN_OFFER || relation == RELATION_OWN_SIGN_IN || relation == RELATION_OWN_FEED;
  if (!text_is_empty(v->m->actor->only) && !by_link) return false;
  if (!is_person(subject) && !is_mentor(subject)) return relation != RELATION_NO_RECORD;
  return relations[relation](v, subject);
}

static bool is_restricted(const struct view *v, const char *subject) {
  const Person *p = is_person(subject) ? record_of(v, &person__descriptor, subject) : NULL;
  for (size_t i = 0; p && i < p->n_restricted; i++)
    if (is_actor(v, p->restricted[i])) return true;
  return false;
}

// Whether the actor reaches the subject; adds to `partitions` what they are shown of it.
static bool reaches(const struct view *v, const char *subject, uint8_t *partitions) {
  if (is_restricted(v, subject)) return false;
  bool reached = false;
  unsigned role = 0;
  for (const struct access_cell *cell; (cell = next_cell(v->m, &role));) {
    if (!holds(v, cell->relation, subject)) continue;
    reached = true;
    *partitions |= cell->partitions;
  }
  return reached;
}

bool access_sees(const struct records *have, const struct message *m, const char *subject) {
  uint8_t partitions = 0;
  return !m->access || reaches(&(struct view){have, m, NULL}, subject, &partitions);
}

uint8_t access_partitions(const struct records *have, const struct message *m, const struct change *c) {
  const struct view v = {have, m, c};
  uint8_t shown = 0xff;
  for (const struct change_subject *s = c->subjects; s; s = s->next) {
    uint8_t partitions = 0;
    reaches(&v, s->subject, &partitions);
    shown &= partitions;
  }
  return shown;
}

// --- wanting

// A record that is needed to see how the actor stands to somebody; as the service wanted it, if it has.
static const struct record *look(struct records *want, const ProtobufCMessageDescriptor *type, const char *id) {
  struct record *r = records_find(want, type, id);
  if (r) return r;
  records_want_closed(want, type, id);
  r = records_find(want, type, id);
  r->for_access = true;
  return r;
}

static const void *look_at(struct records *want, const ProtobufCMessageDescriptor *type, const char *id) {
  return text_is_empty(id) ? NULL : look(want, type, id)->body;
}

// The offer or the match that stands for the person, and the mentor in it.
static void want_match(struct records *want, const char *crn) {
  const PersonsOffer *standing = look_at(want, &persons_offer__descriptor, crn);
  const Offer *offer = standing ? look_at(want, &offer__descriptor, standing->offer_id) : NULL;
  if (offer) look_at(want, &mentor__descriptor, offer->mentor_id);
}

// The glass is looked for only where it matters; for one who is not there as for somebody else's, so that the two take
// equally long.
static void want_for_person(struct records *want, const struct message *m, const char *crn) {
  const struct record *r = look(want, &person__descriptor, crn);
  const Person *p = r->body;
  if (!r->known) return;
  if (matters(m, RELATION_OWN_CASE) && !(p && !strcmp(p->practitioner, m->actor->id)))
    look(want, &break_glass__descriptor, glass_id(m, crn));
  static const enum relation by_match[] = {RELATION_OWN_MENTEE, RELATION_OWN_MEETING, RELATION_OWN_FEED,
                                           RELATION_OWN_SUPERVISEE};
  for (size_t i = 0; i < sizeof by_match / sizeof *by_match; i++)
    if (matters(m, by_match[i])) want_match(want, crn);
}

void access_want(struct records *want, const struct message *m, const char *subject) {
  if (!m->access) return;
  if (is_person(subject))
    want_for_person(want, m, subject);
  else if (is_mentor(subject) && matters(m, RELATION_OWN_SUPERVISEE))
    look(want, &mentor__descriptor, subject);
}

// --- deciding

// Whether that record, which a refused decision has read, is somebody's.
static bool is_somebody(const struct record *r) {
  return !r->for_access && (r->type == &person__descriptor || r->type == &mentor__descriptor);
}

// All whom the change concerns; of a refusal, all whom the decision looked at, since it may tell of them.
static void want_concerned(struct records *want, const struct message *m, const struct change *c) {
  if (!change_refused(c))
    for (const struct change_subject *s = c->subjects; s; s = s->next) access_want(want, m, s->subject);
  else
    for (const struct record *r = want->first; r; r = r->next)
      if (is_somebody(r)) access_want(want, m, r->id);
}

static bool reaches_concerned(const struct view *v) {
  uint8_t partitions = 0;
  bool refused = change_refused(v->change);
  for (const struct change_subject *s = refused ? NULL : v->change->subjects; s; s = s->next)
    if (!reaches(v, s->subject, &partitions)) return false;
  for (const struct record *r = refused ? v->have->first : NULL; r; r = r->next)
    if (is_somebody(r) && r->body && !reaches(v, r->id, &partitions)) return false;
  return true;
}

// What the sender would be told if nothing of what was read were there, but what is kept about
// themselves under their own id. What could
// only succeed then, as making something under an id that is taken, is not found.
static struct change as_if_absent(const struct records *have, const struct message *m, decide_fn *decide) {
  struct records nothing;
  records_init_absent(&nothing, have);
  for (const struct record *r = have->first; r; r = r->next) {
    if (is_somebody(r) || strcmp(r->id, m->actor->id)) continue;
    struct record *own = records_find(&nothing, r->type, r->id);
    own->body = r->body;
    own->version = r->version;
  }
  struct change c = decide(&nothing, m);
  return change_refused(&c) ? c : refuse(m, CODE__NOT_FOUND, NULL, ACCESS_NOT_FOUND);
}

struct change access_decide(struct records *have, const struct message *m, decide_fn *decide) {
  struct change c = decide(have, m);
  if (!m->access) return c;
  want_concerned(have, m, &c);
  if (have->n_unknown || reaches_concerned(&(struct view){have, m, &c})) return c;
  return as_if_absent(have, m, decide);
}
