#define _GNU_SOURCE
#include "cthreads.h"

#include <errno.h>

int cthreads_sem_wait_until(sem_t *semaphore, const struct timespec *deadline) {
    return sem_clockwait(semaphore, CLOCK_MONOTONIC, deadline) == 0 ? 0 : errno;
}
