/* Just enough JSON for plugin.c: a growing buffer, and slices of text that the worker has checked. */
#ifndef PLUGIN_JSON_H
#define PLUGIN_JSON_H

#include <universal_worker_plugin.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct buffer {
    char *data;
    size_t length, capacity;
};

static inline char *grow(struct buffer *buffer, size_t more) {
    if (buffer->length + more > buffer->capacity) {
        buffer->capacity = (buffer->length + more) * 2;
        buffer->data = realloc(buffer->data, buffer->capacity);
        if (!buffer->data) abort();
    }
    buffer->length += more;
    return buffer->data + buffer->length - more;
}

static inline void clear(struct buffer *buffer) { buffer->length = 0; }

static inline void append(struct buffer *buffer, uw_text text) {
    if (text.length) memcpy(grow(buffer, text.length), text.data, text.length);
}

static inline void append_text(struct buffer *buffer, const char *text) {
    append(buffer, (uw_text){text, strlen(text)});
}

__attribute__((format(printf, 2, 3))) static inline void append_format(
    struct buffer *buffer, const char *format, ...) {
    char line[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    append_text(buffer, line);
}

/* A JSON string of count times x. */
static inline void append_repeated(struct buffer *buffer, long count) {
    append_text(buffer, "\"");
    memset(grow(buffer, (size_t)count), 'x', (size_t)count);
    append_text(buffer, "\"");
}

static inline const char *skip_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) at++;
    return at;
}

/* From the first byte of a value to the byte after it. */
static inline const char *skip_value(const char *at, const char *end) {
    size_t depth = 0;
    do {
        if (*at == '"') {
            for (at++; at < end && *at != '"'; at++) at += *at == '\\';
            at++;
        } else if (*at == '{' || *at == '[') {
            depth++, at++;
        } else if (*at == '}' || *at == ']') {
            depth--, at++;
        } else if (depth) {
            at++;
        } else {
            while (at < end && !strchr(" \t\r\n,]}", *at)) at++;
        }
    } while (depth && at < end);
    return at;
}

/* Takes the first element off an array (or off what is left of one); 0 at its end. */
static inline int element(uw_text *array, uw_text *item) {
    const char *end = array->data + array->length;
    const char *at = array->length ? skip_space(array->data + 1, end) : end;
    if (at >= end || *at == ']') return 0;
    item->data = at;
    item->length = (size_t)(skip_value(at, end) - at);
    const char *rest = skip_space(at + item->length, end);
    *array = (uw_text){rest, (size_t)(end - rest)};
    return 1;
}

static inline unsigned hex4(const char *at) {
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
        char digit = at[i];
        code = code * 16 + (unsigned)(digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10);
    }
    return code;
}

static inline void append_scalar(struct buffer *out, unsigned code) {
    char *at = grow(out, code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
    if (code < 0x80) {
        at[0] = (char)code;
    } else if (code < 0x800) {
        at[0] = (char)(0xc0 | code >> 6), at[1] = (char)(0x80 | (code & 63));
    } else if (code < 0x10000) {
        at[0] = (char)(0xe0 | code >> 12), at[1] = (char)(0x80 | (code >> 6 & 63));
        at[2] = (char)(0x80 | (code & 63));
    } else {
        at[0] = (char)(0xf0 | code >> 18), at[1] = (char)(0x80 | (code >> 12 & 63));
        at[2] = (char)(0x80 | (code >> 6 & 63)), at[3] = (char)(0x80 | (code & 63));
    }
}

/* Appends what a JSON string says. */
static inline void decode_string(uw_text string, struct buffer *out) {
    const char *at = string.data + 1, *end = string.data + string.length - 1;
    while (at < end) {
        if (*at != '\\') {
            append(out, (uw_text){at++, 1});
            continue;
        }
        char kind = at[1];
        at += 2;
        if (kind != 'u') {
            const char *from = "bfnrt", *found = strchr(from, kind);
            append(out, (uw_text){found ? &"\b\f\n\r\t"[found - from] : at - 1, 1});
            continue;
        }
        unsigned code = hex4(at);
        at += 4;
        if (code >= 0xd800 && code < 0xdc00) {
            code = 0x10000 + ((code - 0xd800) << 10) + (hex4(at + 2) - 0xdc00);
            at += 6;
        }
        append_scalar(out, code);
    }
}

/* The value of a key in an object, of a repeated key the last; data is NULL if there is none. */
static inline uw_text member(uw_text object, const char *key) {
    uw_text found = {NULL, 0};
    const char *at = object.data, *end = object.data + object.length;
    struct buffer name = {0};
    for (at = skip_space(at + 1, end); at < end && *at == '"'; at = skip_space(at, end)) {
        uw_text raw = {at, (size_t)(skip_value(at, end) - at)};
        clear(&name);
        decode_string(raw, &name);
        at = skip_space(at + raw.length, end);
        at = skip_space(at + 1, end); /* : */
        uw_text value = {at, (size_t)(skip_value(at, end) - at)};
        if (name.length == strlen(key) && memcmp(name.data, key, name.length) == 0) found = value;
        at = skip_space(at + value.length, end);
        if (at < end && *at == ',') at++;
    }
    free(name.data);
    return found;
}

static inline double number(uw_text text) {
    char copy[64] = "";
    if (text.length < sizeof copy) memcpy(copy, text.data ? text.data : "", text.length);
    return strtod(copy, NULL);
}

static inline long integer(uw_text text, long otherwise) {
    return text.data ? (long)number(text) : otherwise;
}

#endif
