// Functions that crash, each in its way; a plain library, no plugin. The tests of the crash report
// build and load it themselves.
#define _GNU_SOURCE
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define CRASHING __attribute__((visibility("default"), noinline, optnone))

CRASHING void null_write(void) { *(volatile int *)0 = 1; }

CRASHING void null_call(void) {
    void (*volatile nothing)(void) = NULL;
    nothing();
}

CRASHING void abort_now(void) { abort(); }

CRASHING void illegal(void) { __builtin_trap(); }

CRASHING void breakpoint(void) { __builtin_debugtrap(); }

CRASHING void divide(void) {
    volatile int zero = 0;
    volatile int result = 1 / zero;
    (void)result;
    raise(SIGFPE);  // where division does not trap
}

CRASHING void truncated_map(void) {
    char path[] = "/tmp/crashing-XXXXXX";
    const int file = mkstemp(path);
    unlink(path);
    if (ftruncate(file, 4096) != 0) return;
    volatile char *map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
    if (ftruncate(file, 0) != 0) return;
    (void)*map;
}

CRASHING int overflow_from(volatile int depth) {
    volatile char room[1024];
    room[0] = (char)depth;
    if (depth < 0) return 0;  // never
    return overflow_from(depth + 1) + room[0];
}

CRASHING void overflow(void) { (void)overflow_from(0); }

// Any thread may take the signal.
CRASHING void killed(void) {
    kill(getpid(), SIGSEGV);
    for (;;) pause();
}

// A stack pointer and a frame pointer that lead nowhere.
CRASHING void wild_stack(void) {
#if defined(__x86_64__)
    __asm__ volatile("mov $16, %rsp\n mov $24, %rbp\n movl $1, 0");
#else
    *(volatile int *)0 = 1;
#endif
}

static void in_thread(void *(*body)(void *)) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, NULL) == 0) pthread_join(thread, NULL);
}

static void *raise_body(void *argument) {
    pthread_setname_np(pthread_self(), "raising one");
    raise(SIGBUS);
    return argument;
}

CRASHING void raise_in_thread(void) { in_thread(raise_body); }

static void *overflow_body(void *argument) {
    overflow();
    return argument;
}

// The thread has no stack for the report.
CRASHING void overflow_in_thread(void) { in_thread(overflow_body); }

static pthread_barrier_t together;

static void *together_body(void *argument) {
    pthread_barrier_wait(&together);
    null_write();
    return argument;
}

CRASHING void together_now(void) {
    enum { count = 8 };
    pthread_t threads[count];
    pthread_barrier_init(&together, NULL, count);
    for (int index = 0; index < count; index++)
        if (pthread_create(&threads[index], NULL, together_body, NULL) != 0) return;
    for (int index = 0; index < count; index++) pthread_join(threads[index], NULL);
}

static void *null_write_body(void *argument) {
    null_write();
    return argument;
}

static int locked_body(struct dl_phdr_info *information, size_t size, void *argument) {
    (void)information, (void)size, (void)argument;
    in_thread(null_write_body);
    return 1;
}

// While another thread holds the dynamic linker's lock.
CRASHING void while_linker_is_locked(void) { (void)dl_iterate_phdr(locked_body, NULL); }
