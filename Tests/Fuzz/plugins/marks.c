/*
 * marks.c: tells on stderr of each request that it runs, by the value of its X-Mark header.
 *
 * execute, and POST /any, an endpoint that takes any body.
 */
#include "fixture.h"

static const uw_host *host;

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char line[64];
    uw_text mark = call->header_count ? call->headers[0].value : (uw_text)FX_TEXT("none");
    int length = snprintf(line, sizeof line, "mark %.*s\n", (int)(mark.length < 40 ? mark.length : 40), mark.data);
    if (write(STDERR_FILENO, line, (size_t)length) != length) abort();
    return host->finish(call->id, UW_OK, "true", 4);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = NULL;
    return UW_OK;
}

static void destroy(void *instance) {
    (void)instance;
}

static const char *const header_names[] = {"X-Mark"};

static const uw_endpoint endpoints[] = {
    {.method = UW_POST, .runs = UW_AS_CALL, .path = "/any", .handle = execute},
};

static const uw_plugin classes[] = {
    {FX_HEAD, .name = "Marks", .version = "1.0", .create = create, .execute = execute, .destroy = destroy,
     .endpoints = endpoints, .endpoint_count = FX_COUNT(endpoints),
     .endpoint_size = sizeof(uw_endpoint), .header_names = header_names,
     .header_name_count = FX_COUNT(header_names)},
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
