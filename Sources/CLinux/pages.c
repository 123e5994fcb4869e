/* pages.c: the pages of the program's own files that only its start has needed. */
#define _GNU_SOURCE
#include "clinux.h"

#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

/* What pagemap says of a page: in memory or in swap, and as the file has it. See proc_pid_pagemap(5). */
#define HELD (3ull << 62)
#define OF_FILE (1ull << 61)

enum { PAGE = 4096, BATCH = 512 };

/* The objects that were loaded with the program; what comes later belongs to the plugin. */
static int own_objects;

static int count(struct dl_phdr_info *object, size_t size, void *number) {
    (void)object, (void)size;
    ++*(int *)number;
    return 0;
}

__attribute__((constructor)) static void count_own(void) { dl_iterate_phdr(count, &own_objects); }

/* A page that has been changed, as by a debugger's breakpoint, would be lost. */
static bool can_go(uint64_t page) { return !(page & HELD) || (page & OF_FILE); }

static void forget(int pagemap, uintptr_t start, uintptr_t end) {
    uint64_t pages[BATCH];
    while (start < end) {
        size_t wanted = (end - start) / PAGE;
        if (wanted > BATCH) wanted = BATCH;
        ssize_t got = pread(
            pagemap, pages, wanted * sizeof *pages, (off_t)(start / PAGE * sizeof *pages));
        if (got < (ssize_t)sizeof *pages) return;
        size_t number = (size_t)got / sizeof *pages;
        for (size_t at = 0, run; at < number; at += run) {
            for (run = 1; at + run < number && can_go(pages[at + run]) == can_go(pages[at]);) run++;
            if (can_go(pages[at]))
                madvise((void *)(start + at * PAGE), run * PAGE, MADV_DONTNEED);
        }
        start += number * PAGE;
    }
}

struct pass {
    int pagemap, left;
};

static int forget_object(struct dl_phdr_info *object, size_t size, void *context) {
    struct pass *pass = context;
    (void)size;
    if (pass->left-- == 0) return 1;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W)) continue;
        uintptr_t start = object->dlpi_addr + part->p_vaddr, end = start + part->p_memsz;
        forget(pass->pagemap, start / PAGE * PAGE, (end + PAGE - 1) / PAGE * PAGE);
    }
    return 0;
}

void clinux_forget_start_pages(void) {
    struct pass pass = {open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), own_objects};
    if (pass.pagemap < 0) return;
    dl_iterate_phdr(forget_object, &pass);
    close(pass.pagemap);
}
