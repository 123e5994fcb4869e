// The calls that run, for the crash report: plain atomics, written by executors, read at any moment.
#include "crash.h"

#include <stdatomic.h>
#include <string.h>

enum { words = (CCRASH_ID_LENGTH + 1) / sizeof(uint64_t) };

struct running_call {
    /// When it began, in nanoseconds of CLOCK_MONOTONIC; 0 while the slot is free.
    _Atomic(uint64_t) start;
    _Atomic(uint64_t) id[words];
};

static struct running_call calls[CCRASH_SLOTS];

void ccrash_call_begin(unsigned slot, const char *id, size_t length, uint64_t start) {
    if (slot >= CCRASH_SLOTS) return;
    uint64_t text[words] = {0};
    if (length > CCRASH_ID_LENGTH) length = CCRASH_ID_LENGTH;
    if (length > 0) memcpy(text, id, length);
    for (size_t index = 0; index < words; index++)
        atomic_store_explicit(&calls[slot].id[index], text[index], memory_order_relaxed);
    atomic_store_explicit(&calls[slot].start, start > 0 ? start : 1, memory_order_release);
}

void ccrash_call_end(unsigned slot) {
    if (slot < CCRASH_SLOTS)
        atomic_store_explicit(&calls[slot].start, 0, memory_order_release);
}

void crash_calls_add(struct crash_text *text, uint64_t now) {
    static uint64_t id[words];
    for (unsigned slot = 0; slot < CCRASH_SLOTS; slot++) {
        const uint64_t start = atomic_load_explicit(&calls[slot].start, memory_order_acquire);
        if (start == 0) continue;
        for (size_t index = 0; index < words; index++)
            id[index] = atomic_load_explicit(&calls[slot].id[index], memory_order_relaxed);
        const uint64_t age = (now > start ? now - start : 0) / 1000000;
        crash_text_line(text, "running call ");
        crash_text_add_foreign(text, (const char *)id, CCRASH_ID_LENGTH);
        crash_text_add(text, " for ");
        crash_text_add_number(text, age);
        crash_text_add(text, " ms\n");
        if (text->length > sizeof text->bytes - 256) crash_text_flush(text);
    }
}
