/* What Swift's view of glibc leaves out: semaphores with a monotonic deadline, epoll, eventfd,
 * malloc_trim. */
#ifndef CTHREADS_H
#define CTHREADS_H

#include <malloc.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

/* Waits until the semaphore can be taken, or the deadline has passed.
 * Returns 0, or the error number: ETIMEDOUT, EINTR. Any thread. */
int cthreads_sem_wait_until(sem_t *_Nonnull semaphore, const struct timespec *_Nonnull deadline);

#endif
