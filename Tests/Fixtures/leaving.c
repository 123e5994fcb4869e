/*
 * leaving.c: class In<Function> leaves that function in a way that it should not. kwargs.kind, or
 * the configuration's, or FIXTURE_LEAVE where a function has no arguments, chooses which:
 *
 *   exit, quick_exit  ends the process, with 7
 *   exit_elsewhere    the same, from a thread of the plugin's own, while the function waits
 *   pthread_exit      ends the thread
 *   cancel            has the thread cancelled, which it is at its next cancellation point
 *   fork              forks and goes on in both, the copy first
 *   fork_emit, fork_log, fork_finish, fork_asks   the copy calls that function of the host's, and then loops
 *   fork_exit         the copy calls exit(5), which the original takes
 *
 * InSchema and InConfig behave when they are asked for the first time. FIXTURE_LEAVE_LOAD leaves
 * the library's constructor. FIXTURE_TRACE gets the exit codes of copies.
 */
#include "fixture.h"

#include <pthread.h>
#include <sys/wait.h>

static const uw_host *host;
static char chosen[32];
static int asked;

static void *exit_with_7(void *data) {
    (void)data;
    exit(7);
}

static void leave(const char *kind, uw_call_id call) {
    if (!strcmp(kind, "exit")) exit(7);
    if (!strcmp(kind, "quick_exit")) quick_exit(7);
    if (!strcmp(kind, "pthread_exit")) pthread_exit(NULL);
    if (!strcmp(kind, "exit_elsewhere")) {
        pthread_t thread;
        pthread_create(&thread, NULL, exit_with_7, NULL);
        for (;;) pause();
    }
    if (!strcmp(kind, "cancel")) {
        pthread_cancel(pthread_self());
        for (;;) sleep(1);
    }
    if (strncmp(kind, "fork", 4)) return;
    pid_t child = fork();
    if (child) {
        int status = 0;
        if (child > 0) waitpid(child, &status, 0);
        char line[64];
        snprintf(line, sizeof line, "copy ended with %d", WEXITSTATUS(status));
        fx_trace(line);
        return;
    }
    if (!strcmp(kind, "fork_exit")) exit(5);
    if (!strcmp(kind, "fork_emit")) host->emit(call, "\"copy\"", UW_NTS);
    if (!strcmp(kind, "fork_log")) host->log(UW_LOG_ERROR, "a copy", UW_NTS);
    if (!strcmp(kind, "fork_finish")) host->finish(call, UW_OK, "\"copy\"", UW_NTS);
    if (!strcmp(kind, "fork_asks")) host->is_cancelled(call);
    if (strcmp(kind, "fork"))
        for (;;) pause();
}

static void leave_with(uw_text json, uw_call_id call) {
    char kind[32];
    leave(fx_string(json, "kind", kind, sizeof kind), call);
}

static void leave_in(const char *where) {
    const char *kind = getenv("FIXTURE_LEAVE");
    if (kind && !strcmp(chosen, where)) leave(kind, UW_NO_CALL);
}

__attribute__((constructor)) static void load(void) {
    const char *kind = getenv("FIXTURE_LEAVE_LOAD");
    if (kind) leave(kind, UW_NO_CALL);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = chosen;
    leave_in("InCreate");
    return UW_OK;
}

static uw_status initialize(void *instance, uw_text config, uw_reply reply) {
    (void)instance, (void)reply;
    if (!strcmp(chosen, "InInitialize")) leave_with(config, UW_NO_CALL);
    return UW_OK;
}

static uw_status config_schema(void *instance, uw_reply reply) {
    (void)instance;
    if (asked++) leave_in("InSchema");
    return host->reply(reply, "{}", 2);
}

static uw_status current_config(void *instance, uw_reply reply) {
    (void)instance;
    if (asked > 1) leave_in("InConfig");
    return host->reply(reply, "{}", 2);
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    fx_gate(call->kwargs, "inside");
    char mode[32];
    if (!strcmp(fx_string(call->kwargs, "mode", mode, sizeof mode), "finish_first")) {
        host->finish(call->id, UW_OK, "\"finished\"", UW_NTS);
        leave_with(call->kwargs, call->id);
        return UW_OK;
    }
    leave_with(call->kwargs, call->id);
    return host->finish(call->id, UW_OK, "\"still here\"", UW_NTS);
}

static uw_status execute_stream(void *instance, const uw_call *call) {
    (void)instance;
    host->emit(call->id, "1", 1);
    leave_with(call->kwargs, call->id);
    return host->finish(call->id, UW_OK, NULL, 0);
}

static uw_status cancel(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)call, (void)reply;
    leave_in("InCancel");
    return UW_OK;
}

static uw_status cleanup(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    fx_trace("cleanup");
    leave_in("InCleanup");
    return UW_OK;
}

static void destroy(void *instance) {
    (void)instance;
    fx_trace("destroy");
    leave_in("InDestroy");
}

static const uw_plugin table = {
    FX_HEAD, .name = "Leaving", .threading = UW_CONCURRENT, .max_concurrency = 2,
    .create = create, .initialize = initialize, .config_schema = config_schema,
    .current_config = current_config, .execute = execute, .execute_stream = execute_stream,
    .cancel = cancel, .cleanup = cleanup, .destroy = destroy};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    (void)given, (void)reply;
    snprintf(chosen, sizeof chosen, "%.*s", (int)class_name.length, class_name.data);
    leave_in("InEntry");
    *plugin = &table;
    return UW_OK;
}
