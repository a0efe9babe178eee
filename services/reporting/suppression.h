// Which counts a report may show, so that nobody can be made out in it, nor worked out from several reports.
//
// A report has one row per week, pathway or practitioner. Within a calendar quarter the rows have a fixed order, and
// each kind of count goes down them as a series. What a row counts is shown in whole fives; the remainder, 0 to 4, is
// not lost but goes on to the next row of the series, and is counted there once five have come together. What is left
// at the end of the quarter is not shown. A row that comes to nothing reads "fewer than 5": 0 is not told from 1 to 4,
// since "nobody" is a fact about everybody in a small group. Every total and rate is made of what is shown, never of
// the true counts.
//
//   true counts      3   4   1   12   2     C (added up)   3   7   8   20   22
//   shown            -   5   -   15   -     whole fives    0   5   5   20   20
//
// This is suppression of small counts (primary), with the remainder of each put where subtracting the others from a
// total does not find it (complementary), in the form of controlled rounding. Sources: Government Statistical Service,
// "Guidance for tables produced from administrative sources" and "from surveys" (threshold, secondary suppression,
// rounding, differencing); Hundepool and others, "Statistical Disclosure Control" (2012), chapter 5.
//
// Why no number of questions gives a small count away:
//
// A count is only ever seen through floor(C / 5) before and after it. Take one that is truly 1 to 4. Where nothing was
// shown for it, any of 0 to 4 fits: the rows before it may have ended on a whole five, and the next row that shows
// something makes up the rest. Where 5 was shown, it is not the first of its series (C would have been under 5), so the
// rows before it may have left 0 to 4, and any of 1 to 9 fits. 10 or more is never shown for it.
//
// Quarters are asked for whole, and a series starts anew with each, so that longer or shorter times add or leave out
// quarters and cut none. The rows of one quarter are the same in each answer.
//
// By week, pathway or practitioner, a quarter comes to the same total, floor(C / 5) * 5 of all: one way of cutting it
// says nothing about another. Two at once (the weeks of one practitioner) are refused.
//
// Whatever is worked out from what is shown, in whichever format, says no more than what is shown.
//
// What remains. Kinds that overlap ("support" and "late" are both of the same sessions) bound each other, without
// giving a value. The stream of live events names the kind of each as it is recorded, so that whoever follows it knows
// how many sessions an area records in all; and whoever reads a report before and after each of them can learn where a
// remainder stood. Against that there is only who may read reports.
#pragma once
#include "arena.h"
#include "records.h"

enum {
  SHOWN_LEAST = 5,       // the base: what is shown is a multiple of it
  RATE_LEAST = 20,       // a rate of fewer says more about remainders than about people
  PART_COUNTS_MOST = 24, // kinds of counts in a report
};
#define SUPPRESSED "fewer than 5"

// One row of a report: a week, a pathway, a practitioner, or (NULL) the whole.
struct part {
  const char *name;
  uint32_t shown[PART_COUNTS_MOST]; // multiples of SHOWN_LEAST
  uint32_t kinds;                   // bits of the counts that such a row has at all: of the others the query gives NULL
  const char *detail;               // what the query gave behind the counts, as it is; NULL: nothing
};
struct parts {
  struct part *all; // by name, the whole last; those of which nothing may be shown are left out, but for the whole
  size_t n;
};

// `rows` are a quarter and a part, which together order them (NULL last), `n_counts` counts, and perhaps one value
// more. Parts of several quarters are added up. The result lives as long as the arena and the rows.
struct parts suppression_apply(struct arena *a, const struct rows *rows, size_t n_counts);
// Of the kinds of counts that are bits of `kinds`, together.
uint32_t part_sum(const struct part *p, uint32_t kinds);
