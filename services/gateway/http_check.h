// What a parsed head must satisfy beyond the grammar.
#pragma once
#include "http_reader.h"

// Status 0 where all is well. Reads the reader's spans, target, parser and lengths.
struct http_fault http_check(const struct http_reader *r);
