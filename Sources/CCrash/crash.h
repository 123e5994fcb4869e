// What the parts of the crash report share; not for others. Everything that is declared here is
// async-signal-safe: no allocation, no lock, no stdio.
#ifndef CRASH_H
#define CRASH_H

#define _GNU_SOURCE
#include "ccrash.h"

#include <pthread.h>
#include <signal.h>
#include <ucontext.h>

/// The part of the report that is written with the next flush. Static: alternate stacks are small.
struct crash_text {
    size_t length;
    /// The moment of CLOCK_MONOTONIC, in nanoseconds, up to which stderr is waited for.
    uint64_t deadline;
    /// The one that was given, and the one that is written to.
    int given, descriptor;
    _Bool is_socket;
    enum ccrash_style style;
    /// As much as a pipe takes in one piece.
    char bytes[4096];
};

enum { CRASH_FRAMES = 64 };

/// A frame of the backtrace. Static: what is not set is 0.
struct crash_frame {
    /// What is shown, and what is looked up: one less where a call returns to, which may be the next function.
    uintptr_t address, code;
    /// The file it comes from, and where in it; NULL if not known.
    const char *path;
    uint64_t position;
    /// `code` as the tables of the file count, once the file has been read.
    uint64_t offset;
    _Bool is_located;
    /// The function's place, size (0: none is known) and name in the tables of the file.
    uint64_t start, size, name;
    char function[512];
};

uint64_t crash_now(void);

// --- text.c

/// Opens stderr so that a reader who does not read holds up no report.
void crash_text_open(struct crash_text *text, uint64_t deadline);
void crash_text_add(struct crash_text *text, const char *addition);
/// Begins a line, with the priority in front of it that journald reads, where it does.
void crash_text_line(struct crash_text *text, const char *beginning);
/// Adds at most `limit` bytes up to a NUL, with `?` for all that could steer a terminal.
void crash_text_add_foreign(struct crash_text *text, const char *addition, size_t limit);
void crash_text_add_number(struct crash_text *text, uint64_t number);
void crash_text_add_hex(struct crash_text *text, uint64_t number, int digits);
/// Writes what there is, as far as stderr takes it until the deadline.
void crash_text_flush(struct crash_text *text);

// --- signals.c

/// What a code says; NULL for an unknown one.
const char *crash_code_name(int signal, int code);

// --- calls.c, objects.c

/// Adds a line for each call that runs.
void crash_calls_add(struct crash_text *text, uint64_t now);
/// Adds `object+0xoffset` for a frame; only the address where no object is there.
void crash_objects_add(struct crash_text *text, const struct crash_frame *frame);

// --- backtrace.c

/// Has loaded what a backtrace needs; not in a handler.
void crash_backtrace_prepare(void);
/// Writes the frames of a crash, with the functions' names where they are found.
void crash_backtrace_write(struct crash_text *text, const ucontext_t *context);
/// Writes the frames that are known and have not been written, with what is known of them.
void crash_frames_write(struct crash_text *text);

// --- mappings.c, symbols.c

/// Opens a file to be read, also where all descriptors are in use; -1 if it cannot be.
int crash_open_file(const char *path);
/// Finds the files that frames come from.
void crash_mappings_find(struct crash_frame *frames, unsigned count);
/// Finds files and functions of frames, as far as there is time: until a moment of CLOCK_MONOTONIC.
void crash_symbols_find(struct crash_frame *frames, unsigned count, uint64_t deadline);

#endif
