// What the files of the drop-in share. All of it runs before the C library and the sanitizers are
// ready, so it uses bare system calls, and nothing else.
#ifndef DROPIN_H
#define DROPIN_H

#include "clinux_dropin.h"

#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DROPIN_BARE \
    _Pragma( \
        "clang attribute push(__attribute__((no_sanitize(\"address\", \"thread\"))), apply_to = function)")
#define DROPIN_BARE_END _Pragma("clang attribute pop")

DROPIN_BARE

/// A path while it is put together.
typedef struct {
    char text[PATH_MAX];
} dropin_path;

/// Looks for the Python that the binary under the path `own` stands for; false if there is none.
_Bool dropin_find(const char *own, dropin_path *found);

/// The path by which this process was started, links in it unresolved; NULL where it is unknown.
const char *dropin_own_path(int count, char **arguments, char **environment);

/// Becomes Python, by an exec, if the command line is none of the worker's; else returns.
void dropin_decide(int count, char **arguments, char **environment, const char *own);

static inline _Bool dropin_begins(const char *text, const char *beginning) {
    while (*beginning != 0)
        if (*text++ != *beginning++) return 0;
    return 1;
}

static inline _Bool dropin_equal(const char *one, const char *other) {
    while (*one != 0 && *one == *other) one++, other++;
    return *one == *other;
}

static inline unsigned long dropin_length(const char *text) {
    const char *end = text;
    while (*end != 0) end++;
    return (unsigned long)(end - text);
}

/// What stands behind the last slash.
static inline const char *dropin_name(const char *path) {
    const char *name = path;
    for (; *path != 0; path++)
        if (*path == '/') name = path + 1;
    return name;
}

DROPIN_BARE_END

#endif
