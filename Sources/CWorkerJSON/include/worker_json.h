#ifndef WORKER_JSON_H
#define WORKER_JSON_H
#include <stddef.h>
int worker_json_probe(const char *text, size_t length);
#endif
