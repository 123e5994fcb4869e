/*
 * fixture.h: what the fixture plugins share. Header only, so that each fixture is one source file.
 *
 * The scanner below is naive on purpose: the tests write the JSON that it reads.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <universal_worker_plugin.h>

/* The head of a table that is in order. */
#define FX_HEAD                                                                                   \
    .abi_major = UW_ABI_MAJOR, .abi_minor = UW_ABI_MINOR, .struct_size = sizeof(uw_plugin)

#define FX_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A string literal with its length, NUL bytes inside included. */
#define FX_TEXT(literal) {(literal), sizeof(literal) - 1}

/* The value behind the last `"key":` in a JSON object, or NULL. */
static inline const char *fx_value(uw_text json, const char *key) {
    char quoted[64];
    int length = snprintf(quoted, sizeof quoted, "\"%s\"", key);
    const char *at = json.data, *end = json.data + json.length, *found = NULL;
    while (at && (at = memmem(at, (size_t)(end - at), quoted, (size_t)length))) {
        at += length;
        const char *value = at;
        while (value < end && (*value == ' ' || *value == ':')) value++;
        if (value > at && value < end) found = value;
    }
    return found;
}

/* Copies the string value of a key, without escapes; "" where there is none. */
static inline const char *fx_string(uw_text json, const char *key, char *buffer, size_t size) {
    const char *value = fx_value(json, key), *end = json.data + json.length;
    size_t length = 0;
    if (value && *value == '"') {
        for (value++; value < end && *value != '"' && length + 1 < size; value++)
            buffer[length++] = *value;
    }
    buffer[length] = 0;
    return buffer;
}

static inline long fx_number(uw_text json, const char *key, long otherwise) {
    const char *value = fx_value(json, key), *end = json.data + json.length;
    if (!value) return otherwise;
    bool negative = *value == '-';
    if (negative) value++;
    long number = 0;
    if (value == end || *value < '0' || *value > '9') return otherwise;
    for (; value < end && *value >= '0' && *value <= '9'; value++)
        number = number * 10 + (*value - '0');
    return negative ? -number : number;
}

/* Tells a test that this point is reached: one line into the FIFO, which the test holds open. */
static inline void fx_announce(const char *path, const char *text) {
    if (!path || !*path) return;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    dprintf(fd, "%s\n", text);
    close(fd);
}

/* Waits until a test writes a byte into the FIFO, or lets go of it. Each byte frees one waiter. */
static inline void fx_wait(const char *path) {
    if (!path || !*path) return;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    char byte;
    while (read(fd, &byte, 1) < 0 && errno == EINTR) {}
    close(fd);
}

/* Announces at the FIFO "announce" and waits at the FIFO "gate" of a JSON object, if given. */
static inline void fx_gate(uw_text json, const char *text) {
    char path[512];
    fx_announce(fx_string(json, "announce", path, sizeof path), text);
    fx_wait(fx_string(json, "gate", path, sizeof path));
}

/* The same at the FIFOs that FIXTURE_<WHERE>_ANNOUNCE and FIXTURE_<WHERE>_GATE name. */
static inline void fx_gate_in_environment(const char *where) {
    char name[64];
    snprintf(name, sizeof name, "FIXTURE_%s_ANNOUNCE", where);
    fx_announce(getenv(name), where);
    snprintf(name, sizeof name, "FIXTURE_%s_GATE", where);
    fx_wait(getenv(name));
}

/* Appends a line to the file that FIXTURE_TRACE names: outlives the worker. */
static inline void fx_trace(const char *text) {
    const char *path = getenv("FIXTURE_TRACE");
    if (!path) return;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return;
    dprintf(fd, "%s\n", text);
    close(fd);
}

/* Finishes with JSON (or a message) that printf makes. */
__attribute__((format(printf, 4, 5))) static inline uw_status fx_finish(
    const uw_host *host, uw_call_id call, uw_status status, const char *format, ...) {
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return host->finish(call, status, text, (size_t)length);
}

/* Finishes with {"args":…,"kwargs":…}. */
static inline uw_status fx_echo(const uw_host *host, const uw_call *call) {
    static const char head[] = "{\"args\":", middle[] = ",\"kwargs\":", tail[] = "}";
    size_t size = sizeof head + sizeof middle + sizeof tail - 3;
    char *text = malloc(size + call->args.length + call->kwargs.length);
    if (!text) return UW_ERROR;
    char *end = mempcpy(text, head, sizeof head - 1);
    end = mempcpy(end, call->args.data, call->args.length);
    end = mempcpy(end, middle, sizeof middle - 1);
    end = mempcpy(end, call->kwargs.data, call->kwargs.length);
    end = mempcpy(end, tail, sizeof tail - 1);
    host->finish(call->id, UW_OK, text, (size_t)(end - text));
    free(text);
    return UW_OK;
}

/* What uw_plugin_entry answers for an array of tables: the one whose name is the class. */
static inline uw_status fx_choose(
    const uw_plugin *classes, size_t count, const uw_host *host, uw_text class_name, uw_reply reply,
    const uw_plugin **plugin) {
    char names[1024] = "";
    for (size_t i = 0; i < count; i++) {
        const char *name = classes[i].name;
        size_t length = strlen(name);
        if (length == class_name.length && !memcmp(name, class_name.data, length)) {
            *plugin = &classes[i];
            return UW_OK;
        }
        if (i) strcat(names, ", ");
        strncat(names, name, sizeof names - strlen(names) - 3);
    }
    host->reply(reply, names, UW_NTS);
    return UW_UNKNOWN_CLASS;
}

#endif
