/*
 * json.h: looks into JSON that the worker has checked already, in place and without copies.
 *
 * Enough for a few arguments; for more take a library, such as jansson, cJSON or nlohmann-json.
 */
#ifndef JSON_H
#define JSON_H

#include <stddef.h>

#include "universal_worker_plugin.h"

/* Skips white space and what stands between values. */
static inline const char *json_next(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r' || *at == ',' || *at == ':')) at++;
    return at;
}

/* The end of the string that begins at `at`. */
static inline const char *json_string_end(const char *at, const char *end) {
    for (at++; at < end && *at != '"'; at++) at += *at == '\\';
    return at < end ? at + 1 : end;
}

/* The end of the value that begins at `at`. */
static inline const char *json_value_end(const char *at, const char *end) {
    for (int depth = 0; at < end;) {
        if (*at == '"') {
            at = json_string_end(at, end);
            continue;
        }
        const int is_end = *at == ']' || *at == '}';
        if (depth == 0 && (is_end || json_next(at, end) > at)) return at;
        depth += (*at == '[' || *at == '{') - is_end;
        at++;
    }
    return at;
}

/* Whether a string spells a word of ASCII; letters may be written as in "\u0061". */
static inline int json_spells(const char *at, const char *end, const char *word) {
    for (at++; at < end - 1; word++) {
        int letter = *at++;
        if (letter == '\\') {
            if (*at++ != 'u') return 0;
            letter = 0;
            for (int digit = 0; digit < 4; digit++, at++)
                letter = letter * 16 + (*at <= '9' ? *at - '0' : (*at | 32) - 'a' + 10);
        }
        if (*word == 0 || letter != *word) return 0;
    }
    return *word == 0;
}

/* The value of a member, as it stands there; the last one counts. Of length 0 if there is none. */
static inline uw_text json_member(uw_text object, const char *name) {
    uw_text found = {NULL, 0};
    const char *at = object.data, *end = at + object.length;
    at = json_next(at, end);
    if (at == end || *at != '{') return found;
    while ((at = json_next(at + 1, end)) < end && *at == '"') {
        const char *key = at, *key_end = json_string_end(at, end);
        const char *value = json_next(key_end, end);
        at = json_value_end(value, end);
        if (json_spells(key, key_end, name)) {
            found.data = value;
            found.length = (size_t)(at - value);
        }
        at--;
    }
    return found;
}

/* An item of an array, from 0 on, as it stands there. Of length 0 if there is none. */
static inline uw_text json_item(uw_text array, size_t index) {
    uw_text found = {NULL, 0};
    const char *at = array.data, *end = at + array.length;
    at = json_next(at, end);
    if (at == end || *at != '[') return found;
    while ((at = json_next(at + 1, end)) < end && *at != ']') {
        const char *value = at;
        at = json_value_end(value, end);
        if (index-- == 0) {
            found.data = value;
            found.length = (size_t)(at - value);
            break;
        }
        at--;
    }
    return found;
}

/* Whether a value is a string of at most `most` bytes; what stands between its quotes, escapes and all. */
static inline int json_string(uw_text value, size_t most, uw_text *inner) {
    if (value.length < 2 || value.data[0] != '"' || value.length - 2 > most) return 0;
    inner->data = value.data + 1;
    inner->length = value.length - 2;
    return 1;
}

/* Whether a value is a whole number from 0 to `most`, below a million. */
static inline int json_count(uw_text value, unsigned long most, unsigned long *count) {
    unsigned long number = 0;
    if (value.length == 0 || value.length > 6) return 0;
    for (size_t index = 0; index < value.length; index++) {
        if (value.data[index] < '0' || value.data[index] > '9') return 0;
        number = number * 10 + (unsigned long)(value.data[index] - '0');
    }
    if (number > most) return 0;
    *count = number;
    return 1;
}

#endif
