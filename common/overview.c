// Overviews: what a service remembers of all records of one type (service.h), filled and kept up.
//
// An overview is filled by jobs, a page of the index each, one after the other; again after a while, since other
// replicas write such records, too. What this process commits is in it at once.
#include "job.h"
#include "log.h"
#include <stdlib.h>
#include <string.h>

enum {
  OVERVIEW_PAGE = 200,
  OVERVIEW_AGAIN_MS = 30000,
};

// Of one area.
struct area_overview {
  void *all;
  bool filled, filling;
  int64_t filled_at_ms;
};

struct overviews {
  const struct overview *how;
  size_t n;
  struct area_overview areas[];
};

struct overviews *overviews_new(const struct overview *how, size_t n_areas) {
  if (!how) return NULL;
  struct overviews *v = calloc(1, sizeof *v + n_areas * sizeof *v->areas);
  v->how = how;
  v->n = n_areas;
  for (size_t i = 0; i < n_areas; i++) v->areas[i].all = how->open();
  return v;
}

void overviews_free(struct overviews *v) {
  for (size_t i = 0; v && i < v->n; i++) v->how->close(v->areas[i].all);
  free(v);
}

static size_t number_of(const struct engine *e, const Area *area) {
  size_t i = 0;
  while (e->config->areas->areas[i] != area) i++;
  return i;
}

static struct area_overview *overview_of(const struct job *j) {
  return &j->engine->overviews->areas[number_of(j->engine, j->m.area)];
}

const void *overviews_look(const struct engine *e, const Area *area) {
  if (!e->overviews || !area) return NULL;
  const struct area_overview *v = &e->overviews->areas[number_of(e, area)];
  return v->filled ? v->all : NULL;
}

void overviews_remember(struct job *j) {
  if (!j->engine->overviews) return;
  const struct overview *how = j->engine->overviews->how;
  for (const struct change_record *w = j->change.records; w; w = w->next)
    if (w->body->descriptor == how->type)
      how->put(overview_of(j)->all, w->id, w->body, records_version(&j->rs, how->type, w->id) + 1);
  for (const struct change_erasure *e = j->change.erasures; e; e = e->next)
    if (e->type == how->type) how->put(overview_of(j)->all, e->id, NULL, UINT64_MAX);
}

// --- filling

static const struct page *want_page(struct job *j) {
  return records_want_page(&j->rs, j->engine->overviews->how->index, j->m.timer, OVERVIEW_PAGE);
}

void overviews_want(struct job *j) {
  const struct page *page = want_page(j);
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(&j->rs, j->engine->overviews->how->type, page->members[i]);
}

void overviews_take(struct job *j) {
  const struct overview *how = j->engine->overviews->how;
  struct area_overview *v = overview_of(j);
  const struct page *page = want_page(j);
  for (size_t i = 0; i < page->n_members; i++) {
    const struct record *r = records_find(&j->rs, how->type, page->members[i]);
    if (r->body)
      how->put(v->all, r->id, r->body, r->version);
    else if (r->version)
      log_line(LOG_ERROR, "overview_record_unreadable", "area", j->m.area->id, "id", r->id, NULL);
  }
  if (page->more) {
    engine_fill(j->engine, j->m.area, page->members[page->n_members - 1]);
    return;
  }
  v->filled = true;
  v->filling = false;
  v->filled_at_ms = j->m.now.ms;
}

void overviews_stop(struct job *j) {
  overview_of(j)->filling = false;
}

bool engine_ready(const struct engine *e) {
  for (size_t i = 0; e->overviews && i < e->overviews->n; i++)
    if (!e->overviews->areas[i].filled) return false;
  return true;
}

void engine_tick(struct engine *e, int64_t now_ms) {
  for (size_t i = 0; e->overviews && i < e->overviews->n; i++) {
    struct area_overview *v = &e->overviews->areas[i];
    if (v->filling || (v->filled && now_ms - v->filled_at_ms < OVERVIEW_AGAIN_MS)) continue;
    if (!e->store->ops->ready(e->store)) continue;
    v->filling = true;
    engine_fill(e, e->config->areas->areas[i], "");
  }
}
