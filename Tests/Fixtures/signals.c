/*
 * signals.c: class Signals, which does to the signals of its process what libraries and runtimes do.
 *
 * kwargs.mode chooses; kwargs.signal is a signal's number:
 *
 *   open      a thread that blocks no signal waits for ever
 *   default, ignore, take
 *             the process gives the signal its default action, ignores it, or has a handler
 *   taken     how often that handler has run
 *   send      sends the signal to the process
 *   log       writes a line to the worker's log
 *   overrun   writes a file beyond its limit, and returns the error's name
 *   status    the exit status of a child, or the error's name
 *   end_fork  the signal that ends a forked child that the signal is sent to
 *   run       what a shell command prints; kwargs.how starts it: fork, vfork, spawn, system or popen
 */
#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>

extern char **environ;

static const uw_host *host;
static atomic_int taken;

static void *wait_for_ever(void *data) {
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    const char *announce = data;
    fx_announce(announce, "open");
    for (;;) pause();
    return NULL;
}

static void count(int signal) {
    (void)signal;
    taken++;
}

static uw_status set(const uw_call *call, int signal, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    int result = sigaction(signal, &action, NULL);
    return fx_finish(host, call->id, UW_OK, "%d", result);
}

static uw_status overrun(const uw_call *call) {
    FILE *file = tmpfile();
    char page[4096] = {0};
    int error = 0;
    while (!error && write(fileno(file), page, sizeof page) > 0) {}
    error = errno;
    fclose(file);
    return fx_finish(host, call->id, UW_OK, "\"%s\"", strerrorname_np(error));
}

static uw_status child_status(const uw_call *call) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) _exit(7);
    /* It has ended before it is asked for: an ignored SIGCHLD would have thrown its status away. */
    if (waitpid(child, &status, 0) < 0)
        return fx_finish(host, call->id, UW_OK, "\"%s\"", strerrorname_np(errno));
    return fx_finish(host, call->id, UW_OK, "%d", WEXITSTATUS(status));
}

static uw_status end_fork(const uw_call *call, int signal) {
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        for (;;) pause();
    kill(child, signal);
    waitpid(child, &status, 0);
    return fx_finish(host, call->id, UW_OK, "%d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

/* Starts a shell whose output goes to a pipe; its reading end. */
static FILE *start(const char *how, char *command) {
    char *arguments[] = {"sh", "-c", command, NULL};
    int ends[2];
    if (!strcmp(how, "popen")) return popen(command, "re");
    if (pipe2(ends, O_CLOEXEC)) return NULL;
    if (!strcmp(how, "system")) {
        char whole[1024];
        snprintf(whole, sizeof whole, "{ %s; } >/proc/%d/fd/%d", command, getpid(), ends[1]);
        if (system(whole) < 0) return NULL;
    } else if (!strcmp(how, "spawn")) {
        pid_t child;
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
        posix_spawn(&child, "/bin/sh", &actions, NULL, arguments, environ);
    } else {
        pid_t child = !strcmp(how, "vfork") ? vfork() : fork();
        if (child == 0) {
            dup2(ends[1], 1);
            execv("/bin/sh", arguments);
            _exit(127);
        }
    }
    close(ends[1]);
    return fdopen(ends[0], "r");
}

static uw_status run(const uw_call *call) {
    char how[16], command[512], text[2048] = "";
    fx_string(call->kwargs, "how", how, sizeof how);
    fx_string(call->kwargs, "command", command, sizeof command);
    FILE *output = start(how, command);
    size_t length = output ? fread(text, 1, sizeof text - 1, output) : 0;
    if (output) fclose(output);
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] == '"' || text[i] == '\\') text[i] = ' ';
    return fx_finish(host, call->id, UW_OK, "\"%s\"", text);
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    static char announce[512];
    char mode[16];
    int signal = (int)fx_number(call->kwargs, "signal", SIGTERM);
    fx_string(call->kwargs, "mode", mode, sizeof mode);
    if (!strcmp(mode, "open")) {
        pthread_t thread;
        fx_string(call->kwargs, "announce", announce, sizeof announce);
        return fx_finish(
            host, call->id, UW_OK, "%d", pthread_create(&thread, NULL, wait_for_ever, announce));
    }
    if (!strcmp(mode, "default")) return set(call, signal, SIG_DFL);
    if (!strcmp(mode, "ignore")) return set(call, signal, SIG_IGN);
    if (!strcmp(mode, "take")) return set(call, signal, count);
    if (!strcmp(mode, "taken")) return fx_finish(host, call->id, UW_OK, "%d", taken);
    if (!strcmp(mode, "send"))
        return fx_finish(host, call->id, UW_OK, "%d", kill(getpid(), signal));
    if (!strcmp(mode, "log")) {
        host->log(UW_LOG_INFO, "a line of the plugin's", UW_NTS);
        return fx_finish(host, call->id, UW_OK, "true");
    }
    if (!strcmp(mode, "overrun")) return overrun(call);
    if (!strcmp(mode, "status")) return child_status(call);
    if (!strcmp(mode, "end_fork")) return end_fork(call, signal);
    if (!strcmp(mode, "run")) return run(call);
    return fx_echo(host, call);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = NULL;
    const char *signal = getenv("FIXTURE_CREATE_TAKES");
    if (signal) {
        struct sigaction action = {.sa_handler = count};
        sigaction(atoi(signal), &action, NULL);
    }
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

static const uw_plugin classes[] = {
    {FX_HEAD, .name = "Signals", .version = "1.0", .create = create, .execute = execute,
     .destroy = destroy},
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
