/*
 * load.c: a closed loop of requests over keep-alive connections, one thread, as little CPU time as
 * can be: it shares its machine with the server.
 *
 *   load -p PORT [-c CONNECTIONS] (-d SECONDS [-w WARMUP] | -n REQUESTS) [-m METHOD] [-u PATH]
 *        [-b BODYFILE] [-s STATUS] [-r STATUS] [-H HEADER] [-P SERVERPID]
 *
 * Prints one JSON object. Counted are requests that begin after the warm-up and end in time. What is answered by the
 * status of -r is sent again at once, as the same request.
 *
 * A stall is 50 ms in which no connection got an answer. libmicrohttpd 0.9.75 has them by itself:
 * where exactly 128 connections are ready at once, it waits for a further event before it serves
 * them. Then a connection of no use is opened, which is one.
 */
#include "client.h"

#include <sys/epoll.h>

enum { STEP_BITS = 6, BUCKETS = 40 << STEP_BITS, MOST_ERRORS = 100, MOST_EVENTS = 256, STALL_MS = 50 };

typedef struct connection {
    int fd;
    uint64_t began;
    reply reply;
} connection;

static uint64_t histogram[BUCKETS], slowest;
static uint64_t completed, errors, stalls, wanted = UINT64_MAX;
static uint64_t counting_from, deadline;
static char *request;
static size_t request_length;
static int port, poll_fd, connections = 1, wanted_status = 200, again_status;
static pid_t server;
static uint64_t cpu_before;

/* Buckets of 1/64 of a power of two: percentiles are exact to 1.6 %. */
static unsigned bucket(uint64_t ns) {
    if (ns < 1 << STEP_BITS) return (unsigned)ns;
    unsigned power = 63 - (unsigned)__builtin_clzll(ns);
    unsigned step = (unsigned)(ns >> (power - STEP_BITS)) & ((1 << STEP_BITS) - 1);
    unsigned index = ((power - STEP_BITS + 1) << STEP_BITS) + step;
    return index < BUCKETS ? index : BUCKETS - 1;
}

static double bucket_us(unsigned index) {
    unsigned power = index >> STEP_BITS, step = index & ((1 << STEP_BITS) - 1);
    if (power == 0) return step / 1e3;
    return (double)((uint64_t)((1 << STEP_BITS) + step) << (power - 1)) / 1e3;
}

static double percentile(double part) {
    uint64_t seen = 0, due = (uint64_t)(part * (double)completed);
    for (unsigned index = 0; index < BUCKETS; index++) {
        seen += histogram[index];
        if (seen > due) return bucket_us(index);
    }
    return (double)slowest / 1e3;
}

static void ask(connection *c) {
    reply_reset(&c->reply);
    if (send_all(c->fd, request, request_length)) errors++;
}

static void begin(connection *c, uint64_t now) {
    c->began = now;
    ask(c);
}

static void open_connection(connection *c) {
    c->fd = connect_to(port);
    if (c->fd < 0) die("connect");
    if (connections == 1) return;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event)) die("epoll_ctl");
}

/* Reads what there is for a connection; returns whether the run is over. */
static int serve(connection *c) {
    static char bytes[1 << 18];
    ssize_t count = recv(c->fd, bytes, sizeof bytes, connections == 1 ? 0 : MSG_DONTWAIT);
    if (count < 0 && (errno == EINTR || (errno == EAGAIN && connections > 1))) return 0;
    int state = count <= 0 ? -1 : reply_take(&c->reply, bytes, (size_t)count);
    if (state == 0) return 0;
    uint64_t now = now_ns();
    if (state > 0 && c->reply.status == again_status) {
        if (now >= deadline) return 1;
        ask(c);
        return 0;
    }
    if (state < 0 || c->reply.status != wanted_status) {
        if (++errors > MOST_ERRORS) return 1;
        if (state < 0) {
            close(c->fd);
            open_connection(c);
        }
    } else if (now < deadline && c->began >= counting_from) {
        uint64_t took = now - c->began;
        histogram[bucket(took)]++;
        if (took > slowest) slowest = took;
        completed++;
    }
    if (now >= deadline || completed >= wanted) return 1;
    begin(c, now);
    return 0;
}

static void nudge(void) {
    stalls++;
    int fd = connect_to(port);
    if (fd >= 0) close(fd);
}

static void run(connection *all) {
    struct epoll_event events[MOST_EVENTS];
    int is_warm = counting_from <= now_ns();
    if (is_warm) cpu_before = cpu_ns(server);
    for (int i = 0; i < connections; i++) begin(&all[i], now_ns());
    for (;;) {
        int count = 1;
        if (connections > 1) count = epoll_wait(poll_fd, events, MOST_EVENTS, STALL_MS);
        if (count == 0) nudge();
        uint64_t now = now_ns();
        if (!is_warm && now >= counting_from) {
            is_warm = 1;
            counting_from = now;
            cpu_before = cpu_ns(server);
        }
        for (int i = 0; i < count; i++) {
            if (serve(connections > 1 ? events[i].data.ptr : all)) return;
        }
        if (now >= deadline) return;
    }
}

int main(int count, char **arguments) {
    const char *method = "GET", *path = "/health", *body_path = NULL, *header = NULL;
    double seconds = 60, warmup = 0;
    for (int option; (option = getopt(count, arguments, "p:c:d:w:n:m:u:b:s:r:H:P:")) != -1;) {
        switch (option) {
        case 'p': port = atoi(optarg); break;
        case 'c': connections = atoi(optarg); break;
        case 'd': seconds = atof(optarg); break;
        case 'w': warmup = atof(optarg); break;
        case 'n': wanted = strtoull(optarg, NULL, 10); break;
        case 'm': method = optarg; break;
        case 'u': path = optarg; break;
        case 'b': body_path = optarg; break;
        case 's': wanted_status = atoi(optarg); break;
        case 'r': again_status = atoi(optarg); break;
        case 'H': header = optarg; break;
        case 'P': server = atoi(optarg); break;
        default: return 2;
        }
    }
    alarm((unsigned)(seconds + warmup) + 2 * PATIENCE_SECONDS);
    size_t body_length = 0;
    char *body = body_path ? read_file(body_path, &body_length) : NULL;
    request = make_request(method, path, port, header, body, body_length, &request_length);
    if (connections < 1 || connections > 1024) return 2;
    connection *all = calloc((size_t)connections, sizeof *all);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!all || poll_fd < 0) die("load");
    for (int i = 0; i < connections; i++) open_connection(&all[i]);

    counting_from = now_ns() + (uint64_t)(warmup * 1e9);
    deadline = counting_from + (uint64_t)(seconds * 1e9);
    run(all);
    uint64_t end = now_ns(), cpu = cpu_ns(server) - cpu_before;
    double took = (double)(end - counting_from) / 1e9;
    double each = completed ? (double)cpu / 1e3 / (double)completed : 0;
    printf(
        "{\"requests\":%llu,\"errors\":%llu,\"stalls\":%llu,\"seconds\":%.6f,\"rps\":%.1f,"
        "\"p50_us\":%.2f,\"p99_us\":%.2f,\"max_us\":%.1f,\"cpu_us\":%.3f}\n",
        (unsigned long long)completed, (unsigned long long)errors, (unsigned long long)stalls, took,
        (double)completed / took, percentile(0.5), percentile(0.99), (double)slowest / 1e3, each);
    return errors > MOST_ERRORS;
}
