// Frames as they are sent and received, put together and taken apart without a copy too many.
#include "bus_socket.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  KEEP_BYTES = 256 << 10, // a frame's memory beyond this is given back after sending
  VARINT_BYTES = 10,
  ENVELOPES_TAG = 1 << 3 | 2, // Bundle.envelopes: field 1, length-delimited
};

static size_t write_varint(uint8_t *out, uint64_t value) {
  size_t n = 0;
  for (; value >= 0x80; value >>= 7) out[n++] = (uint8_t)value | 0x80;
  out[n++] = (uint8_t)value;
  return n;
}

static uint8_t *reserve(struct bus_frame *f, size_t size_bytes) {
  if (f->size_bytes + size_bytes > f->cap_bytes) {
    f->cap_bytes = 2 * (f->size_bytes + size_bytes);
    f->data = realloc(f->data, f->cap_bytes);
    if (!f->data) abort();
  }
  return f->data + f->size_bytes;
}

void bus_frame_add(struct bus_frame *f, const Envelope *e, size_t packed_bytes) {
  uint8_t *at = reserve(f, 1 + VARINT_BYTES + packed_bytes);
  *at++ = ENVELOPES_TAG;
  at += write_varint(at, packed_bytes);
  at += envelope__pack(e, at);
  f->size_bytes = (size_t)(at - f->data);
}

void bus_frame_add_packed(struct bus_frame *f, const uint8_t *piece, size_t piece_bytes) {
  memcpy(reserve(f, piece_bytes), piece, piece_bytes);
  f->size_bytes += piece_bytes;
}

bool bus_frame_send(struct bus_frame *f, void *zmq) {
  int sent;
  while ((sent = zmq_send(zmq, f->data, f->size_bytes, ZMQ_DONTWAIT)) < 0 && zmq_errno() == EINTR) continue;
  if (sent < 0) return false;
  f->size_bytes = 0;
  if (f->cap_bytes > KEEP_BYTES) bus_frame_free(f);
  return true;
}

void bus_frame_free(struct bus_frame *f) {
  free(f->data);
  *f = (struct bus_frame){0};
}

// --- Published

enum {
  AREA = 1 << 3 | 2,
  LAST = 2 << 3,
  LIST = 3 << 3 | 2
};

static size_t write_bytes(uint8_t *out, uint8_t tag, const void *data, size_t size_bytes) {
  size_t n = 1;
  out[0] = tag;
  n += write_varint(out + n, size_bytes);
  if (size_bytes) memcpy(out + n, data, size_bytes);
  return n + size_bytes;
}

static size_t varint_size(uint64_t value) {
  uint8_t written[VARINT_BYTES];
  return write_varint(written, value);
}

size_t bus_published_size(const struct bus_published *p) {
  return 3 + varint_size(p->area_bytes) + p->area_bytes + varint_size(p->last) + varint_size(p->list_bytes) +
         p->list_bytes;
}

void bus_published_write(const struct bus_published *p, uint8_t *out) {
  out += write_bytes(out, AREA, p->area, p->area_bytes);
  *out++ = LAST;
  out += write_varint(out, p->last);
  write_bytes(out, LIST, p->list, p->list_bytes);
}

struct reader {
  const uint8_t *at, *end;
};

static bool read_varint(struct reader *r, uint64_t *out) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
    uint8_t byte = *r->at++;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) {
      *out = value;
      return true;
    }
  }
  return false;
}

static bool read_bytes(struct reader *r, const uint8_t **data, size_t *size_bytes) {
  uint64_t n;
  if (!read_varint(r, &n) || n > (size_t)(r->end - r->at)) return false;
  *data = r->at;
  *size_bytes = n;
  r->at += n;
  return true;
}

bool bus_published_read(const uint8_t *data, size_t size_bytes, struct bus_published *out) {
  struct reader r = {data, data + size_bytes};
  struct bus_published p = {0};
  const uint8_t *area = NULL;
  while (r.at < r.end) {
    uint64_t tag;
    bool read = read_varint(&r, &tag);
    if (read && tag == AREA && !area)
      read = read_bytes(&r, &area, &p.area_bytes);
    else if (read && tag == LAST)
      read = read_varint(&r, &p.last);
    else if (read && tag == LIST && !p.list)
      read = read_bytes(&r, &p.list, &p.list_bytes);
    else
      return false; // a field that Published does not have, or one that it has once only
    if (!read) return false;
  }
  if (!area) return false;
  p.area = (const char *)area;
  *out = p;
  return true;
}
