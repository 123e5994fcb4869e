// The backtrace of a crash report: frames are found, named and written.
//
// backtrace() finds the unwind tables without a lock from glibc 2.35 and libgcc 12 on. Whatever comes of
// it, the frame of the crash itself is written before.
#include "crash.h"

#include <execinfo.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    /// How long a look for names may take, in nanoseconds; there are two of them.
    naming = 1500000000,
    /// What a line takes at most.
    longest_line = 1024,
};

/// Frames up to `known` are there, and those up to `written` have been written.
static struct crash_frame frames[CRASH_FRAMES];
static unsigned known, written;

static uintptr_t program_counter(const ucontext_t *context) {
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.pc;
#else
    (void)context;
    return 0;
#endif
}

/// Where a function returns to that has set up no frame yet; 0 where that cannot be read.
static uintptr_t return_address(const ucontext_t *context) {
#if defined(__x86_64__)
    uintptr_t address = 0;
    // A system call reads, which fails where the stack pointer leads nowhere.
    const struct iovec to = {.iov_base = &address, .iov_len = sizeof address};
    const struct iovec from = {
        .iov_base = (void *)context->uc_mcontext.gregs[REG_RSP], .iov_len = sizeof address};
    return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof address ? address : 0;
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.regs[30];
#else
    (void)context;
    return 0;
#endif
}

void crash_backtrace_prepare(void) {
    // The first use loads libgcc, which allocates.
    void *addresses[2];
    (void)backtrace(addresses, 2);
}

static void add_frame(struct crash_text *text, const struct crash_frame *frame, unsigned number) {
    crash_text_line(text, "#");
    crash_text_add_number(text, number);
    crash_text_add(text, " ");
    crash_objects_add(text, frame);
    if (frame->function[0]) {
        crash_text_add(text, " in ");
        crash_text_add_foreign(text, frame->function, sizeof frame->function);
        crash_text_add(text, "+");
        crash_text_add_hex(text, frame->offset - frame->start + (frame->address - frame->code), 1);
    }
    crash_text_add(text, "\n");
    if (text->length > sizeof text->bytes - longest_line) crash_text_flush(text);
}

void crash_frames_write(struct crash_text *text) {
    while (written < known) {
        const unsigned number = written++;
        add_frame(text, &frames[number], number);
    }
    crash_text_flush(text);
}

/// Names and writes the frames that have been noted since.
static void take_frames(struct crash_text *text, unsigned count) {
    struct crash_frame *first = &frames[known];
    known += count;
    crash_symbols_find(first, count, crash_now() + naming);
    crash_frames_write(text);
}

static void note_frame(unsigned number, uintptr_t address, _Bool is_return) {
    frames[number].address = address;
    frames[number].code = address - (is_return && address > 0);
}

void crash_backtrace_write(struct crash_text *text, const ucontext_t *context) {
    static void *addresses[CRASH_FRAMES];
    const uintptr_t counter = program_counter(context);
    note_frame(0, counter, 0);
    // Should unwinding fault, over a damaged stack, this much is known.
    take_frames(text, 1);
    const int count = backtrace(addresses, CRASH_FRAMES);
    // The handler's own frames come first.
    int first = 0;
    while (first < count && (uintptr_t)addresses[first] != counter) first++;
    unsigned more = 0;
    for (int index = first + 1; index < count; index++)
        note_frame(known + more++, (uintptr_t)addresses[index], 1);
    // Unwinding ends at a jump to nowhere, the origin of which is the most useful frame of all.
    const uintptr_t origin = more == 0 && !frames[0].is_located ? return_address(context) : 0;
    if (origin != 0) note_frame(known + more++, origin, 1);
    take_frames(text, more);
}
