/* What Swift's view of glibc leaves out: semaphores with a monotonic deadline, epoll, eventfd,
 * malloc_trim and what malloc notes when memory is freed; and the end of a thread. */
#ifndef CTHREADS_H
#define CTHREADS_H

#include <malloc.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

/* Takes a piece of memory, and frees it untouched; no compiler may leave that out. Any thread. */
static inline void cthreads_free_piece(size_t size) {
    void *volatile piece = malloc(size);
    free(piece);
}

/* Waits until the semaphore can be taken, or the deadline has passed.
 * Returns 0, or the error number: ETIMEDOUT, EINTR. Any thread. */
int cthreads_sem_wait_until(sem_t *_Nonnull semaphore, const struct timespec *_Nonnull deadline);

/* Has `function` called with `context` on the calling thread, should it end before it calls
 * cthreads_unwatch_end: by pthread_exit, or cancelled. `function` is the same in each call. From now
 * on the thread is not cancelled but where code that it runs enables that. Never fails in practice:
 * a process has 1,024 keys. */
void cthreads_watch_end(
    void (*_Nonnull function)(void *_Nullable), const void *_Nonnull context);
void cthreads_unwatch_end(void);

#endif
