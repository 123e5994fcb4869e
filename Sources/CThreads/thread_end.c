#include "cthreads.h"

#include <pthread.h>
#include <stdatomic.h>

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
/* The same for all threads: written by each that begins to watch, read by those that end. */
static _Atomic(void (*)(void *)) ended;

static void has_ended(void *context) {
#if __has_feature(address_sanitizer)
    /* The frames that were left have not been unwound: what guards them is in the way from here. */
    __asan_handle_no_return();
#endif
    atomic_load_explicit(&ended, memory_order_relaxed)(context);
}

/* The destructor of a thread's value is what runs however the thread ends, also where no stack can
 * be unwound: that of C code without unwind tables cannot. */
static void make_key(void) { (void)pthread_key_create(&key, has_ended); }

void cthreads_watch_end(void (*function)(void *), const void *context) {
    int former;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &former);
    atomic_store_explicit(&ended, function, memory_order_relaxed);
    pthread_once(&once, make_key);
    (void)pthread_setspecific(key, context);
}

void cthreads_unwatch_end(void) { (void)pthread_setspecific(key, NULL); }
