/*
 * mixed.c: what a load mixes, in classes that differ in their threads only.
 *
 *   Serial      one call at a time, which looks at is_cancelled
 *   Concurrent  four at a time, which cancel wakes
 *   Pending     the same, on threads of the plugin's own: execute returns UW_PENDING
 *
 * kwargs.mode chooses: "block" (until cancelled, or for kwargs.ms), "lines" (in a stream:
 * kwargs.count lines, each with a pad of kwargs.pad), "fail", "change" (of the configuration),
 * "memory" (what malloc has given out; of the process, as its malloc is one); otherwise echo.
 * initialize takes objects without the key "refuse". Modes "race", "overrun" and "leak" are
 * mistakes, for checks of what is to find such.
 */
#include "fixture.h"

#include <malloc.h>
#include <pthread.h>
#include <time.h>

enum { THREADS = 4, ROOM = 256 };

static const uw_host *host;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* Guarded by lock: the calls of Pending that no thread has taken yet. */
static const uw_call *waiting[ROOM];
static unsigned first, count;
static bool has_ended;

/* Of the executors: create, initialize, current_config, cleanup and destroy exclude each other. */
static char config[4096] = "{}";
static pthread_t threads[THREADS];
static bool has_threads;

static uw_status finish(const uw_call *call, uw_status status, const char *text) {
    host->finish(call->id, status, text, text ? UW_NTS : 0);
    return UW_OK;
}

/* Waits until the call is to stop, or its time is up; looks every 2 ms where nothing wakes it. */
static uw_status block(const uw_call *call, bool is_woken) {
    struct timespec now, end;
    clock_gettime(CLOCK_REALTIME, &end);
    long milliseconds = fx_number(call->kwargs, "ms", 50) + end.tv_nsec / 1000000;
    end.tv_sec += milliseconds / 1000;
    end.tv_nsec = milliseconds % 1000 * 1000000;
    host->progress(call->id, -1.0, "blocking", UW_NTS);
    pthread_mutex_lock(&lock);
    while (!host->is_cancelled(call->id)) {
        clock_gettime(CLOCK_REALTIME, &now);
        if (now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec))
            break;
        struct timespec until = end;
        if (!is_woken) {
            until = now;
            until.tv_nsec += 2000000;
            if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
        }
        pthread_cond_timedwait(&changed, &lock, &until);
    }
    pthread_mutex_unlock(&lock);
    if (host->is_cancelled(call->id)) return finish(call, UW_CANCELLED, "stopped on request");
    return finish(call, UW_OK, "\"waited\"");
}

static uw_status lines(const uw_call *call) {
    long most = fx_number(call->kwargs, "count", 10), pad = fx_number(call->kwargs, "pad", 0);
    char *line = malloc((size_t)pad + 64);
    if (!line) return UW_ERROR;
    uw_status said = UW_OK;
    for (long i = 0; said == UW_OK && i < most; i++) {
        int length = sprintf(line, "{\"i\":%ld,\"pad\":\"", i);
        memset(line + length, 'p', (size_t)pad);
        strcpy(line + length + pad, "\"}");
        if (i % 16 == 0) host->progress(call->id, (double)i / (double)most, "streaming", UW_NTS);
        said = host->emit(call->id, line, UW_NTS);
    }
    free(line);
    return finish(call, said, said == UW_OK ? NULL : "the stream is over");
}

static uw_status report_memory(const uw_call *call) {
    struct mallinfo2 all = mallinfo2();
    return fx_finish(host, call->id, UW_OK, "{\"in_use\":%zu}", all.uordblks + all.hblkhd);
}

static void *increment(void *number) {
    for (int i = 0; i < 1000; i++) ++*(volatile int *)number;
    return NULL;
}

static uw_status race(const uw_call *call) {
    static int number;
    pthread_t other;
    if (pthread_create(&other, NULL, increment, &number)) return UW_ERROR;
    increment(&number);
    pthread_join(other, NULL);
    return finish(call, UW_OK, "\"raced\"");
}

static uw_status overrun(const uw_call *call) {
    volatile char *byte = malloc(16);
    volatile size_t beyond = 16;
    if (byte) byte[beyond] = 1;
    free((void *)byte);
    return finish(call, UW_OK, "\"overran\"");
}

static uw_status leak(const uw_call *call) {
    static void *volatile lost;
    size_t size = (size_t)fx_number(call->kwargs, "bytes", 1);
    if ((lost = malloc(size))) memset(lost, 1, size);
    return finish(call, UW_OK, "\"leaked\"");
}

static uw_status answer(const uw_call *call, bool is_woken) {
    char mode[32];
    fx_string(call->kwargs, "mode", mode, sizeof mode);
    if (!strcmp(mode, "block")) return block(call, is_woken);
    if (!strcmp(mode, "lines")) return lines(call);
    if (!strcmp(mode, "fail")) return finish(call, UW_ERROR, "failed as told");
    if (!strcmp(mode, "memory")) return report_memory(call);
    if (!strcmp(mode, "race")) return race(call);
    if (!strcmp(mode, "overrun")) return overrun(call);
    if (!strcmp(mode, "leak")) return leak(call);
    if (!strcmp(mode, "change")) host->config_changed();
    return fx_echo(host, call);
}

static uw_status execute_polling(void *instance, const uw_call *call) {
    (void)instance;
    return answer(call, false);
}

static uw_status execute_woken(void *instance, const uw_call *call) {
    (void)instance;
    return answer(call, true);
}

static uw_status execute_pending(void *instance, const uw_call *call) {
    (void)instance;
    pthread_mutex_lock(&lock);
    bool has_room = count < ROOM;
    if (has_room) waiting[(first + count++) % ROOM] = call;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return has_room ? UW_PENDING : UW_ERROR;
}

static void *serve(void *nothing) {
    pthread_setname_np(pthread_self(), "plugin");
    pthread_mutex_lock(&lock);
    while (!has_ended || count) {
        if (count) {
            const uw_call *call = waiting[first];
            first = (first + 1) % ROOM;
            count--;
            pthread_mutex_unlock(&lock);
            answer(call, true);
            pthread_mutex_lock(&lock);
        } else {
            pthread_cond_wait(&changed, &lock);
        }
    }
    pthread_mutex_unlock(&lock);
    return nothing;
}

static uw_status cancel(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)call, (void)reply;
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return UW_OK;
}

static uw_status initialize(void *instance, uw_text given, uw_reply reply) {
    (void)instance;
    if (!given.length || given.data[0] != '{' || given.length >= sizeof config) {
        host->reply(reply, "the configuration is to be a small object", UW_NTS);
        return UW_INVALID_ARGUMENT;
    }
    if (fx_value(given, "refuse")) {
        host->reply(reply, "refused as told", UW_NTS);
        return UW_ERROR;
    }
    memcpy(config, given.data, given.length);
    config[given.length] = 0;
    return UW_OK;
}

static uw_status config_schema(void *instance, uw_reply reply) {
    (void)instance;
    return host->reply(reply, "{\"type\":\"object\"}", UW_NTS);
}

static uw_status current_config(void *instance, uw_reply reply) {
    (void)instance;
    return host->reply(reply, config, UW_NTS);
}

static uw_status cleanup(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    strcpy(config, "{}");
    host->config_changed();
    return UW_OK;
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)reply;
    host = given;
    *instance = NULL;
    has_threads = plugin->execute == execute_pending;
    for (int i = 0; has_threads && i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, serve, NULL)) abort();
    return UW_OK;
}

static void destroy(void *instance) {
    (void)instance;
    pthread_mutex_lock(&lock);
    has_ended = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    for (int i = 0; has_threads && i < THREADS; i++) pthread_join(threads[i], NULL);
}

#define CLASS(title, kind, most, polls, function, canceller)                                      \
    {FX_HEAD, .threading = kind, .max_concurrency = most, .flags = polls, .name = title,          \
     .version = "1.0", .create = create, .initialize = initialize,                                \
     .config_schema = config_schema, .current_config = current_config, .execute = function,       \
     .execute_stream = function, .cancel = canceller, .cleanup = cleanup, .destroy = destroy}

static const uw_plugin classes[] = {
    CLASS("Serial", UW_SERIAL, 1, UW_POLLS_CANCELLED, execute_polling, NULL),
    CLASS("Concurrent", UW_CONCURRENT, THREADS, 0, execute_woken, cancel),
    CLASS("Pending", UW_CONCURRENT, THREADS, 0, execute_pending, cancel),
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
