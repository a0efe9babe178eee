// YAML files into protobuf messages, by the same descriptors as JSON: pathways, areas, peers.
#pragma once
#include "arena.h"
#include "err.h"
#include <stddef.h>

// Reads the file into a new message in the arena. On a fault answers NULL and writes "FILE:LINE: what is wrong" to
// `errors`. Field names and values as in JSON; lower-case names of enumerators are accepted.
void *yaml_read_file(struct arena *a, const ProtobufCMessageDescriptor *type, const char *path, char *errors,
                     size_t errors_bytes);

// The same, for files whose values must also suit each other. `check` sees the message that was read; the error that it
// answers names its field by JSON pointer, and so gets its line.
typedef struct err yaml_check_fn(struct arena *a, const void *message, const void *context);
void *yaml_read_checked(struct arena *a, const ProtobufCMessageDescriptor *type, const char *path, yaml_check_fn *check,
                        const void *context, char *errors, size_t errors_bytes);
