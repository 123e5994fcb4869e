/*
 * calls.c: class Calls. kwargs.mode chooses what execute does, well or badly. What the worker said
 * to it is kept, and mode "recorded" returns it.
 */
#include "fixture.h"

#include <pthread.h>
#include <sys/wait.h>

static const uw_host *host;

/* Guarded by nothing but the order of the test: one writer, read after it has announced. */
static uw_status recorded = -1;
static uw_call_id former;
static uw_reply former_reply;

/* Results that are not one JSON value in UTF-8. */
static const uw_text broken[] = {
    FX_TEXT(""),
    FX_TEXT("   "),
    FX_TEXT("{"),
    FX_TEXT("[1,2"),
    FX_TEXT("[1,]"),
    FX_TEXT("{\"a\":1,}"),
    FX_TEXT("{\"a\" 1}"),
    FX_TEXT("{a:1}"),
    FX_TEXT("word"),
    FX_TEXT("nullx"),
    FX_TEXT("tru"),
    FX_TEXT("NaN"),
    FX_TEXT("-Infinity"),
    FX_TEXT("01"),
    FX_TEXT("1."),
    FX_TEXT(".5"),
    FX_TEXT("+1"),
    FX_TEXT("1 2"),
    FX_TEXT("{} {}"),
    FX_TEXT("[1]garbage"),
    FX_TEXT("'text'"),
    FX_TEXT("\"open"),
    FX_TEXT("\"\\x\""),
    FX_TEXT("\"\\ud800\""),
    FX_TEXT("\"a\nb\""),
    FX_TEXT("\"nul\0inside\""),
    FX_TEXT("\"\xff\""),
    FX_TEXT("\"\xc0\xaf\""),
    FX_TEXT("\"\xed\xa0\x80\""),
    FX_TEXT("\"\xf4\x90\x80\x80\""),
    FX_TEXT("\"cut \xe2\x82\""),
    FX_TEXT("{\"deep\":{\"list\":[1,2,{\"key\":\"\xfe\"}]}}"),
};

/* Results that are, and look odd. */
static const uw_text odd[] = {
    FX_TEXT(" \n\t[1,\n  2]\r\n "),
    FX_TEXT("123456789012345678901234567890"),
    FX_TEXT("-0.0e-10"),
    FX_TEXT("1e400"),
    FX_TEXT("\"\xc2\x85 \xe2\x80\xa8 \xe2\x80\xa9\""),
    FX_TEXT("\"\\u0000\\ud83d\\ude00\""),
    FX_TEXT("{\"b\":1,\"a\":2,\"b\":3}"),
    FX_TEXT("\"\""),
    FX_TEXT("null"),
};

/* A call that a thread of ours finishes. */
typedef struct job {
    uw_call_id id;
    char announce[512], gate[512];
    bool late;
} job;

static pthread_t last_thread;
static bool has_thread;

static void *finish_later(void *data) {
    job *work = data;
    fx_wait(work->gate);
    recorded = host->finish(work->id, UW_OK, "\"later\"", UW_NTS);
    if (work->late) fx_announce(work->announce, "finished");
    free(work);
    return NULL;
}

static void join(void) {
    if (has_thread) pthread_join(last_thread, NULL);
    has_thread = false;
}

static uw_status start_thread(const uw_call *call, bool late) {
    job *work = calloc(1, sizeof *work);
    if (!work) return UW_ERROR;
    work->id = call->id;
    work->late = late;
    fx_string(call->kwargs, "gate", work->gate, sizeof work->gate);
    fx_string(call->kwargs, "announce", work->announce, sizeof work->announce);
    /* The thread frees its work, perhaps before this function goes on. */
    char announce[sizeof work->announce];
    memcpy(announce, work->announce, sizeof announce);
    join();
    has_thread = pthread_create(&last_thread, NULL, finish_later, work) == 0;
    if (!late) fx_announce(announce, "pending");
    return UW_PENDING;
}

/* Hands ids to the worker that it never gave out; the statuses are the result. */
static uw_status invent(const uw_call *call) {
    const uw_call_id ids[] = {0, ~(uw_call_id)0, call->id + 1000000, call->id ^ (1ull << 63)};
    char text[512] = "[";
    for (size_t i = 0; i < FX_COUNT(ids); i++) {
        char item[96];
        snprintf(
            item, sizeof item, "%s[%d,%d,%d,%d]", i ? "," : "", host->emit(ids[i], "1", 1),
            host->progress(ids[i], 0.5, NULL, 0), host->is_cancelled(ids[i]),
            host->finish(ids[i], UW_OK, "1", 1));
        strcat(text, item);
    }
    strcat(text, "]");
    return fx_finish(host, call->id, UW_OK, "%s", text), UW_OK;
}

/* Each piece of progress that is out of order, then one in order, which stays to be looked at. */
static uw_status report_progress(const uw_call *call) {
    static char endless[5000];
    memset(endless, 'm', sizeof endless);
    uw_status said[] = {
        host->progress(call->id, 0.25, "first", UW_NTS),
        host->progress(call->id, __builtin_nan(""), "x", 1),
        host->progress(call->id, __builtin_inf(), "x", 1),
        host->progress(call->id, 1.5, "x", 1),
        host->progress(call->id, -0.5, "x", 1),
        host->progress(call->id, 0.75, "\xff", 1),
        host->progress(call->id, 0.5, NULL, 0),
        host->progress(call->id, 1.0, endless, sizeof endless),
        host->progress(call->id, -1.0, "half \"way\"", UW_NTS),
    };
    char text[128] = "[", *end = text + 1;
    for (size_t i = 0; i < FX_COUNT(said); i++)
        end += snprintf(end, 12, "%s%d", i ? "," : "", said[i]);
    strcpy(end, "]");
    fx_gate(call->kwargs, "progress");
    return fx_finish(host, call->id, UW_OK, "%s", text), UW_OK;
}

/* A child that outlives its call, in a session of its own, as a careless plugin leaves it. */
static uw_status spawn_child(const uw_call *call) {
    pid_t child = fork();
    if (child == 0) {
        setsid();
        execl("/bin/sleep", "sleep", "3600", (char *)NULL);
        _exit(127);
    }
    return fx_finish(host, call->id, UW_OK, "%d", child), UW_OK;
}

static uw_status finish_huge(const uw_call *call) {
    size_t size = (size_t)fx_number(call->kwargs, "size", 1 << 20);
    char *text = malloc(size + 2);
    if (!text) return UW_ERROR;
    memset(text, 'x', size + 2);
    text[0] = text[size + 1] = '"';
    host->finish(call->id, UW_OK, text, size + 2);
    free(text);
    return UW_OK;
}

static uw_status finish_listed(const uw_call *call, const uw_text *texts, size_t count) {
    long which = fx_number(call->kwargs, "case", 0);
    if (which < 0 || (size_t)which >= count) return UW_INVALID_ARGUMENT;
    recorded = host->finish(call->id, UW_OK, texts[which].data, texts[which].length);
    return UW_OK;
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char mode[64];
    fx_string(call->kwargs, "mode", mode, sizeof mode);
#define MODE(name) if (!strcmp(mode, name))

    MODE("recorded") return fx_finish(host, call->id, UW_OK, "%d", recorded), UW_OK;
    MODE("broken") return finish_listed(call, broken, FX_COUNT(broken));
    MODE("odd") return finish_listed(call, odd, FX_COUNT(odd));
    MODE("null") return recorded = host->finish(call->id, UW_OK, NULL, 0), UW_OK;
    MODE("null_with_length") return recorded = host->finish(call->id, UW_OK, NULL, 5), UW_OK;
    MODE("null_with_nts") return recorded = host->finish(call->id, UW_OK, NULL, UW_NTS), UW_OK;
    MODE("nts") return host->finish(call->id, UW_OK, "[1,2]", UW_NTS), UW_OK;
    MODE("huge") return finish_huge(call);

    MODE("finish_twice") {
        host->finish(call->id, UW_OK, "\"first\"", UW_NTS);
        recorded = host->finish(call->id, UW_ERROR, "second", UW_NTS);
        return UW_OK;
    }
    MODE("finish_and_return_error") {
        host->finish(call->id, UW_OK, "\"finished\"", UW_NTS);
        return UW_ERROR;
    }
    MODE("no_finish") return UW_OK;
    MODE("return_status") return (uw_status)fx_number(call->kwargs, "status", UW_ERROR);
    MODE("finish_status") {
        uw_status status = (uw_status)fx_number(call->kwargs, "status", UW_ERROR);
        recorded = host->finish(call->id, status, "what \"went\" wrong", UW_NTS);
        return UW_OK;
    }
    MODE("finish_without_text") return host->finish(call->id, UW_ERROR, NULL, 0), UW_OK;
    MODE("finish_with_bad_text")
        return host->finish(call->id, UW_ERROR, "bad \xff text", 10), UW_OK;

    MODE("pending") return start_thread(call, false);
    MODE("pending_but_finished") {
        host->finish(call->id, UW_OK, "\"early\"", UW_NTS);
        return UW_PENDING;
    }
    MODE("pending_for_ever") {
        fx_gate(call->kwargs, "pending");
        return UW_PENDING;
    }
    MODE("late") {
        start_thread(call, true);
        return UW_OK;
    }

    MODE("remember") {
        former = call->id;
        return fx_finish(host, call->id, UW_OK, "true"), UW_OK;
    }
    MODE("use_former") {
        uw_status emitted = host->emit(former, "1", 1);
        uw_status progressed = host->progress(former, 0.5, NULL, 0);
        int32_t cancelled = host->is_cancelled(former);
        uw_status finished = host->finish(former, UW_OK, "1", 1);
        uw_status replied = host->reply(former_reply, "1", 1);
        return fx_finish(
                   host, call->id, UW_OK, "[%d,%d,%d,%d,%d]", emitted, progressed, cancelled,
                   finished, replied),
               UW_OK;
    }
    MODE("invent") return invent(call);
    MODE("emit") return fx_finish(host, call->id, UW_OK, "%d", host->emit(call->id, "1", 1)), UW_OK;
    MODE("progress") return report_progress(call);
    MODE("request_id") {
        return fx_finish(
                   host, call->id, UW_OK, "\"%.*s\"", (int)call->request_id.length,
                   call->request_id.data),
               UW_OK;
    }

    MODE("child") return spawn_child(call);
    MODE("block") {
        fx_gate(call->kwargs, "blocking");
        return fx_echo(host, call);
    }
    MODE("exit") exit(7);
    MODE("abort") abort();
    MODE("crash") {
        raise(SIGSEGV);
        return UW_ERROR;
    }
    return fx_echo(host, call);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin;
    host = given;
    former_reply = reply;
    *instance = &recorded;
    return UW_OK;
}

static uw_status cleanup(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    join();
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

static const uw_plugin classes[] = {
    {FX_HEAD, .name = "Calls", .version = "1.2.3", .create = create, .execute = execute,
     .cleanup = cleanup, .destroy = destroy},
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
