/*
 * brief.c: classes that say UW_BRIEF. execute answers the name of its thread; execute_stream emits it.
 * Before it does so, kwargs.mode has execute break the promise:
 *
 *   block  announces itself, and waits at kwargs.gate
 *   spin   announces itself, and computes until it is cancelled
 *   leave  ends its thread
 *   exit   ends the process
 *
 *   Brief    one call at a time
 *   Several  four
 *   Affine   also says UW_AFFINE, which is refused
 */
#include "fixture.h"

#include <pthread.h>

static const uw_host *host;

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char mode[16];
    fx_string(call->kwargs, "mode", mode, sizeof mode);
    if (!strcmp(mode, "leave")) pthread_exit(NULL);
    if (!strcmp(mode, "exit")) exit(7);
    if (!strcmp(mode, "block") || !strcmp(mode, "spin")) fx_gate(call->kwargs, mode);
    while (!strcmp(mode, "spin"))
        if (host->is_cancelled(call->id))
            return host->finish(call->id, UW_CANCELLED, "stopped", UW_NTS), UW_OK;
    char name[16] = "";
    pthread_getname_np(pthread_self(), name, sizeof name);
    fx_finish(host, call->id, UW_OK, "\"%s\"", name);
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

#define CLASS(title, kind, count)                                                                 \
    {FX_HEAD, .name = title, .threading = kind, .max_concurrency = count,                         \
     .flags = UW_BRIEF | UW_POLLS_CANCELLED, .create = create, .execute = execute, .destroy = destroy}

static const uw_plugin classes[] = {
    CLASS("Brief", UW_SERIAL, 1),
    CLASS("Several", UW_CONCURRENT, 4),
    CLASS("Affine", UW_AFFINE, 1),
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    for (size_t i = 0; i < FX_COUNT(classes); i++) {
        if (strlen(classes[i].name) == class_name.length &&
            !memcmp(classes[i].name, class_name.data, class_name.length)) {
            *plugin = &classes[i];
            return UW_OK;
        }
    }
    given->reply(reply, "Brief, Several", UW_NTS);
    return UW_UNKNOWN_CLASS;
}
