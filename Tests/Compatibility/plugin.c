/* The plugin of the compatibility checks, written from universal_worker_plugin.h alone. What a call
 * does is chosen by its kwargs ("do"); reference_plugin.py does the same for the original worker. */
#define _POSIX_C_SOURCE 200809L /* nanosleep, clock_gettime */

#include <universal_worker_plugin.h>

#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plugin_json.h"

extern char **environ;

struct waiting {
    struct waiting *next;
    pthread_t thread;
    struct instance *instance;
    uw_call copy;
};

struct instance {
    const uw_host *host;
    struct buffer config; /* the JSON that initialize got last, or nothing */
    int cleanups;
    struct waiting *waiting; /* calls of Later that finish on a thread of their own */
};

static uw_text text_of(const char *text) { return (uw_text){text, strlen(text)}; }

static int is(uw_text text, const char *word) {
    return text.length == strlen(word) && memcmp(text.data, word, text.length) == 0;
}

static void sleep_ms(long ms) {
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Constants by name, for results that no client has sent. */
static const struct { const char *name, *json; } constants[] = {
    {"null", "null"}, {"true", "true"}, {"false", "false"}, {"zero", "0"}, {"minus", "-17"},
    {"big", "123456789012345678901234567890"}, {"float", "0.1"}, {"small", "5e-324"},
    {"integral", "3.0"}, {"string", "\"plain\""}, {"empty_string", "\"\""},
    {"unicode", "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x99\\u0000\\\"\\\\\""},
    {"separators", "\"a\xe2\x80\xa8" "b\xe2\x80\xa9" "c\xc2\x85" "d\\n\\r\\u000b\\u000ce\""},
    {"empty_array", "[]"}, {"empty_object", "{}"}, {"nested", "{\"a\":[1,{\"b\":[[],{}]}]}"},
    {"order", "{\"z\":1,\"a\":2,\"m\":3}"},
    {"pretty", "{\n  \"a\": [\n    1,\r\n\t2\n  ],\n  \"b\": \"x\"\n}\n"},
    {"error_shape", "{\"error\":\"not one\"}"}, {"detail_shape", "{\"detail\":\"not one\"}"},
};

static void constant(uw_text name, struct buffer *out) {
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        if (is(name, constants[i].name)) append_text(out, constants[i].json);
    }
}

static void big_list(long count, struct buffer *out) {
    append_text(out, "[");
    for (long i = 0; i < count; i++) {
        append_format(out, "%s{\"i\":%ld,\"s\":\"item %ld\",\"f\":%ld.5}", i ? "," : "", i, i, i);
    }
    append_text(out, "]");
}

static uw_status wait_or_spin(struct instance *self, const uw_call *call, long ms, int spin) {
    volatile unsigned long long turns = 0;
    for (long long end = now_ms() + ms; now_ms() < end;) {
        if (self->host->is_cancelled(call->id)) return UW_CANCELLED;
        if (spin) {
            for (int i = 0; i < 20000; i++) turns++;
        } else {
            sleep_ms(2);
        }
    }
    return UW_OK;
}

static uw_status slow(struct instance *self, const uw_call *call, int spin, struct buffer *out) {
    uw_status status = wait_or_spin(self, call, integer(member(call->kwargs, "ms"), 0), spin);
    append_text(out, status == UW_OK ? "\"done\"" : "cancelled");
    return status;
}

static uw_status fail(uw_text kwargs, struct buffer *out) {
    uw_text message = member(kwargs, "message");
    if (message.data) decode_string(message, out);
    return (uw_status)integer(member(kwargs, "status"), UW_ERROR);
}

static uw_status report(struct instance *self, const uw_call *call, struct buffer *out) {
    struct buffer message = {0};
    uw_text given = member(call->kwargs, "message");
    if (given.data) decode_string(given, &message);
    uw_status status = self->host->progress(
        call->id, number(member(call->kwargs, "fraction")), message.data, message.length);
    free(message.data);
    append_format(out, "%d", (int)status);
    return UW_OK;
}

static uw_status configure(struct instance *self, uw_text value, struct buffer *out) {
    clear(&self->config);
    append(&self->config, value);
    self->host->config_changed();
    append_text(out, "true");
    return UW_OK;
}

static uw_status spawn_child(struct buffer *out) {
    char *const arguments[] = {(char *)"sleep", (char *)"300", NULL};
    pid_t pid = 0;
    int error = posix_spawnp(&pid, "sleep", NULL, NULL, arguments, environ);
    append_format(out, error ? "no child: %d" : "%d", error ? error : (int)pid);
    return error ? UW_ERROR : UW_OK;
}

static uw_status print(uw_text text, struct buffer *out) {
    struct buffer line = {0};
    decode_string(text, &line);
    printf("%.*s\n", (int)line.length, line.data);
    free(line.data);
    append_text(out, "null");
    return UW_OK;
}

static void echo(const uw_call *call, struct buffer *out) {
    append_text(out, "{\"args\":");
    append(out, call->args);
    append_text(out, ",\"kwargs\":");
    append(out, call->kwargs);
    append_text(out, "}");
}

/* What execute does, save for finishing: leaves the result or the message in out. */
static uw_status run(struct instance *self, const uw_call *call, struct buffer *out) {
    uw_text kwargs = call->kwargs, quoted = member(kwargs, "do"), value = member(kwargs, "value");
    uw_text what = quoted.length < 2 ? text_of("echo") : (uw_text){quoted.data + 1, quoted.length - 2};
    const uw_host *host = self->host;
    if (is(what, "value")) append(out, value.data ? value : text_of("null"));
    else if (is(what, "constant") && value.length > 2) {
        constant((uw_text){value.data + 1, value.length - 2}, out);
    } else if (is(what, "fail")) return fail(kwargs, out);
    else if (is(what, "sleep")) return slow(self, call, 0, out);
    else if (is(what, "spin")) return slow(self, call, 1, out);
    else if (is(what, "progress")) return report(self, call, out);
    else if (is(what, "configure")) return configure(self, value, out);
    else if (is(what, "child")) return spawn_child(out);
    else if (is(what, "print")) return print(value, out);
    else if (is(what, "cleanups")) append_format(out, "%d", self->cleanups);
    else if (is(what, "big_list")) big_list(integer(value, 0), out);
    else if (is(what, "big_string")) append_repeated(out, integer(value, 0));
    else if (is(what, "not_json")) append_text(out, "{oops");
    else if (is(what, "not_utf8")) append_text(out, "\"\xff\xfe\"");
    else if (is(what, "two_values")) append_text(out, "1 2");
    else if (is(what, "wrong_call")) append_format(out, "%d", (int)host->emit(call->id, "1", 1));
    else if (is(what, "stale")) append_format(out, "%d", (int)host->progress(UW_NO_CALL, 0, NULL, 0));
    else echo(call, out);
    return UW_OK;
}

static uw_status execute(void *instance, const uw_call *call) {
    struct instance *self = instance;
    if (is(member(call->kwargs, "do"), "\"return_status\"")) {
        return (uw_status)integer(member(call->kwargs, "status"), UW_ERROR);
    }
    struct buffer out = {0};
    uw_status status = run(self, call, &out);
    self->host->finish(call->id, status, out.data, out.length);
    free(out.data);
    return UW_OK;
}

/* Emits kwargs.items, one by one; fails before number fail_after. */
static uw_status emit_items(struct instance *self, const uw_call *call, struct buffer *out) {
    uw_text items = member(call->kwargs, "items"), item;
    long limit = integer(member(call->kwargs, "fail_after"), -1), sent = 0;
    while (element(&items, &item)) {
        if (sent++ == limit) return fail(call->kwargs, out);
        uw_status status = self->host->emit(call->id, item.data, item.length);
        if (status != UW_OK) return status;
    }
    return sent == limit ? fail(call->kwargs, out) : UW_OK;
}

/* Emits 0, 1, … with progress and with a pause of kwargs.ms between. */
static uw_status emit_count(struct instance *self, const uw_call *call) {
    long count = integer(member(call->kwargs, "count"), 0);
    for (long i = 0; i < count; i++) {
        char line[24];
        int length = snprintf(line, sizeof line, "%ld", i);
        self->host->progress(call->id, (double)(i + 1) / (double)count, line, (size_t)length);
        uw_status status = self->host->emit(call->id, line, (size_t)length);
        if (status == UW_OK) {
            status = wait_or_spin(self, call, integer(member(call->kwargs, "ms"), 0), 0);
        }
        if (status != UW_OK) return status;
    }
    return UW_OK;
}

static uw_status execute_stream(void *instance, const uw_call *call) {
    struct instance *self = instance;
    struct buffer out = {0};
    uw_text what = member(call->kwargs, "do");
    uw_status status = is(what, "\"items\"")   ? emit_items(self, call, &out)
                       : is(what, "\"count\"") ? emit_count(self, call)
                                               : run(self, call, &out);
    self->host->finish(call->id, status, out.data, out.length);
    free(out.data);
    return UW_OK;
}

static void *finish_later(void *argument) {
    struct waiting *waiting = argument;
    const uw_call *call = &waiting->copy;
    if (is(member(call->kwargs, "do"), "\"items\"") || is(member(call->kwargs, "do"), "\"count\"")) {
        execute_stream(waiting->instance, call);
    } else {
        execute(waiting->instance, call);
    }
    return NULL;
}

/* Later's execute and execute_stream: answers PENDING, finishes from a thread of its own. */
static uw_status execute_later(void *instance, const uw_call *call) {
    struct instance *self = instance;
    struct waiting *waiting = calloc(1, sizeof *waiting);
    if (!waiting) return UW_ERROR;
    waiting->instance = self;
    waiting->copy = *call;
    waiting->next = self->waiting;
    if (pthread_create(&waiting->thread, NULL, finish_later, waiting) != 0) {
        free(waiting);
        return UW_ERROR;
    }
    self->waiting = waiting;
    return UW_PENDING;
}

static void join_all(struct instance *self) {
    while (self->waiting) {
        struct waiting *first = self->waiting;
        self->waiting = first->next;
        pthread_join(first->thread, NULL);
        free(first);
    }
}

static uw_status create(const uw_plugin *plugin, const uw_host *host, uw_reply reply, void **instance) {
    if (strcmp(plugin->name ? plugin->name : "", "Broken") == 0) {
        host->reply(reply, "no such luck", UW_NTS);
        return UW_ERROR;
    }
    struct instance *self = calloc(1, sizeof *self);
    if (!self) return UW_ERROR;
    self->host = host;
    *instance = self;
    return UW_OK;
}

static uw_status initialize(void *instance, uw_text config, uw_reply reply) {
    struct instance *self = instance;
    uw_text refuse = config.length && config.data[0] == '{' ? member(config, "refuse") : (uw_text){0};
    if (refuse.data) {
        struct buffer message = {0};
        decode_string(refuse, &message);
        self->host->reply(reply, message.data, message.length);
        free(message.data);
        return UW_ERROR;
    }
    clear(&self->config);
    append(&self->config, config);
    return UW_OK;
}

static uw_status config_schema(void *instance, uw_reply reply) {
    return ((struct instance *)instance)->host->reply(reply,
        "{\"type\": \"object\", \"title\": \"Gr\xc3\xb6\xc3\x9f" "e\",\n \"properties\": {"
        "\"size\": {\"type\": \"integer\", \"default\": 3, \"minimum\": -1e-2}}}", UW_NTS);
}

static uw_status current_config(void *instance, uw_reply reply) {
    struct instance *self = instance;
    struct buffer out = {0};
    append_text(&out, "{");
    if (self->config.length) {
        append_text(&out, "\"config\": ");
        append(&out, (uw_text){self->config.data, self->config.length});
    }
    append_text(&out, "}");
    uw_status status = self->host->reply(reply, out.data, out.length);
    free(out.data);
    return status;
}

static uw_status cancel(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)call, (void)reply;
    return UW_OK; /* calls poll is_cancelled */
}

static uw_status cancel_fails(void *instance, uw_call_id call, uw_reply reply) {
    (void)call;
    ((struct instance *)instance)->host->reply(reply, "cannot stop \xe2\x80\x94 busy", UW_NTS);
    return UW_ERROR;
}

static uw_status cleanup(void *instance, uw_reply reply) {
    struct instance *self = instance;
    (void)reply;
    join_all(self);
    self->cleanups++;
    return UW_OK;
}

static uw_status cleanup_fails(void *instance, uw_reply reply) {
    ((struct instance *)instance)->host->reply(reply, "cannot clean \"up\"", UW_NTS);
    return UW_ERROR;
}

static void destroy(void *instance) {
    struct instance *self = instance;
    join_all(self);
    free(self->config.data);
    free(self);
}

#define CLASS .abi_major = UW_ABI_MAJOR, .abi_minor = UW_ABI_MINOR, .struct_size = sizeof(uw_plugin), \
              .create = create, .destroy = destroy
#define FULL CLASS, .version = "1.2.3", .initialize = initialize, .config_schema = config_schema, \
             .current_config = current_config

static const uw_plugin classes[] = {
    {FULL, .name = "Echo", .execute = execute, .execute_stream = execute_stream, .cancel = cancel,
     .cleanup = cleanup},
    {FULL, .name = "Later", .execute = execute_later, .execute_stream = execute_later,
     .cancel = cancel, .cleanup = cleanup, .threading = UW_CONCURRENT, .max_concurrency = 16},
    {FULL, .name = "Stubborn", .execute = execute, .cancel = cancel_fails, .cleanup = cleanup_fails},
    {CLASS, .execute = execute},
    {CLASS, .name = "Polling", .execute = execute, .flags = UW_POLLS_CANCELLED},
    {CLASS, .name = "Broken", .execute = execute},
};
static const char *const names[] = {"Echo", "Later", "Stubborn", "Bare", "Polling", "Broken"};

uw_status uw_plugin_entry(
    const uw_host *host, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is(class_name, names[i])) {
            *plugin = &classes[i];
            return UW_OK;
        }
    }
    host->reply(reply, "Echo, Later, Stubborn, Bare, Polling, Broken", UW_NTS);
    return UW_UNKNOWN_CLASS;
}
