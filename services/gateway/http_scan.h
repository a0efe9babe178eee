// Finds the end of a request's head, and refuses bytes there on which servers disagree.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum http_scan {
  HTTP_SCAN_MORE,
  HTTP_SCAN_END,
  HTTP_SCAN_REFUSED
};
// `*at` is where to go on: 0 at first, then as it was left. At END it is the size of the head with its empty line.
enum http_scan http_scan(const char *head, size_t size_bytes, size_t *at);
