// Becoming the environment's Python, before anything else has run.
#define _GNU_SOURCE
#include "dropin.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/auxv.h>

DROPIN_BARE

const char *dropin_own_path(int count, char **arguments, char **environment) {
    while (*environment != NULL) environment++;
    // The kernel's list of facts stands behind the variables.
    const unsigned long *fact = (const unsigned long *)(const void *)(environment + 1);
    while (*fact != AT_NULL && *fact != AT_EXECFN) fact += 2;
    const char *path = *fact == AT_EXECFN ? (const char *)fact[1] : NULL;
    // As the interpreter of a script (#!) we are told the script's path, which is an argument too:
    // the first, or the second behind an option of the #! line. Ours is argv[0] then.
    for (int index = 1; path != NULL && index < count && index <= 2; index++)
        if (dropin_equal(path, arguments[index])) return arguments[0];
    return path;
}

/// Appends a text to a line, with control characters as `?`.
static unsigned long append(char *line, unsigned long length, const char *text) {
    for (; *text != 0 && length < PATH_MAX + 100; text++)
        line[length++] = (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text;
    return length;
}

void dropin_decide(int count, char **arguments, char **environment, const char *own) {
    if (own == NULL) return;
    // An option is no file, so that the start of a worker is not held up by a look for one.
    const _Bool is_file = count > 1 && arguments[1][0] != '-'
                          && syscall(SYS_faccessat, AT_FDCWD, arguments[1], F_OK) == 0;
    if (clinux_is_for_worker(count, arguments, own, is_file)) return;
    dropin_path found;
    char line[PATH_MAX + 200];
    unsigned long length = append(line, 0, "universal-worker: ");
    if (dropin_find(own, &found)) {
        (void)syscall(SYS_execve, found.text, arguments, environment);
        length = append(line, length, "cannot run ");
        length = append(line, length, found.text);
    } else {
        length = append(line, length, "there is no Python beside ");
        length = append(line, length, own);
    }
    static const char rest[] = ", and without --module this is no command line of the worker's\n";
    for (const char *text = rest; *text != 0; text++) line[length++] = *text;
    (void)syscall(SYS_write, 2, line, length);
    (void)syscall(SYS_exit_group, 127);
}

DROPIN_BARE_END
