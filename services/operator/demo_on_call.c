// Whom to reach in a demonstration: how its practitioners and safeguarding leads are reached, and who of them is on
// call.
#include "demo.h"
#include <stdio.h>

enum {
  LEADS = 3,        // two of the first level, who answer by day and by night, and the head of the unit above them
  LEAD_NUMBER = 940 // between those of the first people and those of the mentors
};

static char *code_of(struct demo *d, unsigned contact) {
  return contact < LEADS ? arena_printf(&d->arena, "DEMOL%u", contact + 1) : demo_staff(d, contact - LEADS);
}

Staff *demo_staff_contact(struct demo *d, unsigned contact) {
  if (contact >= LEADS + DEMO_PRACTITIONERS) return NULL;
  struct dice dice = dice_of(d->seed, "staff", contact, 0);
  Staff *s = arena_take(&d->arena, sizeof *s);
  staff__init(s);
  s->code = code_of(d, contact);
  s->personal = demo_details(d, &dice, LEAD_NUMBER + contact);
  s->language = LANGUAGE__ENGLISH;
  return s;
}

static OnCallLevel *level_of(struct demo *d, unsigned from, unsigned n) {
  OnCallLevel *level = arena_take(&d->arena, sizeof *level);
  on_call_level__init(level);
  level->n_duties = n;
  level->duties = arena_take(&d->arena, n * sizeof *level->duties);
  for (unsigned i = 0; i < n; i++) {
    level->duties[i] = arena_take(&d->arena, sizeof *level->duties[i]);
    on_call_duty__init(level->duties[i]);
    level->duties[i]->staff = code_of(d, from + i);
  }
  return level;
}

OnCallRota *demo_rota(struct demo *d) {
  OnCallRota *rota = arena_take(&d->arena, sizeof *rota);
  on_call_rota__init(rota);
  rota->n_levels = 2;
  rota->levels = arena_take(&d->arena, 2 * sizeof *rota->levels);
  rota->levels[0] = level_of(d, 0, LEADS - 1);
  rota->levels[1] = level_of(d, LEADS - 1, 1);
  return rota;
}

// A rota is a lead's to set. Where the store is out of reach there is none, and a disclosure says loudly that it alerts
// nobody.
static void set_rota(struct demo *d) {
  const struct demo_somebody lead = {.actor = code_of(d, 0), .role = ROLE__SAFEGUARDING_LEAD};
  const char *path = arena_printf(&d->arena, "/v1/areas/%s/on-call-rota", d->area->id);
  int status = demo_send_as(d, &lead, "PUT", path, &demo_rota(d)->base);
  if (status) demo_result(d, 0, status, NULL);
}

void demo_on_call(struct demo *d) {
  Staff *staff;
  for (unsigned i = 0; (staff = demo_staff_contact(d, i)); i++) {
    const char *path = arena_printf(&d->arena, "/v1/areas/%s/staff/%s", d->area->id, staff->code);
    demo_result(d, 0, demo_send(d, "PUT", path, &staff->base), NULL);
    arena_reset(&d->arena);
  }
  set_rota(d);
  arena_reset(&d->arena);
}
