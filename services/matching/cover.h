// While a mentor is away another covers their matches: they see the person for that time and write notes of their own,
// and take up no place. The match stays the first one's.
#pragma once
#include "matching.h"

// The match is over, or its records are deleted: the covering mentor has the person no longer.
void cover_over(struct change *c, const Offer *offer);
