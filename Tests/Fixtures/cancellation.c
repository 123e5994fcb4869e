/*
 * cancellation.c: classes that stop, or do not, when they are asked to. execute and execute_stream
 * announce themselves at kwargs.announce. kwargs.mode "report" answers how often cancel came with a
 * call, and with none.
 *
 *   Polls         looks at is_cancelled; cancel is NULL. Reports kwargs.percent as its progress.
 *   Several       the same, four at a time
 *   Pushed        waits on a condition variable that cancel signals
 *   Ignores       says yes to cancel, and ends only at kwargs.gate
 *   Deaf          declares no cancellation, and ends only at kwargs.gate
 *   Refuses       cancel answers UW_ERROR with a text
 *   Unsupported   cancel answers UW_UNSUPPORTED
 *   BlocksCancel  cancel waits at FIXTURE_CANCEL_GATE
 *   Pending       returns UW_PENDING; cancel finishes the call
 */
#include "fixture.h"

#include <pthread.h>
#include <time.h>

static const uw_host *host;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

/* Guarded by lock. */
static uw_call_id to_cancel;
static int with_call, without_call;

static void note(uw_call_id call) {
    pthread_mutex_lock(&lock);
    *(call == UW_NO_CALL ? &without_call : &with_call) += 1;
    to_cancel = call;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static bool reports(const uw_call *call) {
    char mode[32];
    if (strcmp(fx_string(call->kwargs, "mode", mode, sizeof mode), "report")) return false;
    pthread_mutex_lock(&lock);
    int with = with_call, without = without_call;
    pthread_mutex_unlock(&lock);
    fx_finish(host, call->id, UW_OK, "{\"with\":%d,\"without\":%d}", with, without);
    return true;
}

static void announce(const uw_call *call, const char *text) {
    char path[512];
    fx_announce(fx_string(call->kwargs, "announce", path, sizeof path), text);
}

static uw_status stop(const uw_call *call) {
    host->finish(call->id, UW_CANCELLED, "stopped on request", UW_NTS);
    char path[512];
    fx_announce(fx_string(call->kwargs, "ended", path, sizeof path), "stopped");
    return UW_OK;
}

static uw_status execute_polling(void *instance, const uw_call *call) {
    (void)instance;
    if (reports(call)) return UW_OK;
    long percent = fx_number(call->kwargs, "percent", -1);
    if (percent >= 0) host->progress(call->id, (double)percent / 100, "on its way", UW_NTS);
    announce(call, "running");
    const struct timespec tick = {0, 1000000};
    while (!host->is_cancelled(call->id)) nanosleep(&tick, NULL);
    return stop(call);
}

static uw_status execute_waiting(void *instance, const uw_call *call) {
    (void)instance;
    if (reports(call)) return UW_OK;
    announce(call, "running");
    pthread_mutex_lock(&lock);
    while (to_cancel != call->id) pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return stop(call);
}

static uw_status execute_to_gate(void *instance, const uw_call *call) {
    (void)instance;
    if (reports(call)) return UW_OK;
    fx_gate(call->kwargs, "running");
    return fx_finish(host, call->id, UW_OK, "\"done all the same\""), UW_OK;
}

static uw_status execute_pending(void *instance, const uw_call *call) {
    (void)instance;
    if (reports(call)) return UW_OK;
    announce(call, "running");
    return UW_PENDING;
}

static uw_status cancel_well(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)reply;
    note(call);
    return UW_OK;
}

static uw_status cancel_refusing(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance;
    note(call);
    host->reply(reply, "cannot stop \"now\"", UW_NTS);
    return UW_ERROR;
}

static uw_status cancel_unsupported(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)reply;
    note(call);
    return UW_UNSUPPORTED;
}

static uw_status cancel_blocking(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)reply;
    fx_gate_in_environment("CANCEL");
    note(call);
    return UW_OK;
}

static uw_status cancel_finishing(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)reply;
    note(call);
    if (call != UW_NO_CALL) host->finish(call, UW_CANCELLED, "finished by cancel", UW_NTS);
    return UW_OK;
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = &to_cancel;
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

#define CLASS(title, function, canceller)                                                         \
    {FX_HEAD, .name = title, .create = create, .execute = function, .execute_stream = function,   \
     .cancel = canceller, .destroy = destroy}

static const uw_plugin classes[] = {
    {FX_HEAD, .flags = UW_POLLS_CANCELLED, .name = "Polls", .create = create,
     .execute = execute_polling, .execute_stream = execute_polling, .destroy = destroy},
    {FX_HEAD, .threading = UW_CONCURRENT, .max_concurrency = 4, .flags = UW_POLLS_CANCELLED,
     .name = "Several", .create = create, .execute = execute_polling,
     .execute_stream = execute_polling, .destroy = destroy},
    CLASS("Pushed", execute_waiting, cancel_well),
    CLASS("Ignores", execute_to_gate, cancel_well),
    CLASS("Deaf", execute_to_gate, NULL),
    CLASS("Refuses", execute_to_gate, cancel_refusing),
    CLASS("Unsupported", execute_to_gate, cancel_unsupported),
    CLASS("BlocksCancel", execute_waiting, cancel_blocking),
    CLASS("Pending", execute_pending, cancel_finishing),
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
