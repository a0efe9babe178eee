// What the courier holds about a person: given for subject access, and deleted when the person is erased, or when its
// period is over.
#include "courier.h"
#include "held.h"

static const struct held_index deliveries = {"deliveries-of", &delivery__descriptor, RECORD_CLASS__DELIVERY_RECORD};

void needs_erase_deliveries(struct records *want, const struct message *m) {
  held_want(want, m, &deliveries);
}

// What waits to be sent is not sent, and a dead letter is none any more.
struct change on_erase_deliveries(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = held_page(have, m, &deliveries);
  for (size_t i = 0; page && i < page->n_members; i++) {
    change_clear_timer(&c, delivery_timer(m->arena, page->members[i]));
    change_clear_timer(&c, forget_timer(m->arena, page->members[i]));
    change_unindex(&c, COURIER_DEAD_LETTERS, page->members[i]);
  }
  held_erase(&c, have, m, &deliveries);
  return c;
}

void needs_collect_deliveries(struct records *want, const struct message *m) {
  struct held_place at = held_at(m, 1);
  if (!at.index) held_want_at(want, m, &deliveries, &at);
}

// What was delivered has lost its text. Of what waits, it is given as it would go out.
struct change decide_collect_deliveries(const struct records *have, const struct message *m) {
  struct held_place at = held_at(m, 1);
  const struct page *page = at.index ? NULL : held_page_at(have, m, &deliveries, &at);
  if (!page) return held_reply(m, held_records(m, 0), &at, NULL, 1);
  HeldRecords *all = held_records(m, page->n_members);
  for (size_t i = 0; i < page->n_members; i++) {
    const Delivery *d = records_get(have, &delivery__descriptor, page->members[i]);
    if (d) held_add(m, all, "courier")->delivery = delivery_copy(m->arena, d);
  }
  return held_reply(m, all, &at, page, 1);
}
