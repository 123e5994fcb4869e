/* client.h: what the clients of the benchmarks share. Loopback only, and no wait without an end. */
#ifndef BENCHMARKS_CLIENT_H
#define BENCHMARKS_CLIENT_H

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_SECONDS 30

_Noreturn static inline void die(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static inline uint64_t clock_ns(clockid_t clock) {
    struct timespec time = {0};
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static inline uint64_t now_ns(void) { return clock_ns(CLOCK_MONOTONIC); }

/* The CPU time of another process, all of its threads; 0 for process 0. */
static inline uint64_t cpu_ns(pid_t process) {
    clockid_t clock;
    if (process <= 0 || clock_getcpuclockid(process, &clock)) return 0;
    return clock_ns(clock);
}

/* A blocking connection whose reads and writes give up in the end; -1 if no server listens. */
static inline int connect_to(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    if (fd < 0) return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
        close(fd);
        return -1;
    }
    return fd;
}

static inline int send_all(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return -1;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 0;
}

/* A whole request in memory of its own; `body` may be NULL, and so may `header`, a line without its end. */
static inline char *make_request(
    const char *method, const char *path, int port, const char *header, const char *body, size_t length,
    size_t *total) {
    char *text = malloc(length + 512);
    if (!text) die("malloc");
    int head = snprintf(text, 512, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", method, path, port);
    if (header) head += snprintf(text + head, 512 - (size_t)head, "%s\r\n", header);
    if (body) {
        head += snprintf(
            text + head, 512 - (size_t)head,
            "Content-Type: application/json\r\nContent-Length: %zu\r\n", length);
    }
    head += snprintf(text + head, 512 - (size_t)head, "\r\n");
    if (body) memcpy(text + head, body, length);
    *total = (size_t)head + length;
    return text;
}

/* The reply that is being read: its status, and how much of its body is still to come. */
typedef struct reply {
    char head[2048];
    size_t head_count;
    int status; /* 0 while the header block is incomplete */
    size_t left;
} reply;

/* Takes bytes in. Returns 1 if the reply is complete, 0 if not, -1 if it makes no sense. */
static inline int reply_take(reply *r, const char *bytes, size_t count) {
    if (r->status == 0) {
        size_t room = sizeof r->head - 1 - r->head_count, taken = count < room ? count : room;
        memcpy(r->head + r->head_count, bytes, taken);
        r->head_count += taken;
        r->head[r->head_count] = '\0';
        const char *end = strstr(r->head, "\r\n\r\n");
        if (!end) return taken < count ? -1 : 0;
        const char *length = strcasestr(r->head, "\r\ncontent-length:");
        if (strncmp(r->head, "HTTP/1.1 ", 9) || !length || length > end) return -1;
        r->status = atoi(r->head + 9);
        r->left = strtoull(length + 17, NULL, 10);
        size_t head = (size_t)(end + 4 - r->head), before = r->head_count - taken;
        count -= head - before;
    }
    if (count > r->left) return -1;
    r->left -= count;
    return r->left == 0;
}

static inline void reply_reset(reply *r) {
    r->head_count = 0;
    r->status = 0;
    r->left = 0;
}

/* Reads one reply, all of it; returns its status, or -1. */
static inline int read_reply(int fd, reply *r) {
    static char bytes[1 << 16];
    reply_reset(r);
    for (;;) {
        ssize_t count = recv(fd, bytes, sizeof bytes, 0);
        if (count < 0 && errno == EINTR) continue;
        int state = count <= 0 ? -1 : reply_take(r, bytes, (size_t)count);
        if (state != 0) return state < 0 ? -1 : r->status;
    }
}

/* All of a file; a body of a request. */
static inline char *read_file(const char *path, size_t *count) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END)) die(path);
    *count = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*count + 1);
    if (!bytes || fread(bytes, 1, *count, file) != *count) die(path);
    fclose(file);
    return bytes;
}

#endif
