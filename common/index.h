// How indexes lie in Redis.
//
// An index is named "<kind>", or "<kind>/<owner>": there are as many of the second sort as there are owners, each with
// a few members ("sessions-of/X123456"). All indexes of one kind share one sorted set, whose members begin with their
// owner, so that what a batch of changes adds to hundreds of them is one call (a call for each costs Redis a quarter of
// all that it does for a session):
//
//   index "people", member "X123456"          {area}:index:people        X123456
//   index "sessions-of/X123456", member "m"   {area}:index:sessions-of   X123456/m
//
// An owner holds no '/'.
#pragma once
#include "resp.h"
#include <stdbool.h>

// Each writes one argument: the key of the set; the member as it is in the set; where a part that begins after the
// member `after` (empty: with the first) begins and ends, for ZRANGEBYLEX.
void index_key(struct resp *out, const char *area, const char *index);
void index_member(struct resp *out, const char *index, const char *member);
void index_from(struct resp *out, const char *index, const char *after);
void index_to(struct resp *out, const char *index);
// How many bytes of a member in the set come before the member itself.
size_t index_prefix_bytes(const char *index);
