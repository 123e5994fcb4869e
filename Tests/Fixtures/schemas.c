/*
 * schemas.c: what body_schemas leaves, well and badly; of ABI 1.2.
 *
 *   Switch       execute takes {"mode":"on"} or {"mode":"off"} as kwargs, and no args; POST /switch
 *                takes "on" or "off". Both say so, and refuse all else. FIXTURE_TRACE is told when it is asked.
 *   NotJSON, List, Silent, Fails, Unsupported, Odd, Long, Leaves
 *                take the same; body_schemas does what the name says.
 */
#include "fixture.h"

#include <pthread.h>

static const uw_host *host;

/* Whether a text is one of two, blanks left aside. */
static bool is_one_of(uw_text text, const char *one, const char *other) {
    char found[64];
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        if (strchr(" \t\r\n", text.data[i])) continue;
        if (length + 1 == sizeof found) return false;
        found[length++] = text.data[i];
    }
    found[length] = 0;
    return !strcmp(found, one) || !strcmp(found, other);
}

static uw_status finish(const uw_call *call, bool is_right) {
    return host->finish(
        call->id, is_right ? UW_OK : UW_INVALID_ARGUMENT, is_right ? "true" : "expected on or off",
        UW_NTS);
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    return finish(
        call, is_one_of(call->args, "[]", "[]") &&
                  is_one_of(call->kwargs, "{\"mode\":\"on\"}", "{\"mode\":\"off\"}"));
}

static uw_status is_on(void *instance, const uw_call *call) {
    (void)instance;
    return finish(call, true);
}

static uw_status turn(void *instance, const uw_call *call) {
    (void)instance;
    return finish(call, is_one_of(call->body, "\"on\"", "\"off\""));
}

/* An instance is the name of its class. */
static uw_status body_schemas(void *instance, uw_reply reply) {
    const char *name = instance;
    fx_trace("body_schemas");
    if (!strcmp(name, "NotJSON")) return host->reply(reply, "{\"/execute\":", UW_NTS);
    if (!strcmp(name, "List")) return host->reply(reply, "[]", UW_NTS);
    if (!strcmp(name, "Silent")) return UW_OK;
    if (!strcmp(name, "Fails")) return host->reply(reply, "have none", UW_NTS), UW_ERROR;
    if (!strcmp(name, "Unsupported")) return UW_UNSUPPORTED;
    if (!strcmp(name, "Leaves")) pthread_exit(NULL);
    if (!strcmp(name, "Odd"))
        return host->reply(
            reply, "{\"/execute\":true,\"/switch\":{\"type\":\"string\"},\"/switched\":{},\"/x\":{}}",
            UW_NTS);
    if (!strcmp(name, "Long")) {
        static char text[300 << 10];
        int head = snprintf(text, sizeof text, "{\"/execute\":{\"description\":\"");
        memset(text + head, 'x', sizeof text - (size_t)head);
        memcpy(text + sizeof text - 4, "\"}}", 4);
        return host->reply(reply, text, UW_NTS);
    }
    static const char schemas[] =
        "{\"/execute\": {\"type\": \"object\", \"properties\": {"
        "  \"args\": {\"type\": \"array\", \"maxItems\": 0},"
        "  \"kwargs\": {\"type\": \"object\", \"properties\": {\"mode\": {\"enum\": [\"on\", \"off\"]}},"
        "    \"required\": [\"mode\"], \"additionalProperties\": false}},"
        "  \"required\": [\"kwargs\"]},"
        " \"/switch\": {\"enum\": [\"on\", \"off\"]}}";
    return host->reply(reply, schemas, sizeof schemas - 1);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)reply;
    host = given;
    *instance = (void *)plugin->name;
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

static const uw_endpoint endpoints[] = {
    {.method = UW_POST, .runs = UW_AS_CALL, .path = "/switch", .handle = turn},
    {.method = UW_GET, .runs = UW_AS_CALL, .path = "/switched", .handle = is_on},
};

#define CLASS(called)                                                                             \
    {FX_HEAD, .name = called, .version = "1.0", .create = create, .execute = execute,              \
     .destroy = destroy, .endpoints = endpoints, .endpoint_count = FX_COUNT(endpoints),           \
     .endpoint_size = sizeof endpoints[0], .body_schemas = body_schemas}

static const uw_plugin classes[] = {
    CLASS("Switch"), CLASS("NotJSON"), CLASS("List"), CLASS("Silent"), CLASS("Fails"),
    CLASS("Unsupported"), CLASS("Odd"), CLASS("Long"), CLASS("Leaves"),
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
