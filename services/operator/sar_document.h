// The readable document of a subject access request, made of the JSON that the gateway collected and the template
// sar.html. Pure. Every text of a record is escaped.
#pragma once
#include "json.h"

// Appends the document. False: `json` is not such a bundle.
bool sar_document(struct buffer *out, const char *json, size_t json_bytes);
