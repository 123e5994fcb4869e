/*
 * threading.c: classes Serial, Affine and Concurrent (4 at a time, or FIXTURE_CONCURRENCY). Calls
 * pass kwargs.announce and kwargs.gate; mode "report" answers how many were inside at once at most,
 * and on how many threads each kind of function has run.
 */
#include "fixture.h"

#include <pthread.h>

enum { IN_LIFE, IN_CALLS, KINDS, MOST = 64 };

static const uw_host *host;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Guarded by lock. */
static int inside, most_inside;
static pid_t threads[KINDS][MOST], all[MOST];
static int counts[KINDS], all_count;

static void add(pid_t *list, int *count, pid_t thread) {
    for (int i = 0; i < *count; i++)
        if (list[i] == thread) return;
    if (*count < MOST) list[(*count)++] = thread;
}

static void enter(int kind) {
    pthread_mutex_lock(&lock);
    add(threads[kind], &counts[kind], gettid());
    add(all, &all_count, gettid());
    if (++inside > most_inside) most_inside = inside;
    pthread_mutex_unlock(&lock);
}

static void leave(void) {
    pthread_mutex_lock(&lock);
    inside--;
    pthread_mutex_unlock(&lock);
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char mode[32];
    enter(IN_CALLS);
    if (!strcmp(fx_string(call->kwargs, "mode", mode, sizeof mode), "report")) {
        pthread_mutex_lock(&lock);
        int most = most_inside, calls = counts[IN_CALLS], life = counts[IN_LIFE], sum = all_count;
        pthread_mutex_unlock(&lock);
        fx_finish(
            host, call->id, UW_OK,
            "{\"most\":%d,\"call_threads\":%d,\"life_threads\":%d,\"threads\":%d}", most, calls,
            life, sum);
    } else {
        fx_gate(call->kwargs, "inside");
        fx_echo(host, call);
    }
    leave();
    return UW_OK;
}

static uw_status initialize(void *instance, uw_text config, uw_reply reply) {
    (void)instance, (void)reply;
    enter(IN_LIFE);
    fx_gate(config, "initializing");
    leave();
    return UW_OK;
}

static uw_status describe(void *instance, uw_reply reply) {
    (void)instance;
    enter(IN_LIFE);
    host->reply(reply, "{}", 2);
    leave();
    return UW_OK;
}

static uw_status cleanup(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    enter(IN_LIFE);
    leave();
    return UW_OK;
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    enter(IN_LIFE);
    host = given;
    *instance = &inside;
    leave();
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

#define CLASS(title, kind, most)                                                                  \
    {FX_HEAD, .threading = kind, .max_concurrency = most, .name = title, .create = create,        \
     .initialize = initialize, .config_schema = describe, .current_config = describe,             \
     .execute = execute, .execute_stream = execute, .cleanup = cleanup, .destroy = destroy}

static uw_plugin classes[] = {
    CLASS("Serial", UW_SERIAL, 0),
    CLASS("Affine", UW_AFFINE, 1),
    CLASS("Concurrent", UW_CONCURRENT, 4),
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    const char *most = getenv("FIXTURE_CONCURRENCY");
    if (most) classes[2].max_concurrency = (uint32_t)atoi(most);
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
