// openapi.json, made from the route table and the messages' descriptors, so that it cannot drift from what is served.
#pragma once
#include "json.h"

// Appends the document (OpenAPI 3.1).
void openapi_write(struct buffer *out);
