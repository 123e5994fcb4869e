/*
 * floor.c: what a server of this shape costs at least.
 *
 * The same libmicrohttpd with the same flags (the worker's own shim starts it), the same threads
 * (one HTTP thread with an epoll loop around MHD_run, one executor), the same hops between them
 * (suspend, queue, a semaphore once a turn of the loop; a list, an eventfd, resume) and replies of the same
 * headers and sizes; but no routing beyond strcmp, no checks, no JSON, no plugin, no shutdown. The worker's
 * distance to it is what the worker's own code costs.
 *
 * With STRICT it is a floor of what the worker promises: a body and the answer to it are validated by the
 * worker's own reader, and the answer is a copy of what a plugin would own.
 *
 *   floor PORT
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "shim.h"
#include "worker_json.h"

enum { PIPE_LIMIT = 256 << 10, CONNECTION_MEMORY = 12 << 10, LONG_BODY = 1 << 20 };

typedef struct buffer {
    char *bytes;
    size_t count, capacity;
} buffer;

typedef struct request {
    struct MHD_Connection *connection;
    struct request *next, *next_woken;
    bool is_stream, is_complete;
    buffer body, reply;
    size_t length, largest_left; /* of the body, if known; of the parts that were left, see `leaves` */

    /* The stream: producer and reader meet under `lock`. */
    struct MHD_Response *response;
    pthread_mutex_t lock;
    pthread_cond_t room;
    bool is_suspended, is_finished, is_closed;
    int owners; /* the response and the executor */
    buffer ready, chunk;
    size_t sent;
} request;

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static request *queue_first, **queue_last = &queue_first;
static sem_t work;
static bool is_idle; /* the executor sleeps, or is about to; under `queue_lock` */
static request no_request; /* the state of a /health */
static char health[256];
static size_t health_length;

static void reserve(buffer *b, size_t capacity) {
    if (capacity <= b->capacity) return;
    b->bytes = realloc(b->bytes, capacity);
    if (!b->bytes) abort();
    b->capacity = capacity;
}

static void append(buffer *b, const char *bytes, size_t count) {
    if (b->count + count > b->capacity) {
        size_t twice = 2 * b->capacity, needed = b->count + count;
        reserve(b, twice > needed ? twice : needed);
    }
    memcpy(b->bytes + b->count, bytes, count);
    b->count += count;
}

/* --- From the executor to the HTTP thread --- */

static _Atomic(request *) woken;
static atomic_bool is_asleep;
static int wake_fd;

static void wake(request *r) {
    request *first = atomic_load_explicit(&woken, memory_order_relaxed);
    do {
        r->next_woken = first;
    } while (!atomic_compare_exchange_weak(&woken, &first, r));
    if (atomic_load(&is_asleep) && atomic_exchange(&is_asleep, false)) eventfd_write(wake_fd, 1);
}

/* --- The executor --- */

static void release(request *r) {
    pthread_mutex_lock(&r->lock);
    bool is_last = --r->owners == 0;
    pthread_mutex_unlock(&r->lock);
    if (!is_last) return;
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->room);
    free(r->ready.bytes);
    free(r->chunk.bytes);
    free(r->body.bytes);
    free(r);
}

static unsigned long count_in(const buffer *body) {
    const char *at = memmem(body->bytes, body->count, "\"count\":", 8);
    return at ? strtoul(at + 8, NULL, 10) : 0;
}

static void produce(request *r) {
    unsigned long count = count_in(&r->body);
    bool is_wanted = true;
    for (unsigned long i = 0; i < count && is_wanted; i++) {
        char line[32];
        int length = snprintf(line, sizeof line, "{\"i\":%lu}\n", i);
        pthread_mutex_lock(&r->lock);
        while (r->ready.count >= PIPE_LIMIT && !r->is_closed) {
            pthread_cond_wait(&r->room, &r->lock);
        }
        is_wanted = !r->is_closed;
        if (is_wanted) {
            append(&r->ready, line, (size_t)length);
            if (r->is_suspended) {
                r->is_suspended = false;
                wake(r);
            }
        }
        pthread_mutex_unlock(&r->lock);
    }
    pthread_mutex_lock(&r->lock);
    r->is_finished = true;
    if (r->is_suspended) {
        r->is_suspended = false;
        wake(r);
    }
    pthread_mutex_unlock(&r->lock);
    release(r);
}

static request *next_request(void) {
    for (;;) {
        pthread_mutex_lock(&queue_lock);
        request *r = queue_first;
        if (r) queue_first = r->next;
        if (!queue_first) queue_last = &queue_first;
        is_idle = !r;
        pthread_mutex_unlock(&queue_lock);
        if (r) return r;
        while (sem_wait(&work)) {}
    }
}

/* What the echo plugin answers to a compact body is that body. */
static void answer(request *r) {
#ifdef STRICT
    worker_json_call call;
    if (worker_json_validate_call((uint8_t *)r->body.bytes, r->body.count, &call).problem) abort();
    buffer own = {0};
    append(&own, r->body.bytes, r->body.count);
    reserve(&r->reply, own.count + WORKER_JSON_PADDING);
    append(&r->reply, own.bytes, own.count);
    free(own.bytes);
    if (worker_json_validate((uint8_t *)r->reply.bytes, r->reply.count, false).problem) abort();
#else
    append(&r->reply, r->body.bytes, r->body.count);
#endif
}

static void *execute(void *unused) {
    (void)unused;
    for (;;) {
        request *r = next_request();
        if (r->is_stream) {
            produce(r);
        } else {
            answer(r);
            wake(r);
        }
    }
    return NULL;
}

static void submit(request *r) {
    pthread_mutex_lock(&queue_lock);
    r->next = NULL;
    *queue_last = r;
    queue_last = &r->next;
    pthread_mutex_unlock(&queue_lock);
}

/* Once a turn: an executor that is woken in its middle would take the processor from the HTTP thread. */
static void start_requests(void) {
    pthread_mutex_lock(&queue_lock);
    bool must_wake = is_idle && queue_first;
    if (must_wake) is_idle = false;
    pthread_mutex_unlock(&queue_lock);
    if (must_wake) sem_post(&work);
}

/* --- The HTTP thread --- */

static void add_id(struct MHD_Response *response) {
    static unsigned long last;
    char id[24];
    snprintf(id, sizeof id, "%lu", ++last);
    MHD_add_response_header(response, "X-Request-Id", id);
}

static enum MHD_Result send_reply(
    struct MHD_Connection *connection, char *body, size_t length, bool has_id) {
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, body, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(response, "Content-Type", "application/json");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (has_id) add_id(response);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static ssize_t read_stream(void *context, uint64_t position, char *to, size_t capacity) {
    (void)position;
    request *r = context;
    for (;;) {
        if (r->sent < r->chunk.count) {
            size_t left = r->chunk.count - r->sent, count = left < capacity ? left : capacity;
            memcpy(to, r->chunk.bytes + r->sent, count);
            r->sent += count;
            return (ssize_t)count;
        }
        r->chunk.count = r->sent = 0;
        pthread_mutex_lock(&r->lock);
        if (r->ready.count > 0) {
            buffer taken = r->ready;
            r->ready = r->chunk;
            r->chunk = taken;
            pthread_cond_signal(&r->room);
            pthread_mutex_unlock(&r->lock);
        } else if (r->is_finished) {
            pthread_mutex_unlock(&r->lock);
            MHD_add_response_footer(r->response, "X-Stream-End", "complete");
            return MHD_CONTENT_READER_END_OF_STREAM;
        } else {
            r->is_suspended = true;
            MHD_suspend_connection(r->connection);
            pthread_mutex_unlock(&r->lock);
            return 0;
        }
    }
}

static void stream_freed(void *context) {
    request *r = context;
    pthread_mutex_lock(&r->lock);
    r->is_closed = true;
    pthread_cond_signal(&r->room);
    pthread_mutex_unlock(&r->lock);
    release(r);
}

static enum MHD_Result start_stream(request *r) {
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->room, NULL);
    r->owners = 2;
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, CONNECTION_MEMORY, read_stream, r, stream_freed);
    r->response = response;
    MHD_add_response_header(response, "Content-Type", "application/x-ndjson");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Trailer", "X-Stream-End");
    add_id(response);
    submit(r);
    enum MHD_Result result = MHD_queue_response(r->connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

/* Whether a part of a long body is left in libmicrohttpd's memory, so that it reads larger ones: as the worker does. */
static bool leaves(request *r, size_t count) {
    if (r->length < LONG_BODY || count <= r->largest_left) return false;
    if (r->body.count + count >= r->length) return false;
    r->largest_left = count;
    return true;
}

static enum MHD_Result handle(
    void *context, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *upload, size_t *upload_size, void **state) {
    (void)context, (void)version;
    request *r = *state;
    if (!r) {
        if (method[0] == 'G') {
            *state = &no_request;
            return MHD_YES;
        }
        *state = r = calloc(1, sizeof *r);
        if (!r) return MHD_NO;
        r->connection = connection;
        r->is_stream = strcmp(url, "/execute_stream") == 0;
        const char *length =
            MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
        if (length) r->length = strtoul(length, NULL, 10);
        if (length) reserve(&r->body, r->length + WORKER_JSON_PADDING);
        return MHD_YES;
    }
    if (*state == &no_request) {
        char *copy = malloc(health_length);
        memcpy(copy, health, health_length);
        return send_reply(connection, copy, health_length, false);
    }
    if (*upload_size) {
        if (leaves(r, *upload_size)) return MHD_YES;
        append(&r->body, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (r->is_stream) return start_stream(r);
    if (r->is_complete) {
        buffer reply = r->reply;
        r->reply = (buffer){0};
        return send_reply(connection, reply.bytes, reply.count, true);
    }
    r->is_complete = true;
    MHD_suspend_connection(connection);
    submit(r);
    return MHD_YES;
}

static void completed(
    void *context, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code) {
    (void)context, (void)connection, (void)code;
    request *r = *state;
    *state = NULL;
    /* A stream is freed by the last of its owners. */
    if (!r || r == &no_request || r->owners > 0) return;
    free(r->body.bytes);
    free(r->reply.bytes);
    free(r);
}

static void connection_changed(
    void *context, struct MHD_Connection *connection, void **stored,
    enum MHD_ConnectionNotificationCode code) {
    (void)context, (void)connection, (void)stored, (void)code;
}

static size_t unescape(void *context, struct MHD_Connection *connection, char *text) {
    (void)context, (void)connection;
    return strlen(text);
}

static _Noreturn void serve(struct MHD_Daemon *daemon, int listener) {
    enum { MOST_EVENTS = 64 };
    int poll_fd = epoll_create1(EPOLL_CLOEXEC);
    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, wake_fd, &event)) abort();
    event.events = EPOLLIN;
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, uw_mhd_epoll(daemon), &event)) abort();
    event.data.fd = listener;
    if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &event)) abort();
    for (;;) {
        unsigned long long limit;
        int patience = MHD_get_timeout(daemon, &limit) == MHD_YES ? (int)limit : -1;
        if (patience != 0) {
            struct epoll_event events[MOST_EVENTS];
            atomic_store(&is_asleep, true);
            int count = atomic_load(&woken) ? 0 : epoll_wait(poll_fd, events, MOST_EVENTS, patience);
            atomic_store_explicit(&is_asleep, false, memory_order_relaxed);
            for (int i = 0; i < count; i++) {
                if (events[i].data.fd == listener) uw_mhd_accept(daemon, listener);
            }
        }
        request *r = atomic_load_explicit(&woken, memory_order_relaxed);
        if (r) r = atomic_exchange(&woken, NULL);
        while (r) {
            request *next = r->next_woken;
            MHD_resume_connection(r->connection);
            r = next;
        }
        MHD_run(daemon);
        start_requests();
    }
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, SOMAXCONN)) return -1;
    return fd;
}

int main(int count, char **arguments) {
    int fd = count == 2 ? listen_on(atoi(arguments[1])) : -1;
    if (fd < 0) {
        perror("floor PORT");
        return 1;
    }
    health_length = (size_t)snprintf(
        health, sizeof health,
        "{\"status\":\"running\",\"pid\":%d,\"name\":\"Echo\",\"version\":\"1.0\","
        "\"state\":\"ready\",\"uptime_seconds\":10,\"calls_running\":0,\"calls_queued\":0}",
        getpid());
    sem_init(&work, 0, 0);
    pthread_t thread;
    pthread_create(&thread, NULL, execute, NULL);
    uw_mhd_options options = {
        .connection_limit = 60000,
        .connection_timeout = 60,
        .connection_memory = CONNECTION_MEMORY,
        .context = &options,
        .handle = handle,
        .completed = completed,
        .connection_changed = connection_changed,
        .unescape = unescape,
    };
    struct MHD_Daemon *daemon = uw_mhd_start(&options);
    if (!daemon) return 1;
    serve(daemon, fd);
}
