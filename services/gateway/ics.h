// Meetings as iCalendar (RFC 5545), for the calendar of a phone.
#pragma once
#include "json.h"
#include <protobuf-c/protobuf-c.h>

// Appends MyMeetings as one VCALENDAR with a VEVENT each. Calendars show on lock screens and are shared: an entry says
// when and where, in neutral words, and never with whom, whatever the message holds. Times are UTC; the UID is the
// appointment's, so that a meeting which was moved within it moves, and one that is cancelled is gone. Lines are folded
// at 75 octets, between characters.
void ics_write(struct buffer *out, const ProtobufCMessage *my_meetings);
