#define _GNU_SOURCE
#include "cthreads.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The clock of a thread of this process: clock_getres(2), "Dynamic clocks" and the kernel's
 * CPUCLOCK_PERTHREAD_MASK | CPUCLOCK_SCHED. A pthread_t could not be asked for a thread that has ended. */
static clockid_t clock_of(pid_t thread) { return (clockid_t)((~(unsigned)thread << 3) | 6); }

pid_t cthreads_self(void) { return gettid(); }

int cthreads_look(pid_t thread, uint64_t *used) {
    struct timespec time;
    if (clock_gettime(clock_of(thread), &time) != 0) return -1;
    *used = (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
    char path[64], text[128];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t count = read(file, text, sizeof text);
    close(file);
    /* The name is of up to 15 bytes, in parentheses. */
    const char *end = count > 0 ? memrchr(text, ')', (size_t)count) : NULL;
    return end && end + 2 < text + count ? end[2] : 0;
}
