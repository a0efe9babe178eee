// Reports as CSV (RFC 4180), for spreadsheets.
#pragma once
#include "json.h"
#include <protobuf-c/protobuf-c.h>

// Appends a Report: a line of column titles, then a line per row. A text that a spreadsheet would take for a formula
// gets an apostrophe in front.
void csv_write(struct buffer *out, const ProtobufCMessage *report);
