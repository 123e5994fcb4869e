// Stacks on which a thread writes a crash report when its own stack is at its end.
#include "crash.h"

#include <errno.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

enum {
    /// What the report wants beside the registers that the kernel saves; unwinding takes most of it.
    stack_size = 64 << 10,
    /// A stack that other code gave the thread is left to it if it has at least so much.
    enough = 24 << 10,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static int key_error;

static size_t round_up(size_t size) {
    const size_t page = (size_t)getpagesize();
    return (size + page - 1) / page * page;
}

static size_t whole_size(void) {
    // Below it lies a page that must not be touched.
    return round_up(stack_size + getauxval(AT_MINSIGSTKSZ)) + (size_t)getpagesize();
}

static void give_back(void *memory) {
    stack_t now;
    const size_t page = (size_t)getpagesize();
    if (sigaltstack(NULL, &now) == 0 && now.ss_sp == (char *)memory + page) {
        const stack_t none = {.ss_flags = SS_DISABLE};
        (void)sigaltstack(&none, NULL);
    }
    (void)munmap(memory, whole_size());
}

static void make_key(void) { key_error = pthread_key_create(&key, give_back); }

int ccrash_prepare_thread(void) {
    (void)pthread_once(&once, make_key);
    if (key_error != 0) return key_error;
    stack_t now;
    if (sigaltstack(NULL, &now) == 0 && !(now.ss_flags & SS_DISABLE) && now.ss_size >= enough)
        return 0;
    const size_t page = (size_t)getpagesize(), size = whole_size();
    char *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) return errno;
    (void)mprotect(memory, page, PROT_NONE);
    const stack_t stack = {.ss_sp = memory + page, .ss_size = size - page};
    int error = pthread_setspecific(key, memory);
    if (error == 0 && sigaltstack(&stack, NULL) != 0) error = errno;
    if (error != 0) {
        (void)pthread_setspecific(key, NULL);
        (void)munmap(memory, size);
    }
    return error;
}
