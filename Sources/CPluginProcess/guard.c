/*
 * The guard of a plugin's process: its parent, and the subreaper of all that it starts.
 *
 * A fork of the worker that executes nothing: what a SIGKILL of the worker would leave behind, it ends.
 * It holds one descriptor, and nearly none of the worker's memory.
 */
#define _GNU_SOURCE
#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugin_process.h"

/*
 * All of it runs between fork and the end, with no memory but the stack. From `shed_memory` on nothing is
 * left of the dynamic linker, which binds functions at their first call: so there are no others than this
 * one, which was bound at the start.
 */
static long (*const volatile ask_kernel)(long, ...) = syscall;

static const char title[] = "uw-guard";

static int open_file(const char *path) {
    return (int)ask_kernel(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

/* A small file, read byte by byte. */
typedef struct source {
    int file;
    ssize_t count, next;
    char bytes[2048];
} source;

/* The next byte; -1 at the end. */
static int take(source *from) {
    if (from->next == from->count) {
        from->next = 0;
        from->count = ask_kernel(SYS_read, from->file, from->bytes, sizeof from->bytes);
        if (from->count <= 0) {
            from->count = 0;
            return -1;
        }
    }
    return (unsigned char)from->bytes[from->next++];
}

/* Reads a number, and what ends it. */
static uintptr_t take_number(source *from, unsigned base, int *after) {
    uintptr_t number = 0;
    for (;;) {
        const int byte = take(from);
        const unsigned digit = byte >= '0' && byte <= '9' ? (unsigned)byte - '0'
            : byte >= 'a' && byte <= 'f' ? (unsigned)byte - 'a' + 10 : 99;
        if (digit >= base) {
            *after = byte;
            return number;
        }
        number = number * base + digit;
    }
}

/* Sends SIGKILL to all children; whether their list can be read. */
static int kill_children(void) {
    source list = {.file = open_file("/proc/thread-self/children")};
    if (list.file < 0) return 0;
    int after;
    do {
        const uintptr_t child = take_number(&list, 10, &after);
        if (child > 0) (void)ask_kernel(SYS_kill, (pid_t)child, SIGKILL);
    } while (after >= 0);
    (void)ask_kernel(SYS_close, list.file);
    return 1;
}

/* Ends the process and all that is below it; what loses its parent meanwhile comes to us. */
static _Noreturn void end_all(pid_t process) {
    (void)ask_kernel(SYS_kill, -process, SIGKILL);
    (void)ask_kernel(SYS_kill, process, SIGKILL);
    /* Signals are blocked, so that a wait fails only if no child is left. */
    while (kill_children() && ask_kernel(SYS_wait4, -1, NULL, 0, NULL) > 0) {}
    for (;;) (void)ask_kernel(SYS_exit_group, 0);
}

/* A line of /proc/self/maps: where, and of which file, if of one. */
typedef struct mapping {
    uintptr_t start, end, file;
} mapping;

static int take_mapping(source *maps, mapping *line) {
    int after;
    line->start = take_number(maps, 16, &after);
    if (after != '-') return 0;
    line->end = take_number(maps, 16, &after);
    for (int skipped = 0; skipped < 3; skipped++) /* permissions, offset, device */
        while ((after = take(maps)) != ' ' && after >= 0) {}
    line->file = take_number(maps, 10, &after);
    if (line->file == 0 && after == ' ') {
        /* [stack], [vdso] and the like have a name, but no file. */
        while (after == ' ') after = take(maps);
        if (after == '[') {
            after = take(maps);
            if (after != 'h') line->file = 1; /* but not [heap] */
        }
    }
    while (after != '\n' && after >= 0) after = take(maps);
    return 1;
}

/* The file that an address of code lies in; 0 if it is not known. */
static uintptr_t file_of(uintptr_t address) {
    source maps = {.file = open_file("/proc/self/maps")};
    mapping line;
    uintptr_t found = 0;
    if (maps.file < 0) return 0;
    while (found == 0 && take_mapping(&maps, &line))
        if (line.start <= address && address < line.end) found = line.file;
    (void)ask_kernel(SYS_close, maps.file);
    return found;
}

/* Lets go of what is as the file has it: code, constants. It is read again if need be. See proc_pid_pagemap(5). */
static void drop_unchanged(int pagemap, const mapping *line) {
    enum { PAGE = 4096, BATCH = 64 };
    const uint64_t of_file = 1ULL << 61;
    uint64_t pages[BATCH];
    for (uintptr_t start = line->start; start < line->end;) {
        const long got = ask_kernel(
            SYS_pread64, pagemap, pages, sizeof pages, (off_t)(start / PAGE * sizeof *pages));
        if (got < (long)sizeof *pages) return;
        const size_t number = (size_t)got / sizeof *pages;
        for (size_t at = 0; at < number && start < line->end; at++, start += PAGE)
            if (pages[at] & of_file) (void)ask_kernel(SYS_madvise, start, PAGE, MADV_DONTNEED);
    }
}

/* A sanitizer's code is called everywhere, and has memory of its own. */
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { is_instrumented = 1 };
#else
enum { is_instrumented = 0 };
#endif

/* Gives back what only the worker needs: all but our own code and the C library's, and this thread's. */
static void shed_memory(void) {
    const uintptr_t own = file_of((uintptr_t)&shed_memory), library = file_of((uintptr_t)ask_kernel);
    source maps = {.file = open_file("/proc/self/maps")};
    if (own == 0 || library == 0 || maps.file < 0) return;
    const int pagemap = open_file("/proc/self/pagemap");
    const uintptr_t stack = (uintptr_t)&maps, thread = (uintptr_t)&errno;
    mapping line, former = {0, 0, 0};
    int kept = 0;
    while (take_mapping(&maps, &line)) {
        /* What is zero at first has no file; it lies behind what has one. */
        const int follows = line.file == 0 && kept && former.file != 0 && former.end == line.start;
        kept = line.file == own || line.file == library || line.file == 1 || follows
            || (line.start <= stack && stack < line.end)
            || (line.start <= thread && thread < line.end);
        if (!kept) (void)ask_kernel(SYS_munmap, line.start, line.end - line.start);
        if (kept && line.file > 1) drop_unchanged(pagemap, &line);
        former = line;
    }
    (void)ask_kernel(SYS_close, pagemap);
    (void)ask_kernel(SYS_close, maps.file);
}

/* Has lists of processes show what this is, and not a second worker. */
static void take_title(void) {
    source status = {.file = open_file("/proc/self/stat")};
    if (status.file < 0) return;
    int byte, after;
    while ((byte = take(&status)) != ')' && byte >= 0) {} /* our name has none */
    for (int spaces = 0; byte >= 0 && spaces < 46; spaces += byte == ' ') byte = take(&status);
    char *const start = (char *)take_number(&status, 10, &after);
    char *const end = (char *)take_number(&status, 10, &after);
    (void)ask_kernel(SYS_close, status.file);
    if (byte < 0 || after != ' ' || start == NULL || end < start + sizeof title) return;
    memset(start, 0, (size_t)(end - start));
    memcpy(start, title, sizeof title);
}

int uwp_guard_prepare(pid_t worker) {
    sigset_t all;
    sigfillset(&all);
    uwp_default_signals(&all);
    (void)setpgid(0, 0); /* a kill of the worker's group is not to reach us */
    (void)prctl(PR_SET_NAME, title);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (prctl(PR_SET_PDEATHSIG, SIGUSR1) != 0) return -1;
    if (getppid() != worker) _exit(1); /* it may have ended before that */
    return 0;
}

void uwp_guard_run(pid_t worker, pid_t process, int told) {
    (void)dup2(told, 0);
    /* Kernels before 5.9 lack close_range. */
    if (syscall(SYS_close_range, 1U, ~0U, 0) != 0)
        for (int descriptor = 1; descriptor < 65536; descriptor++) (void)close(descriptor);
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    take_title();
    if (!is_instrumented) shed_memory();
    const uint64_t awaited = 1ULL << (SIGCHLD - 1) | 1ULL << (SIGUSR1 - 1);
    for (;;) {
        if (ask_kernel(SYS_getppid) != worker) end_all(process);
        int status;
        long ended;
        while ((ended = ask_kernel(SYS_wait4, -1, &status, WNOHANG, NULL)) > 0)
            if (ended == process) (void)ask_kernel(SYS_write, 0, &status, sizeof status);
        (void)ask_kernel(SYS_rt_sigtimedwait, &awaited, NULL, NULL, sizeof awaited);
    }
}
