// Which files the frames of a crash come from, as the kernel tells: it knows libraries that were loaded
// since the objects were noted, and takes no lock of this process.
#include "crash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { max_files = 32, path_length = 511 };

static char files[max_files][path_length + 1];
static unsigned file_count;

int crash_open_file(const char *path) {
    const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    int file = open(path, flags);
    if (file < 0 && errno == EMFILE) {
        // A plugin that has used up all descriptors often crashes of it. No part of a process that ends reads stdin.
        (void)close(STDIN_FILENO);
        file = open(path, flags);
    }
    return file;
}

static uint64_t take_hex(const char **text) {
    uint64_t number = 0;
    for (;; (*text)++) {
        const char digit = **text;
        if (digit >= '0' && digit <= '9') number = number << 4 | (uint64_t)(digit - '0');
        else if (digit >= 'a' && digit <= 'f') number = number << 4 | (uint64_t)(digit - 'a' + 10);
        else return number;
    }
}

/// The one place of a path; NULL where it is too long, or one too many.
static const char *keep(const char *path) {
    for (unsigned index = 0; index < file_count; index++)
        if (strcmp(files[index], path) == 0) return files[index];
    const size_t length = strlen(path);
    if (file_count == max_files || length > path_length) return NULL;
    return memcpy(files[file_count++], path, length + 1);
}

/// Reads a line as in `7f00-7f10 r-xp 00002000 fe:01 1234   /usr/lib/x.so`.
static void take_line(const char *line, struct crash_frame *frames, unsigned count) {
    const char *text = line, *path = strchr(line, '/');
    const uintptr_t low = take_hex(&text);
    if (*text++ != '-' || !path) return;
    const uintptr_t high = take_hex(&text);
    text = strchr(text + 1, ' ');
    if (!text++) return;
    const uint64_t offset = take_hex(&text);
    for (unsigned index = 0; index < count; index++) {
        struct crash_frame *frame = &frames[index];
        if (frame->code < low || frame->code >= high) continue;
        frame->path = keep(path);
        frame->position = offset + (frame->code - low);
    }
}

void crash_mappings_find(struct crash_frame *frames, unsigned count) {
    static char bytes[4096], line[1024];
    const int file = crash_open_file("/proc/self/maps");
    if (file < 0) return;
    size_t length = 0;
    ssize_t got;
    while ((got = read(file, bytes, sizeof bytes)) > 0) {
        for (ssize_t index = 0; index < got; index++) {
            if (bytes[index] != '\n') {
                // One byte more than what fits makes the path one that is too long.
                if (length < sizeof line - 1) line[length++] = bytes[index];
                continue;
            }
            line[length] = 0;
            length = 0;
            take_line(line, frames, count);
        }
    }
    (void)close(file);
}
