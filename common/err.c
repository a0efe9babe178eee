#include "err.h"

const char *code_name(Code code) {
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(&code__descriptor, (int)code);
  return value ? value->name : "INTERNAL";
}
