// What the two programs of the floor say to each other: a bundle of requests, of so many bytes each, that begin with
// the number of their connection; and back, a bundle of replies that begin with it.
#pragma once
#include <stdint.h>

enum {
  FLOOR_REQUEST_BYTES = 700, // as an envelope with RecordSession has them, and its reply
  FLOOR_REPLY_BYTES = 500,
  FLOOR_BUNDLE = 1024, // requests in one bundle, at most
};
typedef uint16_t floor_connection;
