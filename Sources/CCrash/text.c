// The writing of a crash report, from a signal handler.
#include "crash.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

uint64_t crash_now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void crash_text_open(struct crash_text *text, uint64_t deadline) {
    text->length = 0;
    text->deadline = deadline;
    text->descriptor = text->given;
    text->is_socket = 0;
    struct stat status;
    if (fstat(text->given, &status) != 0) return;
    text->is_socket = S_ISSOCK(status.st_mode);
    if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
        // A description of our own: O_NONBLOCK on the given one would reach all who share it.
        char path[sizeof "/proc/self/fd/" + 10] = "/proc/self/fd/", *end = path + sizeof "/proc/self/fd/" - 1;
        int divisor = 1;
        while (text->given / divisor > 9) divisor *= 10;
        for (; divisor > 0; divisor /= 10) *end++ = (char)('0' + text->given / divisor % 10);
        const int own =
            open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (own >= 0) text->descriptor = own;
    }
}

static void add_raw(struct crash_text *text, const char *addition) {
    while (*addition && text->length < sizeof text->bytes) text->bytes[text->length++] = *addition++;
}

static void add_byte(struct crash_text *text, char byte) {
    if (text->style == CCRASH_JSON) {
        if (byte == '\n') return add_raw(text, "\"}\n");
        if (byte == '"' || byte == '\\') add_raw(text, "\\");
    }
    add_raw(text, (const char[]){byte, 0});
}

void crash_text_add(struct crash_text *text, const char *addition) {
    while (*addition) add_byte(text, *addition++);
}

void crash_text_line(struct crash_text *text, const char *beginning) {
    static const char *const beginnings[] = {
        [CCRASH_PLAIN] = "CRASH: ",
        [CCRASH_PRIORITIES] = "<2>CRASH: ",
        [CCRASH_JSON] = "{\"level\":\"error\",\"message\":\"CRASH: "};
    add_raw(text, beginnings[text->style]);
    crash_text_add(text, beginning);
}

void crash_text_add_foreign(struct crash_text *text, const char *addition, size_t limit) {
    for (size_t index = 0; index < limit && addition[index]; index++) {
        const char byte = addition[index];
        add_byte(text, byte >= 0x20 && byte < 0x7f ? byte : '?');
    }
}

void crash_text_add_number(struct crash_text *text, uint64_t number) {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0) add_byte(text, digits[--count]);
}

void crash_text_add_hex(struct crash_text *text, uint64_t number, int digits) {
    crash_text_add(text, "0x");
    int shift = 60;
    while (shift > 0 && shift >= digits * 4 && number >> shift == 0) shift -= 4;
    for (; shift >= 0; shift -= 4) add_byte(text, "0123456789abcdef"[number >> shift & 15]);
}

static ssize_t write_some(const struct crash_text *text, const char *bytes, size_t count) {
    return text->is_socket ? send(text->descriptor, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL)
                           : write(text->descriptor, bytes, count);
}

void crash_text_flush(struct crash_text *text) {
    size_t written = 0;
    while (written < text->length) {
        // What can be written at once is written, however late: only waiting is limited.
        const uint64_t now = crash_now();
        const uint64_t left = now < text->deadline ? text->deadline - now : 0;
        struct pollfd entry = {.fd = text->descriptor, .events = POLLOUT};
        const int ready = poll(&entry, 1, (int)(left / 1000000));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) break;
        const ssize_t count = write_some(text, text->bytes + written, text->length - written);
        if (count > 0) written += (size_t)count;
        if (count < 0 && errno != EINTR && errno != EAGAIN) break;
    }
    text->length = 0;
}
