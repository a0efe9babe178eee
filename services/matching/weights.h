// What each reason for or against a candidate is worth: files that a region writes for itself, read at start.
#pragma once
#include "config.h"
#include "err.h"
#include "matching.pb-c.h"
#include "service.h"

enum {
  WEIGHTS_MOST = 100,          // greatest weight, and least with its sign changed: so all scores stay within 16 bits
  WEIGHTS_NEED_WEEKS_MOST = 26 // greatest need_weeks
};

struct weights;
// Reads default.yaml of the folder, and the file of each area that has one. A file that is named as no area is a fault.
// On a fault writes the file, its line where it can, and what is wrong, and answers NULL. Freed by weights_free().
struct weights *weights_load(const char *folder, const Areas *areas, char *errors, size_t errors_bytes);
void weights_free(struct weights *w);
// Those of the area: its own, or the default ones.
const Weights *weights_of(const struct weights *w, const char *area);

// What is wrong with weights, by JSON pointer. `weights` is a Weights; `context` is not used: see yaml_check_fn.
struct err weights_check(struct arena *a, const void *weights, const void *context);
