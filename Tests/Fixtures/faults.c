/*
 * faults.c: one class for each way to break the ABI's rules, in whatever a client asks. For the checker
 * of plugins, which sends no arguments that these classes would know.
 */
#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

static const uw_host *host;
static uw_reply former_reply;
static bool initialized, cleaned, is_config_bad;
static pthread_t finisher;
static int rounds, cleanups;

static void nap(long milliseconds) {
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static uw_status finish(const uw_call *call, const char *json) {
    host->finish(call->id, UW_OK, json, UW_NTS);
    return UW_OK;
}

/* What most classes do, and do well. */
static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    return finish(call, "null");
}

static uw_status initialize(void *instance, uw_text config, uw_reply reply) {
    (void)instance, (void)config, (void)reply;
    initialized = true;
    return UW_OK;
}

static uw_status quiet(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    return UW_OK;
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin;
    host = given;
    former_reply = reply;
    *instance = NULL;
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

/* Calls. */

static uw_status finish_twice(void *instance, const uw_call *call) {
    execute(instance, call);
    return execute(instance, call);
}

static uw_status finish_never(void *instance, const uw_call *call) {
    (void)instance, (void)call;
    return UW_PENDING;
}

static uw_status forget_finish(void *instance, const uw_call *call) {
    (void)instance, (void)call;
    return UW_OK;
}

static void *finish_later(void *call) {
    nap(20);
    host->finish((uw_call_id)call, UW_OK, "null", UW_NTS);
    return NULL;
}

static uw_status finish_late(void *instance, const uw_call *call) {
    (void)instance;
    if (pthread_create(&finisher, NULL, finish_later, (void *)call->id) == 0) pthread_detach(finisher);
    return UW_OK;
}

static uw_status break_json(void *instance, const uw_call *call) {
    (void)instance;
    return finish(call, "{\"a\":");
}

static uw_status break_utf8(void *instance, const uw_call *call) {
    (void)instance;
    host->finish(call->id, UW_ERROR, "no \xff good", UW_NTS);
    return UW_OK;
}

static uw_status break_line(void *instance, const uw_call *call) {
    (void)instance;
    host->emit(call->id, "nonsense", UW_NTS);
    host->finish(call->id, UW_OK, NULL, 0);
    return UW_OK;
}

static uw_status answer_unknown(void *instance, const uw_call *call) {
    (void)instance, (void)call;
    return 4711;
}

static uw_status finish_unknown(void *instance, const uw_call *call) {
    (void)instance;
    host->finish(call->id, (uw_status)-1, NULL, 0);
    return UW_OK;
}

static uw_status report_nonsense(void *instance, const uw_call *call) {
    host->progress(call->id, 42, "far", UW_NTS);
    return execute(instance, call);
}

static uw_status report_late(void *instance, const uw_call *call) {
    execute(instance, call);
    host->progress(call->id, 0.5, NULL, 0);
    return UW_OK;
}

static uw_status reply_late(void *instance, const uw_call *call) {
    host->reply(former_reply, "{}", UW_NTS);
    return execute(instance, call);
}

static uw_status emit_anyway(void *instance, const uw_call *call) {
    host->emit(call->id, "1", 1);
    return execute(instance, call);
}

static uw_status ignore_everything(void *instance, const uw_call *call) {
    (void)instance, (void)call;
    for (;;) pause();
}

static uw_status stop_slowly(void *instance, const uw_call *call) {
    while (!host->is_cancelled(call->id)) nap(1);
    nap(1300);
    return execute(instance, call);
}

static uw_status run_until_cancelled(void *instance, const uw_call *call) {
    while (!host->is_cancelled(call->id)) nap(1);
    return execute(instance, call);
}

static uw_status emit_for_ever(void *instance, const uw_call *call) {
    (void)instance;
    for (;;) {
        host->emit(call->id, "1", 1);
        nap(1);
    }
}

/* Crashes, and ends. */

static uw_status crash(void *instance, const uw_call *call) {
    if (!initialized || cleaned || call->args.length > 100000) raise(SIGSEGV);
    return execute(instance, call);
}

static uw_status crash_unready(void *instance, const uw_call *call) {
    if (!initialized) abort();
    return execute(instance, call);
}

static uw_status crash_after_cleanup(void *instance, const uw_call *call) {
    if (cleaned) abort();
    return execute(instance, call);
}

static uw_status crash_on_huge(void *instance, const uw_call *call) {
    if (call->args.length > 100000) abort();
    return execute(instance, call);
}

static uw_status crash_on_nonsense(void *instance, uw_text config, uw_reply reply) {
    if (config.data[0] != '{') abort();
    return initialize(instance, config, reply);
}

static uw_status leave(void *instance, const uw_call *call) {
    (void)instance, (void)call;
    exit(3);
}

static uw_status leave_at_once(void *instance, const uw_call *call) {
    (void)instance, (void)call;
    _exit(3);
}

static uw_status end_thread(void *instance, const uw_call *call) {
    (void)instance, (void)call;
    pthread_exit(NULL);
}

static uw_status kill_parent(void *instance, const uw_call *call) {
    kill(getppid(), SIGKILL);
    nap(200);
    return execute(instance, call);
}

static uw_status stop_process(void *instance, const uw_call *call) {
    kill(getpid(), SIGSTOP);
    return execute(instance, call);
}

static uw_status close_all(void *instance, const uw_call *call) {
    (void)instance, (void)call;
    for (int descriptor = 3; descriptor < 256; descriptor++) close(descriptor);
    for (;;) pause();
}

static uw_status break_for_good(void *instance, const uw_call *call) {
    (void)instance;
    host->finish(call->id, UW_FATAL, "no more", UW_NTS);
    return UW_OK;
}

static void never_end(void *instance) {
    (void)instance;
    for (;;) pause();
}

/* Life. */

static uw_status initialize_once(void *instance, uw_text config, uw_reply reply) {
    if (rounds++ == 0) return initialize(instance, config, reply);
    host->reply(reply, "initialized already", UW_NTS);
    return UW_ERROR;
}

static uw_status refuse_but_change(void *instance, uw_text config, uw_reply reply) {
    (void)instance;
    is_config_bad = config.length != 2 || config.data[0] != '{';
    if (!is_config_bad) return UW_OK;
    host->reply(reply, "no object", UW_NTS);
    return UW_INVALID_ARGUMENT;
}

static uw_status current_config(void *instance, uw_reply reply) {
    (void)instance;
    return host->reply(reply, is_config_bad ? "{\"bad\":true}" : "{}", UW_NTS);
}

static uw_status schema_of_nonsense(void *instance, uw_reply reply) {
    (void)instance;
    return host->reply(reply, "[1]", UW_NTS);
}

static uw_status clean_up(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    cleaned = true;
    return UW_OK;
}

static uw_status clean_up_once(void *instance, uw_reply reply) {
    (void)instance;
    if (cleanups++ == 0) return UW_OK;
    host->reply(reply, "nothing to clean up", UW_NTS);
    return UW_ERROR;
}

/* Cancel. */

static uw_status cancel_slowly(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)call, (void)reply;
    nap(1500);
    return UW_OK;
}

static uw_status cancel_badly(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)call;
    host->reply(reply, "cannot", UW_NTS);
    return UW_ERROR;
}

static uw_status cancel_crashing(void *instance, uw_call_id call, uw_reply reply) {
    (void)instance, (void)reply;
    if (call == UW_NO_CALL) abort();
    return UW_OK;
}

/* What is left behind, and what is shared. */

static uw_status leak_descriptor(void *instance, const uw_call *call) {
    (void)!open("/etc/hostname", O_RDONLY);
    return execute(instance, call);
}

static void *sleep_for_ever(void *data) {
    (void)data;
    for (;;) pause();
}

static uw_status leak_thread(void *instance, uw_text config, uw_reply reply) {
    pthread_t thread;
    pthread_create(&thread, NULL, sleep_for_ever, NULL);
    return initialize(instance, config, reply);
}

static uw_status leak_process(void *instance, const uw_call *call) {
    if (fork() == 0) {
        setsid();
        execl("/bin/sleep", "sleep", "1000", (char *)NULL);
        _exit(127);
    }
    return execute(instance, call);
}

static uw_status return_twice(void *instance, const uw_call *call) {
    (void)fork();
    return execute(instance, call);
}

static uw_status mix_up(void *instance, const uw_call *call) {
    static char shared[256];
    (void)instance;
    snprintf(shared, sizeof shared, "%.*s", (int)call->args.length, call->args.data);
    if (call->args.length < 100) nap(20);
    return finish(call, call->args.length < 100 ? shared : "null");
}

static const uw_endpoint rows[] = {
    {UW_GET, UW_AS_CALL, "/broken", NULL, break_json},
};

#define CLASS(title, ...)                                                                         \
    {FX_HEAD, .flags = UW_POLLS_CANCELLED, .name = title, .create = create, .destroy = destroy,   \
     __VA_ARGS__}
#define CALL(title, function) CLASS(title, .initialize = initialize, .execute = function)
#define DEAF(title, function)                                                                     \
    {FX_HEAD, .name = title, .create = create, .destroy = destroy, .execute = function}

static const uw_plugin classes[] = {
    CLASS("Good", .initialize = initialize, .execute = execute, .cleanup = quiet),
    CALL("FinishTwice", finish_twice),
    CALL("FinishNever", finish_never),
    DEAF("DeafForEver", finish_never),
    CALL("ForgetFinish", forget_finish),
    CALL("FinishLate", finish_late),
    CALL("BreakJSON", break_json),
    CALL("BreakUTF8", break_utf8),
    CLASS("BreakLine", .execute = execute, .execute_stream = break_line),
    CALL("AnswerUnknown", answer_unknown),
    CALL("FinishUnknown", finish_unknown),
    CALL("ReportNonsense", report_nonsense),
    CALL("ReportLate", report_late),
    CALL("ReplyLate", reply_late),
    CALL("EmitAnyway", emit_anyway),
    CALL("IgnoreEverything", ignore_everything),
    CALL("StopSlowly", stop_slowly),
    CALL("RunUntilCancelled", run_until_cancelled),
    CLASS("EmitForEver", .execute = execute, .execute_stream = emit_for_ever),
    CALL("CrashUnready", crash_unready),
    CLASS("CrashAfterCleanup", .execute = crash_after_cleanup, .cleanup = clean_up),
    CALL("CrashOnHuge", crash_on_huge),
    CLASS("CrashOnNonsense", .initialize = crash_on_nonsense, .execute = execute),
    CLASS("Crash", .initialize = initialize, .execute = crash, .cleanup = clean_up),
    CALL("Leave", leave),
    CALL("LeaveAtOnce", leave_at_once),
    CALL("EndThread", end_thread),
    CALL("KillParent", kill_parent),
    CALL("StopProcess", stop_process),
    CALL("CloseAll", close_all),
    CALL("BreakForGood", break_for_good),
    {FX_HEAD, .name = "NeverEnd", .create = create, .destroy = never_end, .execute = execute},
    CLASS("InitializeOnce", .initialize = initialize_once, .execute = execute),
    CLASS("RefuseButChange", .initialize = refuse_but_change, .current_config = current_config,
          .execute = execute),
    CLASS("SchemaOfNonsense", .config_schema = schema_of_nonsense, .execute = execute),
    CLASS("CleanUpOnce", .execute = execute, .cleanup = clean_up_once),
    CLASS("CancelSlowly", .execute = execute, .cancel = cancel_slowly),
    CLASS("CancelBadly", .execute = execute, .cancel = cancel_badly),
    CLASS("CancelCrashing", .execute = execute, .cancel = cancel_crashing),
    CALL("LeakDescriptor", leak_descriptor),
    CLASS("LeakThread", .initialize = leak_thread, .execute = execute),
    CALL("LeakProcess", leak_process),
    CALL("ReturnTwice", return_twice),
    CLASS("MixUp", .threading = UW_CONCURRENT, .max_concurrency = 4, .execute = mix_up),
    CLASS("BrokenEndpoint", .execute = execute, .endpoints = rows, .endpoint_count = 1,
          .endpoint_size = sizeof rows[0]),
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
