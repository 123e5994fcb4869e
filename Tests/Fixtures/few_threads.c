/*
 * few_threads.c: no plugin, but preloaded into a worker (LD_PRELOAD) to play a limit of tasks.
 * pthread_create fails with EAGAIN after the first FIXTURE_THREAD_LIMIT threads, and as long as the
 * file exists that FIXTURE_NO_THREADS names. (RLIMIT_NPROC does not bind root.)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int made;

__attribute__((visibility("default"))) int pthread_create(
    pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *), void *argument) {
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    const char *file = getenv("FIXTURE_NO_THREADS"), *limit = getenv("FIXTURE_THREAD_LIMIT");
    if (file && access(file, F_OK) == 0) return EAGAIN;
    if (limit && atomic_fetch_add(&made, 1) >= atoi(limit)) return EAGAIN;
    return real(thread, attributes, body, argument);
}
