#include "stories.h"
#include "calendar.h"
#include "clients.h"
#include "invariants.h"
#include "matching.pb-c.h"
#include "proposals.pb-c.h"
#include "safeguarding.pb-c.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  THINGS = 256, // most appointments, sessions and offers
  PROPOSALS = 32
};
#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define PRACTITIONER "N07A123"
#define COORDINATOR "C01A001"
#define LEAD "L01A001"
#define SECOND_LEAD "L01A002"

struct person {
  char crn[8];
  bool known;
  uint64_t version; // the newest that a client has seen
  unsigned number;
};
struct mentor {
  char id[37];
  bool known;
};
struct engagement {
  char id[37];
  struct person *person;
  bool known;
  uint64_t version;
};
struct appointment {
  char id[37];
  struct engagement *engagement;
  int64_t starts_at_ms;
  bool known;
};
struct session {
  char id[37];
  struct engagement *engagement;
  int64_t starts_at_ms;
  bool known, refused, unsure; // unsure: an amendment may have been made or not
  bool came, amended_came;
  uint64_t version;
  unsigned number, amendment, asked_amendment;
};
struct offer {
  char id[37];
  struct person *person;
  struct mentor *mentor;
  bool known;
};
struct proposal {
  char id[37];
  uint64_t version; // 0: not there as far as is known
};
struct disclosure {
  char id[37];
  struct offer *offer;
  bool known;
  int64_t said_at_ms;
  unsigned number;
};

struct stories {
  struct person people[STORIES_PEOPLE];
  struct engagement engagements[STORIES_PEOPLE]; // one for each
  struct mentor mentors[STORIES_MENTORS];
  struct appointment appointments[THINGS];
  struct session sessions[THINGS];
  struct offer offers[THINGS];
  struct disclosure disclosures[THINGS];
  struct proposal proposals[PROPOSALS];
  size_t n_people, n_mentors, n_appointments, n_sessions, n_offers, n_disclosures, n_proposals;
};

struct stories *stories_new(unsigned people, unsigned mentors) {
  struct stories *s = calloc(1, sizeof *s);
  s->n_people = people;
  s->n_mentors = mentors;
  return s;
}
void stories_free(struct stories *s) {
  free(s);
}

static Google__Protobuf__Timestamp at(int64_t ms) {
  Google__Protobuf__Timestamp t = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  t.seconds = ms / 1000;
  t.nanos = (int32_t)(ms % 1000) * 1000000;
  return t;
}

static void *any(struct world *w, void *things, size_t n, size_t size_bytes) {
  return n ? (char *)things + (size_t)dice_between(&w->dice, 0, (int64_t)n - 1) * size_bytes : NULL;
}

// --- people

static void on_person(struct world *w, struct wish *wish, const Envelope *reply) {
  (void)w;
  struct person *p = wish->thing;
  if (reply->problem) return;
  p->known = true;
  p->version = reply->version;
}

static void send_person(struct world *w, struct person *p, bool change) {
  struct dice *d = &w->dice;
  char telephone[16], given[32];
  PersonalDetails details = PERSONAL_DETAILS__INIT;
  Consent consent = CONSENT__INIT;
  MentoringWish mentoring = MENTORING_WISH__INIT;
  Person person = PERSON__INIT;
  snprintf(telephone, sizeof telephone, "+44770090%04u", p->number);
  snprintf(given, sizeof given, "Siân " SIM_CANARY "%u", p->number);
  details.given_name = given;
  details.family_name = SIM_CANARY;
  details.telephone = telephone;
  if (change && dice_chance(d, 100)) details.safe_contact = "never at home, " SIM_CANARY;
  consent.texts = dice_chance(d, change ? 700 : 950) ? ANSWER__YES : ANSWER__NO;
  mentoring.conflicts_checked = true;
  mentoring.wanted = !change || dice_chance(d, 800);
  person.crn = p->crn;
  person.practitioner = PRACTITIONER;
  person.personal = &details;
  person.consent = &consent;
  person.mentoring = &mentoring;
  person.whereabouts = change && dice_chance(d, 200) ? WHEREABOUTS__CUSTODY : WHEREABOUTS__COMMUNITY;
  RegisterPerson registration = REGISTER_PERSON__INIT;
  ChangePerson changing = CHANGE_PERSON__INIT;
  registration.person = changing.person = &person;
  changing.seen_version = p->version;
  clients_ask(w, INTAKE, change ? (void *)&changing : (void *)&registration, PRACTITIONER, ROLE__PRACTITIONER, p,
              on_person);
}

static void change_person(struct stories *s, struct world *w) {
  struct person *p = any(w, s->people, s->n_people, sizeof *p);
  if (p->known) send_person(w, p, true);
}

static void read_person(struct stories *s, struct world *w) {
  struct person *p = any(w, s->people, s->n_people, sizeof *p);
  ReadPerson cmd = READ_PERSON__INIT;
  cmd.crn = p->crn;
  clients_ask(w, INTAKE, &cmd, PRACTITIONER, ROLE__PRACTITIONER, p, on_person);
}

// --- engagements

static void on_engagement(struct world *w, struct wish *wish, const Envelope *reply) {
  (void)w;
  struct engagement *e = wish->thing;
  if (reply->problem) return;
  e->known = true;
  e->version = reply->version;
}

static void open_engagement(struct world *w, struct engagement *e) {
  OpenEngagement cmd = OPEN_ENGAGEMENT__INIT;
  Engagement engagement = ENGAGEMENT__INIT;
  engagement.id = e->id;
  engagement.crn = e->person->crn;
  engagement.pathway = "supervision";
  cmd.engagement = &engagement;
  clients_ask(w, INTAKE, &cmd, PRACTITIONER, ROLE__PRACTITIONER, e, on_engagement);
}

static void close_engagement(struct stories *s, struct world *w) {
  struct engagement *e = any(w, s->engagements, s->n_people, sizeof *e);
  CloseEngagement cmd = CLOSE_ENGAGEMENT__INIT;
  if (!e->known || !dice_chance(&w->dice, 200)) return;
  cmd.id = e->id;
  cmd.why = "the order has ended";
  cmd.seen_version = e->version;
  clients_ask(w, INTAKE, &cmd, PRACTITIONER, ROLE__PRACTITIONER, e, on_engagement);
}

// --- appointments

static void on_appointment(struct world *w, struct wish *wish, const Envelope *reply) {
  (void)w;
  ((struct appointment *)wish->thing)->known |= !reply->problem;
}

static struct appointment *new_appointment(struct stories *s, struct world *w, struct engagement *e) {
  if (s->n_appointments == THINGS) return NULL;
  struct appointment *a = &s->appointments[s->n_appointments++];
  dice_uuid(&w->dice, a->id);
  a->engagement = e;
  a->starts_at_ms = w->now_ms + dice_between(&w->dice, 20 * MINUTE_MS, 9 * DAY_MS);
  return a;
}

static void send_appointment(struct world *w, struct appointment *a, const char *old_id) {
  Google__Protobuf__Timestamp starts = at(a->starts_at_ms), ends = at(a->starts_at_ms + HOUR_MS);
  Appointment appointment = APPOINTMENT__INIT;
  appointment.id = a->id;
  appointment.engagement_id = a->engagement->id;
  appointment.starts_at = &starts;
  appointment.ends_at = &ends;
  appointment.place = "the usual office";
  appointment.mode = MODE__IN_PERSON;
  MakeAppointment make = MAKE_APPOINTMENT__INIT;
  RescheduleAppointment move = RESCHEDULE_APPOINTMENT__INIT;
  make.appointment = move.appointment = &appointment;
  if (old_id) move.id = (char *)old_id;
  clients_ask(w, INTAKE, old_id ? (void *)&move : (void *)&make, PRACTITIONER, ROLE__PRACTITIONER, a, on_appointment);
}

static void make_appointment(struct stories *s, struct world *w) {
  struct engagement *e = any(w, s->engagements, s->n_people, sizeof *e);
  struct appointment *a = e->known ? new_appointment(s, w, e) : NULL;
  if (a) send_appointment(w, a, NULL);
}

static struct appointment *known_appointment(struct stories *s, struct world *w) {
  struct appointment *a = any(w, s->appointments, s->n_appointments, sizeof *a);
  return a && a->known ? a : NULL;
}

static void reschedule_appointment(struct stories *s, struct world *w) {
  struct appointment *old = known_appointment(s, w), *a = old ? new_appointment(s, w, old->engagement) : NULL;
  if (a) send_appointment(w, a, old->id);
}

static void cancel_appointment(struct stories *s, struct world *w) {
  struct appointment *a = known_appointment(s, w);
  CancelAppointment cmd = CANCEL_APPOINTMENT__INIT;
  if (!a) return;
  cmd.id = a->id;
  clients_ask(w, INTAKE, &cmd, PRACTITIONER, ROLE__PRACTITIONER, NULL, NULL);
}

// --- sessions

// Two may send the same session at once. Whatever the order, they get the same answer: what stands in its way never
// goes away again, and once it is there it is there for both.
static void on_session(struct world *w, struct wish *wish, const Envelope *reply) {
  struct session *s = wish->thing;
  bool other_answer = reply->problem ? s->known : s->refused;
  if (other_answer) world_fail(w, "session %s was both taken and refused", s->id);
  s->refused |= reply->problem != NULL;
  if (reply->problem) return;
  s->known = true;
  s->version = reply->version;
}

// What was refused may have been done by another copy of the same message, whose answer got lost.
static void on_amended(struct world *w, struct wish *wish, const Envelope *reply) {
  (void)w;
  struct session *s = wish->thing;
  if (reply->problem) {
    s->unsure = true;
    return;
  }
  s->came = s->amended_came;
  s->amendment = s->asked_amendment;
  s->version = reply->version;
}

static char *words_of(const struct session *s, unsigned amendment, char text[96]) {
  snprintf(text, 96, SIM_CANARY " said something for the %uth time, version %u", s->number, amendment);
  return text;
}

static void send_session(struct world *w, struct session *s, const char *appointment_id, bool amend) {
  char text[96];
  Google__Protobuf__Timestamp starts = at(s->starts_at_ms), ends = at(s->starts_at_ms + HOUR_MS / 2);
  Attendance attendance = ATTENDANCE__INIT;
  Narrative narrative = NARRATIVE__INIT;
  Session session = SESSION__INIT;
  bool came = amend ? s->amended_came : s->came;
  attendance.happened = came ? HAPPENED__HAPPENED : HAPPENED__DID_NOT_HAPPEN;
  attendance.attended = came ? ATTENDED__ON_TIME : ATTENDED__DID_NOT_ATTEND;
  attendance.complied = came;
  attendance.absence = came ? ABSENCE__ABSENCE_UNSPECIFIED : ABSENCE__PERSON_UNACCEPTABLE;
  narrative.text = words_of(s, amend ? s->asked_amendment : 0, text);
  session.id = s->id;
  session.engagement_id = s->engagement->id;
  if (appointment_id) session.appointment_id = (char *)appointment_id;
  session.starts_at = &starts;
  session.ends_at = &ends;
  session.attendance = &attendance;
  session.narrative = &narrative;
  session.mode = MODE__IN_PERSON;
  RecordSession record = RECORD_SESSION__INIT;
  AmendSession amendment = AMEND_SESSION__INIT;
  record.session = amendment.session = &session;
  amendment.why = "it was the other way round";
  amendment.seen_version = s->version;
  clients_ask(w, INTAKE, amend ? (void *)&amendment : (void *)&record, PRACTITIONER, ROLE__PRACTITIONER, s,
              amend ? on_amended : on_session);
  if (!amend && dice_chance(&w->dice, 300))
    clients_ask(w, INTAKE, &record, PRACTITIONER, ROLE__PRACTITIONER, s, on_session);
}

static struct session *new_session(struct stories *s, struct world *w, struct engagement *e, int64_t starts_at_ms) {
  struct session *n = &s->sessions[s->n_sessions++];
  dice_uuid(&w->dice, n->id);
  n->engagement = e;
  n->starts_at_ms = starts_at_ms;
  n->came = dice_chance(&w->dice, 700);
  n->number = (unsigned)s->n_sessions;
  return n;
}

static void record_session(struct stories *s, struct world *w) {
  struct engagement *e = any(w, s->engagements, s->n_people, sizeof *e);
  struct appointment *a = known_appointment(s, w);
  if (s->n_sessions == THINGS) return;
  if (a && a->starts_at_ms <= w->now_ms)
    send_session(w, new_session(s, w, a->engagement, a->starts_at_ms), a->id, false);
  else if (e->known)
    send_session(w, new_session(s, w, e, w->now_ms - HOUR_MS), NULL, false);
}

static void amend_session(struct stories *s, struct world *w) {
  struct session *n = any(w, s->sessions, s->n_sessions, sizeof *n);
  if (!n || !n->known || n->unsure || n->asked_amendment != n->amendment) return;
  n->asked_amendment = n->amendment + 1;
  n->amended_came = dice_chance(&w->dice, 500);
  send_session(w, n, NULL, true);
}

static void on_read_back(struct world *w, struct wish *wish, const Envelope *reply) {
  char text[96];
  struct session *s = wish->thing;
  if (reply->problem) {
    world_fail(w, "session %s was acknowledged and is not there: %s", s->id, reply->problem->why);
    return;
  }
  Session *is = session__unpack(NULL, reply->body.len, reply->body.data);
  bool same = is && is->narrative && is->attendance && timestamp_ms(is->starts_at) == s->starts_at_ms;
  if (same && !s->unsure)
    same = strcmp(is->narrative->text, words_of(s, s->amendment, text)) == 0 &&
           s->came == (is->attendance->happened == HAPPENED__HAPPENED);
  if (!same) world_fail(w, "session %s is not what was acknowledged", s->id);
  if (is) session__free_unpacked(is, NULL);
}

static void read_back(struct stories *s, struct world *w) {
  for (size_t i = 0; i < s->n_sessions; i++) {
    ReadSession cmd = READ_SESSION__INIT;
    cmd.id = s->sessions[i].id;
    if (s->sessions[i].known)
      clients_ask(w, INTAKE, &cmd, PRACTITIONER, ROLE__PRACTITIONER, &s->sessions[i], on_read_back);
  }
}

// --- mentors and offers

static void on_mentor(struct world *w, struct wish *wish, const Envelope *reply) {
  (void)w;
  ((struct mentor *)wish->thing)->known = !reply->problem;
}

static void register_mentor(struct world *w, struct mentor *m) {
  static char *languages[] = {"en"}, *places[] = {"Camden"};
  Google__Protobuf__Timestamp vetted = at(SIM_START_MS + 365 * DAY_MS);
  PersonalDetails details = PERSONAL_DETAILS__INIT;
  Mentor mentor = MENTOR__INIT;
  RegisterMentor cmd = REGISTER_MENTOR__INIT;
  details.given_name = "Mo " SIM_CANARY;
  details.family_name = SIM_CANARY;
  details.telephone = "+447700909999";
  mentor.id = m->id;
  mentor.personal = &details;
  mentor.channel = CHANNEL__SMS;
  mentor.language = LANGUAGE__ENGLISH;
  mentor.n_languages = 1;
  mentor.languages = languages;
  mentor.n_places = 1;
  mentor.places = places;
  mentor.capacity = (uint32_t)dice_between(&w->dice, 1, 2);
  mentor.vetted_until = mentor.supervised_until = &vetted;
  mentor.conflicts_checked = true;
  mentor.supervisor = "SUP001";
  cmd.mentor = &mentor;
  clients_ask(w, MATCHING, &cmd, COORDINATOR, ROLE__COORDINATOR, m, on_mentor);
}

static void on_offer(struct world *w, struct wish *wish, const Envelope *reply) {
  (void)w;
  ((struct offer *)wish->thing)->known |= !reply->problem;
}

static void make_offer(struct stories *s, struct world *w) {
  struct person *p = any(w, s->people, s->n_people, sizeof *p);
  struct mentor *m = any(w, s->mentors, s->n_mentors, sizeof *m);
  if (!p->known || !m->known || s->n_offers == THINGS) return;
  struct offer *o = &s->offers[s->n_offers++];
  dice_uuid(&w->dice, o->id);
  o->person = p;
  o->mentor = m;
  MakeOffer cmd = MAKE_OFFER__INIT;
  Offer offer = OFFER__INIT;
  offer.id = o->id;
  offer.crn = p->crn;
  offer.mentor_id = m->id;
  cmd.offer = &offer;
  clients_ask(w, MATCHING, &cmd, COORDINATOR, ROLE__COORDINATOR, o, on_offer);
}

static struct offer *known_offer(struct stories *s, struct world *w) {
  struct offer *o = any(w, s->offers, s->n_offers, sizeof *o);
  return o && o->known ? o : NULL;
}

static void accept_offer(struct stories *s, struct world *w) {
  struct offer *o = known_offer(s, w);
  AcceptOffer cmd = ACCEPT_OFFER__INIT;
  if (!o) return;
  cmd.id = o->id;
  clients_ask(w, MATCHING, &cmd, o->mentor->id, ROLE__MENTOR, NULL, NULL);
}

static void decline_offer(struct stories *s, struct world *w) {
  struct offer *o = known_offer(s, w);
  DeclineOffer cmd = DECLINE_OFFER__INIT;
  if (!o) return;
  cmd.id = o->id;
  clients_ask(w, MATCHING, &cmd, o->mentor->id, ROLE__MENTOR, NULL, NULL);
}

static void withdraw_offer(struct stories *s, struct world *w) {
  struct offer *o = known_offer(s, w);
  WithdrawOffer cmd = WITHDRAW_OFFER__INIT;
  if (!o) return;
  cmd.id = o->id;
  clients_ask(w, MATCHING, &cmd, COORDINATOR, ROLE__COORDINATOR, NULL, NULL);
}

static void end_match(struct stories *s, struct world *w) {
  struct offer *o = known_offer(s, w);
  EndMatch cmd = END_MATCH__INIT;
  if (!o) return;
  cmd.id = o->id;
  clients_ask(w, MATCHING, &cmd, COORDINATOR, ROLE__COORDINATOR, NULL, NULL);
}

// --- proposals

static void on_proposal(struct world *w, struct wish *wish, const Envelope *reply) {
  (void)w;
  if (!reply->problem) ((struct proposal *)wish->thing)->version = reply->version;
}

static void propose_matches(struct stories *s, struct world *w) {
  if (s->n_proposals == PROPOSALS) return;
  struct proposal *p = &s->proposals[s->n_proposals++];
  dice_uuid(&w->dice, p->id);
  ProposeMatches cmd = PROPOSE_MATCHES__INIT;
  cmd.id = p->id;
  clients_ask(w, MATCHING, &cmd, COORDINATOR, ROLE__COORDINATOR, p, on_proposal);
}

static void publish_proposal(struct stories *s, struct world *w) {
  struct proposal *p = any(w, s->proposals, s->n_proposals, sizeof *p);
  PublishProposal cmd = PUBLISH_PROPOSAL__INIT;
  if (!p || !p->version) return;
  cmd.id = p->id;
  cmd.seen_version = p->version;
  clients_ask(w, MATCHING, &cmd, COORDINATOR, ROLE__COORDINATOR, NULL, NULL);
}

static void solve_proposal(struct stories *s, struct world *w) {
  struct proposal *p = any(w, s->proposals, s->n_proposals, sizeof *p);
  SolveProposal cmd = SOLVE_PROPOSAL__INIT;
  if (!p || !p->version) return;
  cmd.id = p->id;
  clients_ask(w, MATCHING, &cmd, COORDINATOR, ROLE__COORDINATOR, p, on_proposal);
}

// --- disclosures

static void register_lead(struct world *w, char *code, char *telephone) {
  PersonalDetails details = PERSONAL_DETAILS__INIT;
  Staff staff = STAFF__INIT;
  RegisterStaff cmd = REGISTER_STAFF__INIT;
  details.family_name = SIM_CANARY;
  details.telephone = telephone;
  details.email = SIM_CANARY "@example.invalid";
  staff.code = code;
  staff.personal = &details;
  cmd.staff = &staff;
  clients_ask(w, SAFEGUARDING, &cmd, "case-system", ROLE__CASE_SYSTEM, NULL, NULL);
}

static void set_rota(struct world *w) {
  OnCallDuty duties[] = {ON_CALL_DUTY__INIT, ON_CALL_DUTY__INIT}, *first[] = {&duties[0]}, *second[] = {&duties[1]};
  OnCallLevel levels[] = {ON_CALL_LEVEL__INIT, ON_CALL_LEVEL__INIT}, *both[] = {&levels[0], &levels[1]};
  OnCallRota rota = ON_CALL_ROTA__INIT;
  ChangeRota cmd = CHANGE_ROTA__INIT;
  duties[0].staff = LEAD;
  duties[1].staff = SECOND_LEAD;
  levels[0].n_duties = levels[1].n_duties = 1;
  levels[0].duties = first;
  levels[1].duties = second;
  rota.n_levels = 2;
  rota.levels = both;
  cmd.rota = &rota;
  clients_ask(w, SAFEGUARDING, &cmd, LEAD, ROLE__SAFEGUARDING_LEAD, NULL, NULL);
}

static char *extract_of(const struct disclosure *d, char text[96]) {
  snprintf(text, 96, SIM_CANARY " said what must be passed on, number %u", d->number);
  return text;
}

static void on_raised(struct world *w, struct wish *wish, const Envelope *reply) {
  (void)w;
  ((struct disclosure *)wish->thing)->known |= !reply->problem;
}

// By the mentor to whom somebody was offered: where the match does not hold (any more) it is refused.
static void raise_disclosure(struct stories *s, struct world *w) {
  char text[96];
  struct offer *o = known_offer(s, w);
  if (!o || s->n_disclosures == THINGS) return;
  struct disclosure *d = &s->disclosures[s->n_disclosures++];
  dice_uuid(&w->dice, d->id);
  d->offer = o;
  d->number = (unsigned)s->n_disclosures;
  d->said_at_ms = w->now_ms - MINUTE_MS;
  Google__Protobuf__Timestamp said = at(d->said_at_ms);
  Narrative extract = NARRATIVE__INIT;
  Disclosure disclosure = DISCLOSURE__INIT;
  RaiseDisclosure cmd = RAISE_DISCLOSURE__INIT;
  extract.text = extract_of(d, text);
  disclosure.id = d->id;
  disclosure.crn = o->person->crn;
  disclosure.kind = DISCLOSURE_KIND__RISK_TO_LIFE;
  disclosure.extract = &extract;
  disclosure.said_at = &said;
  disclosure.told = ANSWER__YES;
  cmd.disclosure = &disclosure;
  clients_ask(w, SAFEGUARDING, &cmd, o->mentor->id, ROLE__MENTOR, d, on_raised);
}

static void acknowledge(struct world *w, const struct disclosure *d) {
  AcknowledgeDisclosure cmd = ACKNOWLEDGE_DISCLOSURE__INIT;
  cmd.id = (char *)d->id;
  clients_ask(w, SAFEGUARDING, &cmd, LEAD, ROLE__SAFEGUARDING_LEAD, NULL, NULL);
}

static void acknowledge_disclosure(struct stories *s, struct world *w) {
  struct disclosure *d = any(w, s->disclosures, s->n_disclosures, sizeof *d);
  if (d && d->known) acknowledge(w, d);
}

static void on_disclosure_read(struct world *w, struct wish *wish, const Envelope *reply) {
  char text[96];
  const struct disclosure *d = wish->thing;
  if (reply->problem) {
    world_fail(w, "disclosure %s was acknowledged to the mentor and is not there: %s", d->id, reply->problem->why);
    return;
  }
  Disclosure *is = disclosure__unpack(NULL, reply->body.len, reply->body.data);
  if (!is || !is->extract || strcmp(is->extract->text, extract_of(d, text)) || !is->watch ||
      is->watch->state != DISCLOSURE_STATE__DISCLOSURE_ACKNOWLEDGED)
    world_fail(w, "disclosure %s is not what was acknowledged", d->id);
  if (is) disclosure__free_unpacked(is, NULL);
}

static void read_disclosures_back(struct stories *s, struct world *w) {
  for (size_t i = 0; i < s->n_disclosures; i++) {
    ReadDisclosure cmd = READ_DISCLOSURE__INIT;
    cmd.id = s->disclosures[i].id;
    if (s->disclosures[i].known)
      clients_ask(w, SAFEGUARDING, &cmd, LEAD, ROLE__SAFEGUARDING_LEAD, &s->disclosures[i], on_disclosure_read);
  }
}

// --- all of it

void stories_begin(struct stories *s, struct world *w) {
  for (unsigned i = 0; i < s->n_people; i++) {
    s->people[i].number = i + 1;
    snprintf(s->people[i].crn, sizeof s->people[i].crn, "X%06u", (i + 1) % 1000000);
    send_person(w, &s->people[i], false);
  }
  for (unsigned i = 0; i < s->n_mentors; i++) {
    dice_uuid(&w->dice, s->mentors[i].id);
    register_mentor(w, &s->mentors[i]);
  }
  register_lead(w, LEAD, "+447700909001");
  register_lead(w, SECOND_LEAD, "+447700909002");
  world_settle(w);
  for (unsigned i = 0; i < s->n_people; i++) {
    dice_uuid(&w->dice, s->engagements[i].id);
    s->engagements[i].person = &s->people[i];
    open_engagement(w, &s->engagements[i]);
  }
  set_rota(w);
  world_settle(w);
}

static const struct {
  void (*happens)(struct stories *s, struct world *w);
  unsigned weight;
} kinds[] = {
    {make_appointment, 25}, {reschedule_appointment, 10}, {cancel_appointment, 6},
    {record_session, 15},   {amend_session, 6},           {change_person, 5},
    {read_person, 5},       {close_engagement, 2},        {make_offer, 12},
    {accept_offer, 12},     {decline_offer, 4},           {withdraw_offer, 3},
    {end_match, 6},         {raise_disclosure, 8},        {acknowledge_disclosure, 10},
    {propose_matches, 4},   {publish_proposal, 4},        {solve_proposal, 2},
};

void stories_happen(struct stories *s, struct world *w) {
  int64_t total = 0;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) total += kinds[i].weight;
  int64_t drawn = dice_between(&w->dice, 0, total - 1);
  size_t i = 0;
  for (; drawn >= kinds[i].weight; i++) drawn -= kinds[i].weight;
  kinds[i].happens(s, w);
}

bool stories_tell(struct stories *s, struct world *w, unsigned step) {
  static void (*const story[])(struct stories *, struct world *) = {
      make_appointment, make_offer,       make_appointment,   make_appointment, reschedule_appointment,
      record_session,   accept_offer,     amend_session,      raise_disclosure, acknowledge_disclosure,
      read_person,      make_appointment, cancel_appointment, end_match,        make_offer,
      decline_offer,    record_session,   make_appointment,   make_appointment, make_offer,
      make_appointment, propose_matches,  publish_proposal};
  if (step >= sizeof story / sizeof *story) return false;
  story[step](s, w);
  return true;
}

void stories_end(struct stories *s, struct world *w) {
  world_heal(w);
  world_settle(w);
  for (size_t i = 0; i < s->n_disclosures; i++) acknowledge(w, &s->disclosures[i]);
  world_run_out(w);
  read_back(s, w);
  read_disclosures_back(s, w);
  world_settle(w);
  if (world_failed(w)) return;
  invariants_always(w);
  invariants_at_the_end(w);
}
