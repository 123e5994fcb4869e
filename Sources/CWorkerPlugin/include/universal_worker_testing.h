/*
 * universal_worker_testing.h: drives a plugin in a test program, without a worker. C99 or C++11.
 *
 * Include it in one file of the program and link with -pthread; docs/plugin-abi.md has an example. The program
 * calls uwt_load or uwt_open first, and uwt_close last.
 *
 *  - There is one plugin at a time, as in a worker. Its functions run on the thread that calls uwt_…, and
 *    `cancel` on one of its own, beside the call. If it is UW_CONCURRENT, several threads may call uwt_run.
 *  - What it breaks of the ABI's rules (a missing, second or late finish, a result that is no JSON, a status
 *    that it may not answer, …) is told on stderr, and ends the program by abort() where it happens: gdb's
 *    `backtrace` shows the mistake. So does a call that has not ended after UWT_PATIENCE seconds.
 *  - What the plugin gets has no NUL behind it, and is freed when it may not be used any more. What the test
 *    gets ends with a NUL, is never NULL unless that is said, and stays until the program ends.
 *  - Not here: HTTP and its limits, waiting for slow readers, and metrics, whose series all get the number 0.
 */
#ifndef UNIVERSAL_WORKER_TESTING_H
#define UNIVERSAL_WORKER_TESTING_H

#if defined(__STRICT_ANSI__) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L /* threads and clocks with -std=c11 */
#endif
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "universal_worker_plugin.h"

#if !defined(CLOCK_MONOTONIC) || (defined(__GLIBC__) && !defined(__USE_XOPEN2K))
#error "include universal_worker_testing.h before all else, or compile with -D_POSIX_C_SOURCE=200809L"
#endif
#ifndef UWT_PATIENCE
#define UWT_PATIENCE 60
#endif

/* What a function answered: its status, and the text that it left by reply. */
typedef struct uwt_result {
    uw_status status;
    const char *text;
    size_t length;
} uwt_result;

typedef enum { UWT_EXECUTE, UWT_STREAM, UWT_PREFETCH } uwt_kind;

/* When a call is cancelled: as it starts; after cancel_count chunks, or reports of progress; or when it looks
 * at is_cancelled for the time cancel_count. */
typedef enum { UWT_NEVER, UWT_START, UWT_CHUNK, UWT_PROGRESS, UWT_LOOK } uwt_moment;

/* A call: what is asked, zero being the default of each, and what came of it. */
typedef struct uwt_call {
    uwt_kind kind;
    const char *args, *kwargs; /* JSON; NULL: [] and {} */
    const char *endpoint;      /* asks one of the plugin's instead, such as "POST /mirror" */
    uw_text body;              /* NULL: made of args and kwargs; for an endpoint empty */
    const uw_header *headers;  /* as the plugin is to get them: names in lower case */
    size_t header_count;
    double timeout; /* seconds until its deadline; 0: none */
    uwt_moment cancel_at;
    size_t cancel_count;

    uw_status status; /* that the plugin ended it with, also if it was cancelled */
    const char *text; /* its result or message, as the plugin left it */
    size_t length;
    const char **chunks;
    size_t chunk_count;
    double progress; /* as reported last, with its message */
    const char *message;
    size_t progress_count;
    uint32_t http_status; /* of `answer`; 0: it ended by finish */
    const char *content_type, *answer_headers; /* of `answer`; headers such as "X-A: 1\nX-B: 2\n" */
    int was_cancelled, is_late; /* it was asked to stop; its deadline passed */

    uw_call given; /* the driver's own, from here on */
    size_t looks, refusals;
    int has_ended, has_returned;
} uwt_call;

/* A call or a reply by its number. What has ended stays, so that what comes late is known. */
typedef struct uwt_handle {
    const char *what;
    uwt_call *call;
    uwt_result *result;
} uwt_handle;

/* The driver. Tests may read what stands first while nothing runs. */
typedef struct uwt_driver {
    const char *log;                        /* all lines, such as "warning: odd\n" */
    const char *health, *stats, *not_ready; /* as last shown and said; NULL: nothing, and ready */
    size_t config_changes;
    uw_plugin table; /* the plugin's, with zero for what a shorter one lacks */

    const char *class_name;
    void *instance;
    int is_open, must_clean;
    pthread_mutex_t lock; /* never held while the plugin runs */
    pthread_cond_t changed;
    uwt_handle *handles;
    size_t handle_count;
    void **kept;
} uwt_driver;

static inline uwt_driver *uwt(void) {
    static uwt_driver driver;
    return &driver;
}

__attribute__((format(printf, 2, 3), noreturn)) static inline void uwt_fail(
    const char *what, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "universal_worker_testing: %s: %s: ", uwt()->class_name, what);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    abort();
}

/* Memory for good, with the lock; it begins with a copy of what an array or a text had before. */
static inline void *uwt_keep(const void *old, size_t old_size, size_t size) {
    void **made = (void **)calloc(1, sizeof(void *) + size);
    if (!made) uwt_fail("test", "no memory");
    made[0] = uwt()->kept; /* reachable, for who looks for leaks */
    uwt()->kept = made;
    return old_size ? memcpy(made + 1, old, old_size) : made + 1;
}

#define UWT_GROW(type, array, count) \
    ((array) = (type *)uwt_keep(array, (count) * sizeof(type), ((count) + 1) * sizeof(type)), &(array)[(count)++])

static inline const char *uwt_text(const char *what, const char *text, size_t *length) {
    if (!text && *length) uwt_fail(what, "a text is NULL, with a length");
    if (*length == UW_NTS) *length = strlen(text);
    return (const char *)uwt_keep(text, *length, *length + 1);
}

/* A text with one more line behind it. */
static inline const char *uwt_line(const char *former, const char *name, const char *value) {
    const size_t length = strlen(former), size = length + strlen(name) + strlen(value) + 4;
    char *all = (char *)uwt_keep(former, length, size);
    snprintf(all + length, size - length, "%s: %s\n", name, value);
    return all;
}

static inline const char *uwt_skip(const char *at) { return at + strspn(at, " \t\r\n"); }

/* Where the JSON value at a place ends; NULL: there is none. In numbers it looks at the characters alone. */
static inline const char *uwt_value_end(const char *at, int depth) {
    at = uwt_skip(at);
    if (*at == '"') {
        while (*++at != '"') {
            if ((unsigned char)*at < 0x20 || (unsigned char)*at >= 0xf8) return NULL; /* never in UTF-8 */
            if (*at == '\\' && (!*++at || !strchr("\"\\/bfnrtu", *at))) return NULL;
        }
        return at + 1;
    }
    if ((*at == '{' || *at == '[') && depth < 1000) {
        const char close = *at == '{' ? '}' : ']';
        if (*uwt_skip(++at) == close) return uwt_skip(at) + 1;
        for (;; at++) {
            if (close == '}') {
                if (*(at = uwt_skip(at)) != '"' || !(at = uwt_value_end(at, 0))) return NULL;
                if (*(at = uwt_skip(at)) != ':') return NULL;
                at++;
            }
            if (!(at = uwt_value_end(at, depth + 1))) return NULL;
            if (*(at = uwt_skip(at)) != ',') return *at == close ? at + 1 : NULL;
        }
    }
    if (!strncmp(at, "true", 4) || !strncmp(at, "null", 4)) return at + 4;
    if (!strncmp(at, "false", 5)) return at + 5;
    return *at == '-' || (*at >= '0' && *at <= '9') ? at + strspn(at, "+-.0123456789Ee") : NULL;
}

/* Keeps a text that has to be one JSON value, and an object if `first` is its brace. */
static inline const char *uwt_json(const char *what, const char *text, size_t *length, char first) {
    const char *kept = uwt_text(what, text, length), *end = uwt_value_end(kept, 0);
    if (!end || uwt_skip(end) != kept + *length || (first && *uwt_skip(kept) != first))
        uwt_fail(what, "not %s: %.200s", first ? "a JSON object" : "JSON", kept);
    return kept;
}

/* What each function of the host's begins and ends with. */
static inline uwt_driver *uwt_enter(const char *function) {
    if (!uwt()->is_open) uwt_fail(function, "called after destroy");
    pthread_mutex_lock(&uwt()->lock);
    return uwt();
}

static inline uw_status uwt_leave(uw_status status) {
    pthread_cond_broadcast(&uwt()->changed);
    pthread_mutex_unlock(&uwt()->lock);
    return status;
}

static inline uwt_call *uwt_enter_call(const char *function, uw_call_id id) {
    uwt_driver *driver = uwt_enter(function);
    if (!id || id > driver->handle_count) uwt_fail(function, "there never was a call %llu", (unsigned long long)id);
    if (!driver->handles[id - 1].call)
        uwt_fail(function, "late or twice: the call of %s has ended", driver->handles[id - 1].what);
    return driver->handles[id - 1].call;
}

static inline uw_status uwt_reply(uw_reply reply, const char *text, size_t length) {
    uwt_driver *driver = uwt_enter("reply");
    if (!reply || reply > driver->handle_count || !driver->handles[reply - 1].result)
        uwt_fail("reply", "late: the function that the uw_reply was for has returned");
    driver->handles[reply - 1].result->text = uwt_text("reply", text, &length);
    driver->handles[reply - 1].result->length = length;
    return uwt_leave(UW_OK);
}

static inline void uwt_note(uwt_call *call, uwt_moment moment, size_t count) {
    if (call->cancel_at == moment && call->cancel_count == count) call->was_cancelled = 1;
}

static inline uw_status uwt_emit(uw_call_id id, const char *json, size_t length) {
    uwt_call *call = uwt_enter_call("emit", id);
    const char *chunk = uwt_json("emit", json, &length, 0);
    if (call->kind != UWT_STREAM) uwt_fail("emit", "the call is none of execute_stream");
    if (call->is_late || call->was_cancelled) {
        if (call->refusals++ > 1000) uwt_fail("emit", "goes on after a thousand answers that no more is wanted");
        return uwt_leave(call->is_late ? UW_INVALID_DATA : UW_CANCELLED);
    }
    *UWT_GROW(const char *, call->chunks, call->chunk_count) = chunk;
    uwt_note(call, UWT_CHUNK, call->chunk_count);
    return uwt_leave(UW_OK);
}

static inline uw_status uwt_progress(uw_call_id id, double fraction, const char *message, size_t length) {
    uwt_call *call = uwt_enter_call("progress", id);
    if (!(fraction >= 0 && fraction <= 1) && fraction != -1)
        uwt_fail("progress", "%g is neither from 0 to 1, nor -1", fraction);
    call->progress = fraction;
    call->message = uwt_text("progress", message, &length);
    uwt_note(call, UWT_PROGRESS, ++call->progress_count);
    return uwt_leave(UW_OK);
}

static inline int32_t uwt_is_cancelled(uw_call_id id) {
    uwt_driver *driver = uwt_enter("is_cancelled");
    uwt_call *call = id && id <= driver->handle_count ? driver->handles[id - 1].call : NULL;
    if (call) uwt_note(call, UWT_LOOK, ++call->looks);
    return uwt_leave(!call || call->was_cancelled);
}

static inline int uwt_is_failure(uw_status status) { return status >= UW_ERROR && status <= UW_FATAL; }

static inline uw_status uwt_end(uw_call_id id, uwt_call *call, uw_status status, const char *text, size_t length) {
    call->status = status;
    call->text = text;
    call->length = length;
    call->has_ended = 1;
    uwt()->handles[id - 1].call = NULL;
    return uwt_leave(UW_OK);
}

static inline uw_status uwt_finish(uw_call_id id, uw_status status, const char *text, size_t length) {
    uwt_call *call = uwt_enter_call("finish", id);
    int is_result = status == UW_OK && (call->kind == UWT_EXECUTE || (call->kind == UWT_STREAM && length));
    if (status != UW_OK && !uwt_is_failure(status)) uwt_fail("finish", "%d is no status to end a call with", status);
    text = is_result ? uwt_json("finish", text, &length, 0) : uwt_text("finish", text, &length);
    return uwt_end(id, call, status, text, length);
}

static inline uw_status uwt_answer(uw_call_id id, const uw_answer *answer) {
    uwt_call *call = uwt_enter_call("answer", id);
    uw_text body = answer->body, type = answer->content_type;
    if (call->kind != UWT_EXECUTE) uwt_fail("answer", "the call is one of execute_stream or prefetch");
    if (answer->http_status < 200 || answer->http_status > 599)
        uwt_fail("answer", "the status %u is not from 200 to 599", (unsigned)answer->http_status);
    call->http_status = answer->http_status;
    call->content_type = type.length ? uwt_text("answer", type.data, &type.length) : "application/json";
    body.data = body.length && !strncmp(call->content_type, "application/json", 16)
        ? uwt_json("answer", body.data, &body.length, 0) : uwt_text("answer", body.data, &body.length);
    call->answer_headers = "";
    for (size_t i = 0; i < answer->header_count; i++) {
        uw_text name = answer->headers[i].name, value = answer->headers[i].value;
        name.data = uwt_text("answer", name.data, &name.length);
        value.data = uwt_text("answer", value.data, &value.length);
        call->answer_headers = uwt_line(call->answer_headers, name.data, value.data);
    }
    return uwt_end(id, call, UW_OK, body.data, body.length);
}

static inline void uwt_log(uw_log_level level, const char *text, size_t length) {
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    uwt_driver *driver = uwt_enter("log");
    const char *line = uwt_text("log", text, &length);
    driver->log = uwt_line(driver->log, levels[level < 4 ? level : 2], line);
    uwt_leave(UW_OK);
}

static inline void uwt_config_changed(void) {
    uwt_enter("config_changed")->config_changes++;
    uwt_leave(UW_OK);
}

static inline uw_status uwt_show_health(const char *json, size_t length) {
    uwt_enter("show_health")->health = uwt_json("show_health", json, &length, '{');
    return uwt_leave(UW_OK);
}

static inline uw_status uwt_show_stats(const char *json, size_t length) {
    uwt_enter("show_stats")->stats = uwt_json("show_stats", json, &length, '{');
    return uwt_leave(UW_OK);
}

static inline uw_status uwt_set_ready(int32_t is_ready, const char *reason, size_t length) {
    uwt_enter("set_ready")->not_ready = is_ready ? NULL : uwt_text("set_ready", reason, &length);
    return uwt_leave(UW_OK);
}

/* Series are dropped, as they are beyond a worker's bound. */
static inline uw_status uwt_metric(const uw_series *series, uw_metric *metric) {
    (void)series;
    *metric = 0;
    return UW_OK;
}

static inline uw_status uwt_update(uw_metric metric, double value) {
    (void)value;
    return metric ? UW_STALE : UW_OK;
}

static inline uint64_t uwt_number(const char *what, uwt_call *call, uwt_result *result) {
    uwt_driver *driver = uwt_enter(what);
    uwt_handle *handle = UWT_GROW(uwt_handle, driver->handles, driver->handle_count);
    uint64_t number = driver->handle_count;
    handle->what = (const char *)uwt_keep(what, strlen(what), strlen(what) + 1);
    handle->call = call;
    handle->result = result;
    uwt_leave(UW_OK);
    return number;
}

/* Ends a reply, and checks what its function answered. */
static inline void uwt_replied(uw_reply reply, uwt_result *result, uw_status status) {
    const char *what = uwt_enter("reply")->handles[reply - 1].what;
    uwt()->handles[reply - 1].result = NULL;
    if (status && !uwt_is_failure(status) && !(status == UW_STALE && !strcmp(what, "cancel")))
        uwt_fail(what, "answered %d, a status that it may not", status);
    if (status == UW_OK && strstr("config_schema current_config body_schemas config_options", what))
        uwt_json(what, result->text, &result->length, strcmp(what, "config_options") ? '{' : 0);
    result->status = status;
    uwt_leave(UW_OK);
}

/* A text for the plugin, with what is no UTF-8 in the place of a NUL; its data is freed. */
static inline uw_text uwt_lent(const char *data, size_t length) {
    static const char guard[] = "\xff\xff\xff\xff\xff\xff\xff";
    char *copy = (char *)malloc(length + sizeof guard);
    uw_text text;
    if (!copy) uwt_fail("test", "no memory");
    if (length) memcpy(copy, data, length);
    memcpy(copy + length, guard, sizeof guard);
    text.data = copy;
    text.length = length;
    return text;
}

#define UWT_ASK(member, ...)                                                                      \
    uwt_result result = {UW_UNSUPPORTED, "", 0};                                                  \
    if (uwt()->table.member) {                                                                    \
        uw_reply reply = uwt_number(#member, NULL, &result);                                      \
        uwt_replied(reply, &result, uwt()->table.member(uwt()->instance, __VA_ARGS__ reply));     \
    }

/* The functions of the table that are no calls; UW_UNSUPPORTED if the plugin has none. */
#define UWT_ASKED(member) \
    static inline uwt_result uwt_##member(void) { UWT_ASK(member, ) return result; }
UWT_ASKED(config_schema)
UWT_ASKED(current_config)
UWT_ASKED(config_options)
UWT_ASKED(body_schemas)
UWT_ASKED(on_enable)
UWT_ASKED(on_disable)

static inline uwt_result uwt_cleanup(void) {
    UWT_ASK(cleanup, )
    uwt()->must_clean = result.status != UW_OK;
    return result;
}

static inline uwt_result uwt_initialize(const char *config) {
    uw_text text = uwt_lent(config, strlen(config));
    UWT_ASK(initialize, text, )
    uwt()->must_clean = 1;
    free((void *)text.data);
    return result;
}

static inline uwt_result uwt_reconfigure(const char *old_config, const char *new_config) {
    uw_text former = uwt_lent(old_config, strlen(old_config)), next = uwt_lent(new_config, strlen(new_config));
    UWT_ASK(reconfigure, former, next, )
    uwt()->must_clean = 1;
    free((void *)former.data);
    free((void *)next.data);
    return result;
}

/* Calls `cancel` as uwt_run does for a call; with UW_NO_CALL as when nothing runs. */
static inline uwt_result uwt_cancel(uw_call_id id) {
    UWT_ASK(cancel, id, )
    return result;
}

static inline uint64_t uwt_after(double seconds) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec + (uint64_t)(seconds * 1e9);
}

/* The thread beside a call, which cancels it, minds its deadline, and loses patience. */
static inline void *uwt_watch(void *data) {
    uwt_call *call = (uwt_call *)data;
    const uint64_t limit = uwt_after(UWT_PATIENCE);
    int was_told = 0;
    pthread_mutex_lock(&uwt()->lock);
    while (!call->has_ended || !call->has_returned) {
        const int waits = call->is_late || limit < call->given.deadline;
        const uint64_t next = waits ? limit : call->given.deadline;
        struct timespec time;
        time.tv_sec = (time_t)(next / 1000000000);
        time.tv_nsec = (long)(next % 1000000000);
        if (call->was_cancelled && !was_told && !call->has_ended) {
            was_told = 1;
            uwt_leave(UW_OK);
            uwt_cancel(call->given.id);
            pthread_mutex_lock(&uwt()->lock);
        } else if (pthread_cond_timedwait(&uwt()->changed, &uwt()->lock, &time) && uwt_after(0) >= next) {
            if (waits)
                uwt_fail(
                    uwt()->handles[call->given.id - 1].what, "%s for %g seconds",
                    call->has_returned ? "finish has not come" : "it has not returned", (double)UWT_PATIENCE);
            call->is_late = 1;
            if (uwt()->table.cancel || uwt()->table.flags & UW_POLLS_CANCELLED) call->was_cancelled = 1;
        }
    }
    uwt_leave(UW_OK);
    return NULL;
}

/* Runs a call to its end, and returns it with what came of it. Without execute_stream, a stream has the
 * result of execute as its one chunk. */
static inline uwt_call uwt_run(uwt_call call) {
    uwt_driver *driver = uwt();
    const char *args = call.args ? call.args : "[]", *kwargs = call.kwargs ? call.kwargs : "{}";
    const char *names[] = {"execute", "execute_stream", "prefetch"}, *what = names[call.kind];
    uw_status (*run)(void *, const uw_call *) = driver->table.execute;
    const size_t body_size = strlen(args) + strlen(kwargs) + 24;
    const int is_stream = call.kind == UWT_STREAM && !call.endpoint;
    uw_status status;
    pthread_t watch;
    if (call.endpoint) {
        const char *row = (const char *)driver->table.endpoints, *path = strchr(call.endpoint, '/');
        what = call.endpoint, run = NULL, call.kind = UWT_EXECUTE, args = kwargs = "";
        for (uint32_t i = 0; i < driver->table.endpoint_count; i++, row += driver->table.endpoint_size) {
            const uw_endpoint *endpoint = (const uw_endpoint *)row;
            if (path && !strcmp(path, endpoint->path) && (endpoint->method == UW_GET) == (*call.endpoint == 'G'))
                call.given.endpoint = endpoint, run = endpoint->handle;
        }
    } else if (call.kind == UWT_PREFETCH) {
        run = driver->table.prefetch;
    } else if (is_stream) {
        if (driver->table.execute_stream) run = driver->table.execute_stream;
        else call.kind = UWT_EXECUTE;
    }
    if (!run) uwt_fail(what, "the plugin has none");
    if (call.cancel_at && !driver->table.cancel && !(driver->table.flags & UW_POLLS_CANCELLED))
        uwt_fail(what, "cannot be cancelled: the plugin has neither cancel nor UW_POLLS_CANCELLED");

    call.text = call.message = call.content_type = call.answer_headers = "";
    call.was_cancelled = call.cancel_at == UWT_START;
    call.given.struct_size = sizeof call.given;
    call.given.args = uwt_lent(args, strlen(args));
    call.given.kwargs = uwt_lent(kwargs, strlen(kwargs));
    call.given.request_id = uwt_lent("test", 4);
    if (call.body.data || call.endpoint) {
        const size_t length = call.body.length == UW_NTS ? strlen(call.body.data) : call.body.length;
        call.given.body = uwt_lent(call.body.data, length);
    } else {
        char *body = (char *)malloc(body_size);
        if (!body) uwt_fail("test", "no memory");
        snprintf(body, body_size, "{\"args\":%s,\"kwargs\":%s}", args, kwargs);
        call.given.body = uwt_lent(body, strlen(body));
        free(body);
    }
    call.given.headers = call.headers;
    call.given.header_count = call.header_count;
    call.given.deadline = call.timeout > 0 ? uwt_after(call.timeout) : UW_NO_DEADLINE;
    call.given.id = uwt_number(what, &call, NULL);
    if (pthread_create(&watch, NULL, uwt_watch, &call)) uwt_fail("test", "no thread");

    status = run(driver->instance, &call.given);
    uwt_enter(what)->must_clean = 1;
    call.has_returned = 1;
    if (!call.has_ended && status == UW_OK) uwt_fail(what, "returned UW_OK without finish");
    if (!call.has_ended && status != UW_PENDING) {
        if (!uwt_is_failure(status)) uwt_fail(what, "returned %d, a status that it may not", status);
        uwt_end(call.given.id, &call, status, "", 0);
    } else {
        uwt_leave(UW_OK);
    }
    pthread_join(watch, NULL); /* as soon as it has ended */
    if (is_stream && call.kind == UWT_EXECUTE && call.status == UW_OK)
        *UWT_GROW(const char *, call.chunks, call.chunk_count) = call.text;
    free((void *)call.given.args.data);
    free((void *)call.given.kwargs.data);
    free((void *)call.given.request_id.data);
    free((void *)call.given.body.data);
    return call;
}

static inline uwt_call uwt_execute(const char *args, const char *kwargs) {
    uwt_call call;
    memset(&call, 0, sizeof call);
    call.args = args;
    call.kwargs = kwargs;
    return uwt_run(call);
}

static inline uwt_call uwt_stream(const char *args, const char *kwargs) {
    uwt_call call;
    memset(&call, 0, sizeof call);
    call.kind = UWT_STREAM;
    call.args = args;
    call.kwargs = kwargs;
    return uwt_run(call);
}

/* Makes an instance of a class of the program's own. */
static inline void uwt_open(uw_plugin_entry_fn entry, const char *class_name) {
    static const uw_host host = {
        UW_ABI_MAJOR, UW_ABI_MINOR, sizeof host, 0, "universal-worker", "testing", uwt_reply, uwt_emit, uwt_progress,
        uwt_is_cancelled, uwt_finish, uwt_log, uwt_config_changed, uwt_answer, uwt_show_health, uwt_show_stats,
        uwt_set_ready, uwt_metric, uwt_update, uwt_update, uwt_update};
    uwt_driver *driver = uwt();
    uwt_result result = {UW_OK, "", 0};
    const uw_plugin *own = NULL;
    uw_text name;
    pthread_condattr_t monotonic;
    uw_reply reply;
    if (driver->is_open) uwt_fail("test", "a plugin is open already: uwt_close comes first");
    memset(&driver->table, 0, sizeof driver->table);
    driver->health = driver->stats = driver->not_ready = NULL;
    driver->config_changes = 0;
    driver->must_clean = 0;
    driver->class_name = class_name;
    driver->log = "";
    driver->is_open = 1;
    pthread_mutex_init(&driver->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&driver->changed, &monotonic);
    name = uwt_lent(class_name, strlen(class_name));
    reply = uwt_number("uw_plugin_entry", NULL, &result);
    if ((result.status = entry(&host, name, reply, &own)) != UW_OK || !own)
        uwt_fail("uw_plugin_entry", "answered %d, %s", result.status, result.text);
    driver->handles[reply - 1].result = NULL;
    free((void *)name.data);
    if (own->abi_major != UW_ABI_MAJOR || own->abi_minor > UW_ABI_MINOR ||
        own->struct_size < offsetof(uw_plugin, endpoints))
        uwt_fail("uw_plugin", "is of ABI %u.%u with %u bytes", own->abi_major, own->abi_minor, own->struct_size);
    memcpy(&driver->table, own, own->struct_size < sizeof *own ? own->struct_size : sizeof *own);
    if (!own->create || !own->execute || !own->destroy) uwt_fail("uw_plugin", "create, execute or destroy is NULL");
    if (own->threading == UW_CONCURRENT ? own->max_concurrency - 1 > 255
                                        : own->threading > 2 || own->max_concurrency > 1)
        uwt_fail("uw_plugin", "threading %u does not go with max_concurrency %u", own->threading, own->max_concurrency);
    reply = uwt_number("create", NULL, &result);
    uwt_replied(reply, &result, own->create(own, &host, reply, &driver->instance));
    if (result.status) uwt_fail("create", "answered %d, %s", result.status, result.text);
}

/* Likewise of a library, which is never closed. */
static inline void uwt_load(const char *path, const char *class_name) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    uw_plugin_entry_fn entry;
    uwt()->class_name = class_name;
    if (!library) uwt_fail("dlopen", "%s", dlerror());
    *(void **)&entry = dlsym(library, UW_PLUGIN_ENTRY);
    if (!entry) uwt_fail("dlsym", "%s", dlerror());
    uwt_open(entry, class_name);
}

/* Ends the instance: cleanup, unless nothing has happened since the last one, and destroy. */
static inline void uwt_close(void) {
    if (uwt()->must_clean) uwt_cleanup();
    uwt()->table.destroy(uwt()->instance);
    uwt()->is_open = 0;
}

#endif
