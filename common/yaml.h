// YAML files into protobuf messages, by the same descriptors as JSON: pathways, areas, peers.
#pragma once
#include "arena.h"
#include <stddef.h>

// Reads the file into a new message in the arena. On a fault answers NULL and writes "FILE:LINE: what is wrong" to
// `errors`. Field names and values as in JSON; lower-case names of enumerators are accepted.
void *yaml_read_file(struct arena *a, const ProtobufCMessageDescriptor *type, const char *path, char *errors,
                     size_t errors_bytes);
