/*
 * endpoints.c: what ABI 1.1 has added. Class Endpoints has an endpoint of each kind, all hooks and own
 * answers; class Few has one hook alone, class Bare none; class Asks fails hooks and endpoints.
 *
 * What a request's body says is done: see `act`.
 */
#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static const uw_host *host;
static atomic_int inside_calls, inside_beside;
static atomic_bool has_left;

#define TEXT(literal) ((uw_text)FX_TEXT(literal))
#define NONE ((uw_text){NULL, 0})

static uw_status answer(
    const uw_call *call, uint32_t status, uw_text type, uw_text body, const uw_header *headers,
    size_t count) {
    const uw_answer own = {sizeof own, status, type, body, headers, count};
    return host->answer(call->id, &own);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Tells what the call brings beside args and kwargs. */
static uw_status tell(const uw_call *call) {
    char headers[2048] = "", *end = headers;
    for (size_t i = 0; i < call->header_count; i++) {
        const uw_header *header = &call->headers[i];
        end += snprintf(
            end, (size_t)(headers + sizeof headers - end), "%s\"%.*s=%.*s\"", i ? "," : "",
            (int)header->name.length, header->name.data, (int)header->value.length,
            header->value.data);
    }
    char left[32] = "null";
    if (call->deadline != UW_NO_DEADLINE)
        snprintf(left, sizeof left, "%ld", (long)((int64_t)(call->deadline - now()) / 1000000));
    return fx_finish(
        host, call->id, UW_OK,
        "{\"path\":\"%s\",\"body\":%zu,\"headers\":[%s],\"left\":%s,\"args\":%zu,\"inside\":%d}",
        call->endpoint ? call->endpoint->path : "", call->body.length, headers, left,
        call->args.length, atomic_load(&inside_calls));
}

static void *finish_later(void *data) {
    uw_call_id id = (uw_call_id)(uintptr_t)data;
    host->finish(id, UW_OK, "\"later\"", UW_NTS);
    return NULL;
}

/* What an own answer may not be; "case" says which. */
static uw_status answer_badly(const uw_call *call) {
    static const uw_header framing = {FX_TEXT("content-LENGTH"), FX_TEXT("3")};
    static const uw_header type = {FX_TEXT("Content-Type"), FX_TEXT("text/plain")};
    static const uw_header odd = {FX_TEXT("a b"), FX_TEXT("x")};
    static const uw_header split = {FX_TEXT("X-A"), FX_TEXT("1\r\nX-B: 2")};
    static const uw_header many[65];
    static char long_type[257];
    uw_answer own = {sizeof own, 200, NONE, FX_TEXT("1"), NULL, 0};
    switch (fx_number(call->body, "case", 0)) {
    case 0: own.http_status = 199; break;
    case 1: own.http_status = 600; break;
    case 2: own.headers = &framing, own.header_count = 1; break;
    case 3: own.headers = &odd, own.header_count = 1; break;
    case 4: own.headers = &split, own.header_count = 1; break;
    case 5: own.headers = many, own.header_count = 65; break;
    case 6: own.body = TEXT("{"); break;
    case 7: own.content_type = TEXT("text/plain\r\nX: y"); break;
    case 8: own.struct_size = 8; break;
    case 9: own.headers = &type, own.header_count = 1; break;
    case 10: own.headers = NULL, own.header_count = 2; break;
    case 12:
        memset(long_type, 't', sizeof long_type);
        own.content_type = (uw_text){long_type, sizeof long_type};
        break;
    default: own.body = (uw_text){NULL, 3};
    }
    uw_status said = host->answer(call->id, &own);
    host->log(UW_LOG_INFO, said == UW_INVALID_DATA ? "refused" : "not refused", UW_NTS);
    return UW_OK;
}

/* Does what the body's "do" says. */
static uw_status act(void *instance, const uw_call *call) {
    (void)instance;
    char what[64];
    fx_string(call->body, "do", what, sizeof what);
#define DO(name) if (!strcmp(what, name))
    DO("wait") {
        fx_announce(fx_string(call->body, "announce", (char[512]){0}, 512), "arrived");
        char gate[512];
        fx_wait(fx_string(call->body, "gate", gate, sizeof gate));
        return fx_finish(host, call->id, UW_OK, "%d", host->is_cancelled(call->id)), UW_OK;
    }
    DO("poll") {
        fx_announce(fx_string(call->body, "announce", (char[512]){0}, 512), "arrived");
        while (!host->is_cancelled(call->id)) usleep(500);
        char seen[512];
        fx_announce(fx_string(call->body, "seen", seen, sizeof seen), "seen");
        return fx_finish(host, call->id, UW_CANCELLED, "stopped"), UW_OK;
    }
    DO("own") {
        static const uw_header headers[] = {
            {FX_TEXT("X-Own"), FX_TEXT("one")}, {FX_TEXT("x-own"), FX_TEXT("tw\xc3\xb6")}};
        return answer(call, 418, TEXT("text/plain"), TEXT("short \xff"), headers, 2), UW_OK;
    }
    DO("own_json") return answer(call, 201, NONE, TEXT(" { \"a\" : 1 } "), NULL, 0), UW_OK;
    DO("own_empty") return answer(call, 204, NONE, NONE, NULL, 0), UW_OK;
    DO("long_header") {
        size_t length = (size_t)fx_number(call->body, "length", 10000);
        size_t size = (size_t)fx_number(call->body, "size", 1);
        char *text = malloc(length > size ? length : size);
        if (!text) return UW_ERROR;
        memset(text, 'h', length > size ? length : size);
        const uw_header header = {FX_TEXT("X-Long"), {text, length}};
        const uw_answer own = {
            sizeof own, 202, FX_TEXT("text/plain"), {text, size}, &header, 1};
        host->answer(call->id, &own);
        free(text);
        return UW_OK;
    }
    DO("bad") return answer_badly(call);
    DO("twice") {
        answer(call, 200, NONE, TEXT("\"first\""), NULL, 0);
        uw_status said = answer(call, 500, NONE, TEXT("\"second\""), NULL, 0);
        host->log(UW_LOG_INFO, said == UW_STALE ? "stale" : "not stale", UW_NTS);
        return UW_OK;
    }
    DO("fail") return fx_finish(host, call->id, UW_INVALID_ARGUMENT, "not that"), UW_OK;
    DO("error") return UW_UNAVAILABLE;
    DO("nothing") return UW_OK;
    DO("not_json") return fx_finish(host, call->id, UW_OK, "{"), UW_OK;
    DO("emit") return fx_finish(host, call->id, UW_OK, "%d", host->emit(call->id, "1", 1)), UW_OK;
    DO("later") {
        pthread_t thread;
        if (pthread_create(&thread, NULL, finish_later, (void *)(uintptr_t)call->id)) return UW_ERROR;
        pthread_detach(thread);
        return UW_PENDING;
    }
    DO("leave") {
        atomic_store(&has_left, true);
        pthread_exit(NULL);
    }
    DO("fatal") return fx_finish(host, call->id, UW_FATAL, "broken"), UW_OK;
    DO("health") {
        char text[256];
        uw_status said[] = {
            host->show_health("{\"model\":\"small\",\"deep\":{\"a\":[1]}}", UW_NTS),
            host->show_health("{\"pid\":1}", UW_NTS),
            host->show_health("[1]", UW_NTS),
            host->show_health("{", UW_NTS),
            host->show_health(NULL, 0),
            host->show_stats("{\"gpu\":0.5}", UW_NTS),
            host->show_stats("{\"\\u0070id\":1}", UW_NTS),
            host->set_ready(0, "no \"licence\"", UW_NTS),
        };
        char *end = text + snprintf(text, sizeof text, "[");
        for (size_t i = 0; i < FX_COUNT(said); i++)
            end += snprintf(end, 12, "%s%d", i ? "," : "", said[i]);
        return fx_finish(host, call->id, UW_OK, "%s]", text), UW_OK;
    }
    DO("fit") {
        host->show_health("{}", 2);
        return fx_finish(host, call->id, UW_OK, "%d", host->set_ready(1, NULL, 0)), UW_OK;
    }
    return tell(call);
}

static uw_status execute(void *instance, const uw_call *call) {
    atomic_fetch_add(&inside_calls, 1);
    uw_status status = act(instance, call);
    atomic_fetch_sub(&inside_calls, 1);
    return status;
}

static uw_status beside(void *instance, const uw_call *call) {
    atomic_fetch_add(&inside_beside, 1);
    uw_status status = act(instance, call);
    atomic_fetch_sub(&inside_beside, 1);
    return status;
}

static uw_status execute_stream(void *instance, const uw_call *call) {
    (void)instance;
    uw_status said = answer(call, 200, NONE, TEXT("1"), NULL, 0);
    char line[16];
    host->emit(call->id, line, (size_t)snprintf(line, sizeof line, "%d", said));
    host->finish(call->id, UW_OK, NULL, 0);
    return UW_OK;
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    host->show_health("{\"model\":\"none\"}", UW_NTS);
    *instance = NULL;
    return UW_OK;
}

/* Nothing may be in the plugin any more, but what has ended its thread. */
static void destroy(void *instance) {
    (void)instance;
    if (atomic_load(&inside_beside) && !atomic_load(&has_left)) abort();
}

static char configuration[256] = "{}";

static uw_status current_config(void *instance, uw_reply reply) {
    (void)instance;
    return host->reply(reply, configuration, UW_NTS);
}

static uw_status prefetch(void *instance, const uw_call *call) {
    (void)instance;
    host->progress(call->id, 0.5, "half", 4);
    fx_gate_in_environment("PREFETCH");
    if (host->is_cancelled(call->id)) return host->finish(call->id, UW_CANCELLED, NULL, 0), UW_OK;
    host->finish(call->id, UW_OK, NULL, 0);
    return UW_OK;
}

static uw_status reconfigure(void *instance, uw_text from, uw_text to, uw_reply reply) {
    (void)instance;
    if (to.length == 4) {
        host->reply(reply, "cannot change", UW_NTS);
        return UW_ERROR;
    }
    snprintf(
        configuration, sizeof configuration, "{\"old\":%.*s,\"new\":%.*s}", (int)from.length,
        from.data, (int)to.length, to.data);
    return UW_OK;
}

static uw_status on_enable(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    return UW_OK;
}

static uw_status on_disable(void *instance, uw_reply reply) {
    (void)instance;
    host->reply(reply, "still in use", UW_NTS);
    return UW_ERROR;
}

static uw_status config_options(void *instance, uw_reply reply) {
    (void)instance;
    return host->reply(reply, "{ \"model\" : [\"small\", \"large\"] }", UW_NTS);
}

static uw_status refuse_call(void *instance, const uw_call *call) {
    (void)instance, (void)call;
    return UW_UNSUPPORTED;
}

static uw_status leave_nothing(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    return UW_OK;
}

static uw_status leave_thread(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    pthread_exit(NULL);
}

static const uw_endpoint rows[] = {
    {UW_GET, UW_AS_CALL, "/act", NULL, execute},
    {UW_POST, UW_AS_CALL, "/act", NULL, execute},
    {UW_GET, UW_BESIDE_CALLS, "/beside", NULL, beside},
    {UW_POST, UW_BESIDE_CALLS, "/beside", NULL, beside},
    {UW_POST, UW_ALONE, "/alone/A-z_0.9~", NULL, act},
};

/* A row as a later header may have it. */
struct longer_row {
    uw_endpoint row;
    uint64_t newer;
};

static const struct longer_row longer_rows[] = {
    {{UW_GET, UW_AS_CALL, "/first", NULL, act}, ~0ull},
    {{UW_GET, UW_AS_CALL, "/second", NULL, act}, ~0ull},
};

static const char *const names[] = {"TraceParent",  "x-more",      "Content-Type",
                                    "traceparent", "Authorization"};

#define BASE                                                                                      \
    FX_HEAD, .create = create, .execute = execute, .execute_stream = execute_stream,               \
        .destroy = destroy

static const uw_plugin classes[] = {
    {BASE, .threading = UW_CONCURRENT, .max_concurrency = 2, .flags = UW_POLLS_CANCELLED,
     .name = "Endpoints", .current_config = current_config, .endpoints = rows,
     .endpoint_count = FX_COUNT(rows), .endpoint_size = sizeof rows[0], .header_names = names,
     .header_name_count = FX_COUNT(names), .prefetch = prefetch, .reconfigure = reconfigure,
     .on_enable = on_enable, .on_disable = on_disable, .config_options = config_options},
    {BASE, .name = "Few", .on_enable = on_enable},
    {BASE, .name = "Bare"},
    {BASE, .name = "LongRows", .endpoints = &longer_rows[0].row,
     .endpoint_count = FX_COUNT(longer_rows), .endpoint_size = sizeof longer_rows[0]},
    {BASE, .name = "Asks", .prefetch = refuse_call, .on_enable = leave_thread,
     .config_options = leave_nothing},
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
