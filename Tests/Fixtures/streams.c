/*
 * streams.c: class Streams. kwargs.mode chooses what execute_stream does; execute returns what the
 * last stream recorded. Class NoStream has no execute_stream.
 */
#include "fixture.h"

#include <pthread.h>
#include <time.h>

static const uw_host *host;

/* Of the last stream: how many emits went through, and what the first other one and finish said. */
static struct {
    long emitted;
    uw_status stopped, after, finished;
} recorded;

static uw_status emit(const uw_call *call, const char *json) {
    uw_status said = host->emit(call->id, json, UW_NTS);
    if (said == UW_OK) __atomic_add_fetch(&recorded.emitted, 1, __ATOMIC_RELAXED);
    return said;
}

static uw_status end(const uw_call *call, uw_status status, const char *text) {
    recorded.finished = host->finish(call->id, status, text, text ? UW_NTS : 0);
    return UW_OK;
}

static uw_status emit_many(const uw_call *call, long count, long pad) {
    char *line = malloc((size_t)pad + 64);
    if (!line) return UW_ERROR;
    uw_status said = UW_OK;
    for (long i = 0; said == UW_OK && (count < 0 || i < count); i++) {
        char *at = line + sprintf(line, "{\"i\":%ld", i);
        if (pad) {
            at += sprintf(at, ",\"pad\":\"");
            memset(at, 'p', (size_t)pad);
            at += pad;
            *at++ = '"';
        }
        strcpy(at, "}");
        said = emit(call, line);
    }
    free(line);
    return said;
}

/* Lines of the same length; the message of its progress is how many bytes have been taken. */
static uw_status emit_counted(const uw_call *call, long count, long pad) {
    char *line = malloc((size_t)pad + 3);
    if (!line) return UW_ERROR;
    memset(line, 'p', (size_t)pad + 2);
    line[0] = line[pad + 1] = '"';
    line[pad + 2] = 0;
    uw_status said = UW_OK;
    for (long i = 1; said == UW_OK && i <= count; i++) {
        if ((said = emit(call, line)) != UW_OK) break;
        char bytes[32];
        snprintf(bytes, sizeof bytes, "%ld", i * (pad + 3));
        host->progress(call->id, (double)i / (double)count, bytes, UW_NTS);
    }
    free(line);
    return said;
}

/* One line for each byte that comes through the gate: the nanoseconds of CLOCK_MONOTONIC. */
static void emit_stamps(const uw_call *call, long count) {
    char path[512], line[32];
    fx_string(call->kwargs, "gate", path, sizeof path);
    for (long i = 0; i < count; i++) {
        fx_wait(path);
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        snprintf(line, sizeof line, "%lld", now.tv_sec * 1000000000ll + now.tv_nsec);
        if (emit(call, line) != UW_OK) return;
    }
}

/* Lines from several threads, then a finish from the last of them. */
typedef struct crowd {
    uw_call_id id;
    long lines;
    int running;
} crowd;

static void *emit_beside(void *data) {
    crowd *all = data;
    char line[4200];
    memset(line, 'a' + (int)(((uintptr_t)pthread_self() >> 12) % 26), sizeof line);
    line[0] = line[4098] = '"';
    line[4099] = 0;
    for (long i = 0; i < all->lines; i++) host->emit(all->id, line, 4099);
    if (__atomic_sub_fetch(&all->running, 1, __ATOMIC_ACQ_REL) == 0) {
        host->finish(all->id, UW_OK, NULL, 0);
        free(all);
    }
    return NULL;
}

static uw_status start_crowd(const uw_call *call) {
    crowd *all = malloc(sizeof *all);
    if (!all) return UW_ERROR;
    int count = (int)fx_number(call->kwargs, "threads", 4);
    *all = (crowd){call->id, fx_number(call->kwargs, "count", 100), count};
    for (int i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, emit_beside, all)) abort();
        pthread_detach(thread);
    }
    return UW_PENDING;
}

static uw_status execute_stream(void *instance, const uw_call *call) {
    (void)instance;
    char mode[64];
    fx_string(call->kwargs, "mode", mode, sizeof mode);
    memset(&recorded, 0, sizeof recorded);
#define MODE(name) if (!strcmp(mode, name))

    MODE("count") {
        emit_many(call, fx_number(call->kwargs, "count", 3), fx_number(call->kwargs, "pad", 0));
        return end(call, UW_OK, NULL);
    }
    MODE("counted") {
        char path[512];
        recorded.stopped = emit_counted(
            call, fx_number(call->kwargs, "count", 3), fx_number(call->kwargs, "pad", 0));
        end(call, recorded.stopped, NULL);
        fx_announce(fx_string(call->kwargs, "announce", path, sizeof path), "stopped");
        return UW_OK;
    }
    MODE("stamps") {
        emit_stamps(call, fx_number(call->kwargs, "count", 1));
        return end(call, UW_OK, NULL);
    }
    MODE("endless") {
        char path[512];
        recorded.stopped = emit_many(call, -1, fx_number(call->kwargs, "pad", 0));
        recorded.after = emit(call, "\"one more\"");
        end(call, recorded.stopped == UW_CANCELLED ? UW_CANCELLED : UW_ERROR, NULL);
        fx_announce(fx_string(call->kwargs, "announce", path, sizeof path), "stopped");
        return UW_OK;
    }
    MODE("gate") {
        emit(call, "\"before\"");
        fx_gate(call->kwargs, "between");
        recorded.stopped = emit(call, "\"after\"");
        return end(call, UW_OK, NULL);
    }
    MODE("silent_gate") {
        fx_gate(call->kwargs, "silent");
        recorded.stopped = emit(call, "\"after\"");
        return end(call, UW_OK, NULL);
    }
    MODE("pretty") {
        emit(call, "{\n  \"a\": [\r\n    1,\n\t2\n  ],\n  \"text\": \"two  spaces\"\n}\n");
        emit(call, "\"\xc2\x85|\xe2\x80\xa8|\xe2\x80\xa9\"");
        return end(call, UW_OK, NULL);
    }
    MODE("last_line") {
        emit(call, "1");
        return end(call, UW_OK, "{\"last\":true}");
    }
    MODE("broken_last_line") {
        emit(call, "1");
        return end(call, UW_OK, "{\"last\":");
    }
    MODE("error") {
        emit(call, "1");
        emit(call, "2");
        return end(call, UW_ERROR, "broke \"here\"");
    }
    MODE("error_at_once") return end(call, UW_INVALID_ARGUMENT, "not these");
    MODE("error_lookalike") {
        emit(call, "{\"error\":\"a result that looks like one\"}");
        return end(call, UW_OK, NULL);
    }
    MODE("return_status") return (uw_status)fx_number(call->kwargs, "status", UW_ERROR);
    MODE("no_finish") return emit(call, "1"), UW_OK;
    MODE("empty") return end(call, UW_OK, NULL);
    MODE("finish_twice") {
        emit(call, "1");
        end(call, UW_OK, NULL);
        recorded.finished = host->finish(call->id, UW_ERROR, "second", UW_NTS);
        return UW_OK;
    }
    MODE("emit_after_finish") {
        emit(call, "1");
        end(call, UW_OK, NULL);
        recorded.after = emit(call, "2");
        return UW_OK;
    }
    MODE("broken_then_more") {
        emit(call, "1");
        recorded.stopped = emit(call, "{\"broken\":");
        recorded.after = emit(call, "2");
        return end(call, UW_OK, NULL);
    }
    MODE("bad_text") {
        recorded.stopped = emit(call, "\"\xff\"");
        return end(call, UW_OK, NULL);
    }
    MODE("null") {
        recorded.stopped = host->emit(call->id, NULL, 0);
        recorded.after = host->emit(call->id, NULL, 3);
        return end(call, UW_OK, NULL);
    }
    MODE("crowd") return start_crowd(call);
    return fx_echo(host, call);
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    return fx_finish(
               host, call->id, UW_OK,
               "{\"emitted\":%ld,\"stopped\":%d,\"after\":%d,\"finished\":%d}", recorded.emitted,
               recorded.stopped, recorded.after, recorded.finished),
           UW_OK;
}

static uw_status execute_echo(void *instance, const uw_call *call) {
    (void)instance;
    char mode[64];
    fx_string(call->kwargs, "mode", mode, sizeof mode);
    if (!strcmp(mode, "error")) return host->finish(call->id, UW_ERROR, "no", 2), UW_OK;
    return fx_echo(host, call);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = &recorded;
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

static const uw_plugin classes[] = {
    {FX_HEAD, .flags = UW_POLLS_CANCELLED, .name = "Streams", .create = create, .execute = execute,
     .execute_stream = execute_stream, .destroy = destroy},
    {FX_HEAD, .name = "NoStream", .create = create, .execute = execute_echo, .destroy = destroy},
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
