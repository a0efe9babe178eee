#include "ics.h"
#include "matching.pb-c.h"
#include <assert.h>
#include <string.h>
#include <time.h>

enum {
  LINE_OCTETS = 75, // without its end (RFC 5545, 3.1)
  STAMP_BYTES = 17  // 20260302T100000Z
};

static bool continues_character(char c) {
  return ((unsigned char)c & 0xc0) == 0x80;
}

// As many octets of `text` as fit into a line of `room`, and end between two characters.
static size_t piece(const char *text, size_t room) {
  size_t n = strlen(text);
  if (n <= room) return n;
  n = room;
  while (n && continues_character(text[n])) n--;
  return n;
}

static void write_line(struct buffer *out, const char *line) {
  size_t n = piece(line, LINE_OCTETS);
  buffer_add(out, line, n);
  for (line += n; *line; line += n) {
    n = piece(line, LINE_OCTETS - 1);
    buffer_text(out, "\r\n ");
    buffer_add(out, line, n);
  }
  buffer_text(out, "\r\n");
}

static void add_escaped(struct buffer *line, const char *text) {
  for (const char *c = text; *c; c++) {
    if (*c == '\r') continue;
    if (strchr("\\;,", *c)) buffer_text(line, "\\");
    if (*c == '\n')
      buffer_text(line, "\\n");
    else
      buffer_add(line, c, 1);
  }
}

static void write_text(struct buffer *out, const char *name, const char *text) {
  struct buffer line = {0};
  buffer_text(&line, name);
  buffer_text(&line, ":");
  add_escaped(&line, text);
  buffer_add(&line, "", 1);
  write_line(out, line.data);
  buffer_free(&line);
}

static void write_time(struct buffer *out, const char *name, const Google__Protobuf__Timestamp *at) {
  if (!at) return;
  char stamp[STAMP_BYTES];
  struct tm t;
  time_t seconds = (time_t)at->seconds;
  gmtime_r(&seconds, &t);
  strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &t);
  buffer_printf(out, "%s:%s\r\n", name, stamp);
}

static void write_meeting(struct buffer *out, const MyMeetings *list, const MyMeeting *meeting) {
  bool in_welsh = list->language == LANGUAGE__WELSH;
  write_line(out, "BEGIN:VEVENT");
  write_text(out, "UID", meeting->appointment_id);
  write_time(out, "DTSTAMP", list->read_at);
  write_time(out, "DTSTART", meeting->starts_at);
  write_time(out, "DTEND", meeting->ends_at);
  write_text(out, "SUMMARY", in_welsh ? "Alongside: cyfarfod" : "Alongside: meeting");
  if (*meeting->place) write_text(out, "LOCATION", meeting->place);
  write_line(out, "CLASS:PRIVATE");
  write_line(out, "END:VEVENT");
}

void ics_write(struct buffer *out, const ProtobufCMessage *message) {
  assert(message->descriptor == &my_meetings__descriptor);
  const MyMeetings *list = (const MyMeetings *)message;
  write_line(out, "BEGIN:VCALENDAR");
  write_line(out, "VERSION:2.0");
  write_line(out, "PRODID:-//Alongside//Meetings//EN");
  write_line(out, "X-WR-CALNAME:Alongside");
  write_line(out, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
  write_line(out, "X-PUBLISHED-TTL:PT1H");
  for (size_t i = 0; i < list->n_meetings; i++) write_meeting(out, list, list->meetings[i]);
  write_line(out, "END:VCALENDAR");
}
