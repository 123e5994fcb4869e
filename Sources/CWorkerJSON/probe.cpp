#include <simdjson.h>
extern "C" {
#include "worker_json.h"
int worker_json_probe(const char *text, size_t length) { return simdjson::validate_utf8(text, length); }
}
