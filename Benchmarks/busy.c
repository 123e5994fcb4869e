/*
 * busy.c: plugins that keep their executors busy for kwargs.ms milliseconds, or until cancelled:
 * Block waits, four calls at once; Burn computes, one call at once. As a stream both emit a line
 * every two milliseconds, each of which is its own moment: nanoseconds of CLOCK_MONOTONIC.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <universal_worker_plugin.h>

static const uw_host *host;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cancelled = PTHREAD_COND_INITIALIZER;

static struct timespec end_of(uw_text kwargs) {
    struct timespec end;
    char digits[16] = "";
    const char *at = memmem(kwargs.data, kwargs.length, "\"ms\":", 5);
    if (at) {
        size_t left = (size_t)(kwargs.data + kwargs.length - at - 5);
        memcpy(digits, at + 5, left < sizeof digits - 1 ? left : sizeof digits - 1);
    }
    long ms = strtol(digits, NULL, 10);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += ms / 1000;
    end.tv_nsec += ms % 1000 * 1000000;
    if (end.tv_nsec >= 1000000000) end.tv_sec++, end.tv_nsec -= 1000000000;
    return end;
}

static void finish(uw_call_id id) {
    int is_cancelled = host->is_cancelled(id);
    host->finish(id, is_cancelled ? UW_CANCELLED : UW_OK, is_cancelled ? NULL : "\"done\"", UW_NTS);
}

static uw_status block(void *instance, const uw_call *call) {
    (void)instance;
    struct timespec end = end_of(call->kwargs);
    pthread_mutex_lock(&lock);
    while (!host->is_cancelled(call->id) && !pthread_cond_timedwait(&cancelled, &lock, &end)) {}
    pthread_mutex_unlock(&lock);
    finish(call->id);
    return UW_OK;
}

static uw_status burn(void *instance, const uw_call *call) {
    (void)instance;
    struct timespec end = end_of(call->kwargs), now;
    do {
        for (volatile int i = 0; i < 10000; i++) {}
        clock_gettime(CLOCK_REALTIME, &now);
    } while (!host->is_cancelled(call->id)
             && (now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec)));
    finish(call->id);
    return UW_OK;
}

static uw_status emit_moments(void *instance, const uw_call *call) {
    (void)instance;
    struct timespec end = end_of(call->kwargs), now, pause = {.tv_nsec = 2000000};
    do {
        char line[32];
        nanosleep(&pause, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
        snprintf(line, sizeof line, "%lld", now.tv_sec * 1000000000ll + now.tv_nsec);
        if (host->emit(call->id, line, UW_NTS) != UW_OK) break;
        clock_gettime(CLOCK_REALTIME, &now);
    } while (now.tv_sec < end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec < end.tv_nsec));
    host->finish(call->id, UW_OK, NULL, 0);
    return UW_OK;
}

static uw_status cancel(void *instance, uw_call_id id, uw_reply reply) {
    (void)instance, (void)id, (void)reply;
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&cancelled);
    pthread_mutex_unlock(&lock);
    return UW_OK;
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = NULL;
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

#define CLASS(title, function, kind, limit)                                                        \
    {                                                                                              \
        .abi_major = UW_ABI_MAJOR, .abi_minor = UW_ABI_MINOR, .struct_size = sizeof(uw_plugin),    \
        .threading = kind, .max_concurrency = limit, .flags = UW_POLLS_CANCELLED, .name = title,   \
        .version = "1.0", .create = create, .execute = function,                                   \
        .execute_stream = emit_moments, .cancel = cancel, .destroy = destroy,                                                                        \
    }

static const uw_plugin blocking = CLASS("Block", block, UW_CONCURRENT, 4);
static const uw_plugin burning = CLASS("Burn", burn, UW_SERIAL, 1);

uw_status uw_plugin_entry(
    const uw_host *given, uw_text name, uw_reply reply, const uw_plugin **plugin) {
    if (name.length == 5 && !memcmp(name.data, "Block", 5)) {
        *plugin = &blocking;
    } else if (name.length == 4 && !memcmp(name.data, "Burn", 4)) {
        *plugin = &burning;
    } else {
        given->reply(reply, "Block, Burn", UW_NTS);
        return UW_UNKNOWN_CLASS;
    }
    return UW_OK;
}
