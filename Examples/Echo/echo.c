/*
 * echo.c: the smallest plugin that is of use, class Echo.
 *
 * execute returns {"args":…,"kwargs":…}, as given. execute_stream emits {"i":0}, {"i":1}, … as
 * many as kwargs.count says. POST /mirror, an endpoint of its own, sends any body back as it came.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <universal_worker_plugin.h>

#define APPEND(end, literal) mempcpy(end, literal, sizeof literal - 1)

static const uw_host *host;

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char small[4096];
    size_t size = call->args.length + call->kwargs.length + sizeof "{\"args\":,\"kwargs\":}";
    char *text = size <= sizeof small ? small : malloc(size);
    if (!text) return UW_ERROR;

    char *end = APPEND(text, "{\"args\":");
    end = mempcpy(end, call->args.data, call->args.length);
    end = APPEND(end, ",\"kwargs\":");
    end = mempcpy(end, call->kwargs.data, call->kwargs.length);
    end = APPEND(end, "}");
    host->finish(call->id, UW_OK, text, (size_t)(end - text));

    if (text != small) free(text);
    return UW_OK;
}

/* The number behind "count":, or 0. A real plugin has a JSON library. */
static unsigned long count_in(uw_text kwargs) {
    char *at = memmem(kwargs.data, kwargs.length, "\"count\"", 7), *end;
    if (!at) return 0;
    unsigned long count = 0;
    for (end = (char *)kwargs.data + kwargs.length, at += 7; at < end && strchr(" :", *at);) at++;
    for (; at < end && *at >= '0' && *at <= '9'; at++) count = count * 10 + (unsigned)(*at - '0');
    return count;
}

static uw_status execute_stream(void *instance, const uw_call *call) {
    (void)instance;
    unsigned long count = count_in(call->kwargs);
    for (unsigned long i = 0; i < count; i++) {
        char line[32];
        int length = snprintf(line, sizeof line, "{\"i\":%lu}", i);
        uw_status said = host->emit(call->id, line, (size_t)length);
        if (said != UW_OK) {
            host->finish(call->id, said == UW_CANCELLED ? UW_CANCELLED : UW_ERROR, NULL, 0);
            return UW_OK;
        }
    }
    host->finish(call->id, UW_OK, NULL, 0);
    return UW_OK;
}

/* POST /mirror: beside calls, at once. The body comes back with the type that it came with. */
static uw_status mirror(void *instance, const uw_call *call) {
    (void)instance;
    uw_answer answer = {
        .struct_size = sizeof answer,
        .http_status = 200,
        .content_type = {"application/octet-stream", UW_NTS},
        .body = call->body,
    };
    if (call->header_count > 0) answer.content_type = call->headers[0].value;
    host->answer(call->id, &answer);
    return UW_OK;
}

static const char *const header_names[] = {"Content-Type"};

static const uw_endpoint endpoints[] = {
    {.method = UW_POST, .runs = UW_BESIDE_CALLS, .path = "/mirror", .handle = mirror},
};

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = NULL;
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

static const uw_plugin echo = {
    .abi_major = UW_ABI_MAJOR,
    .abi_minor = UW_ABI_MINOR,
    .struct_size = sizeof echo,
    .flags = UW_POLLS_CANCELLED, /* a stream ends if emit says that no more is wanted */
    .name = "Echo",
    .version = "1.0",
    .create = create,
    .execute = execute,
    .execute_stream = execute_stream,
    .destroy = destroy,
    .endpoints = endpoints,
    .endpoint_count = 1,
    .endpoint_size = sizeof endpoints[0],
    .header_names = header_names,
    .header_name_count = 1,
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    if (class_name.length != 4 || memcmp(class_name.data, "Echo", 4)) {
        given->reply(reply, "Echo", UW_NTS);
        return UW_UNKNOWN_CLASS;
    }
    *plugin = &echo;
    return UW_OK;
}
