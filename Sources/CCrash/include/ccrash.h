// The report on stderr that a crash leaves behind.
#ifndef CCRASH_H
#define CCRASH_H

#include <stddef.h>
#include <stdint.h>

enum { CCRASH_SLOTS = 256, CCRASH_ID_LENGTH = 63 };

/// How the lines of the report look: as they are, with a priority for the journal in front, each as JSON.
enum ccrash_style { CCRASH_PLAIN, CCRASH_PRIORITIES, CCRASH_JSON };

/// Takes over SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGTRAP and SIGFPE, and prepares the calling
/// thread; of the description 255 bytes count. The report goes to the descriptor, to
/// which stderr leads. 0 or an error number. One thread at a time.
int ccrash_install(const char *_Nonnull description, enum ccrash_style style, int descriptor);

/// Gives the calling thread a stack for the report, until its end; 0 or an error number.
int ccrash_prepare_thread(void);

/// Notes which libraries are loaded where. Not from within dlopen.
void ccrash_objects_changed(void);

/// Notes that a call runs in a slot; of the id 63 bytes count. Nanoseconds of CLOCK_MONOTONIC.
/// One writer for each slot at a time; never blocks.
void ccrash_call_begin(
    unsigned slot, const char *_Nullable id, size_t length, uint64_t start);

/// Notes that no call runs in a slot.
void ccrash_call_end(unsigned slot);

#endif
