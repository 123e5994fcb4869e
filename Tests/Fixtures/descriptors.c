/*
 * descriptors.c: class Descriptors, which treats the descriptors of its process as if all were its own.
 *
 * kwargs.mode chooses; kwargs.number is a descriptor's number:
 *
 *   close      closes one
 *   replace    puts /dev/null in the place of one
 *   socket     puts a socket in the place of one
 *   close_all  closes all from 3 on, one after the other, as daemons do to themselves
 *   close_range  the same by one system call
 *   limit      sets the soft limit of open files to kwargs.number
 *   use_up     opens files until there are no more descriptors
 *   leave      starts a process in a session of its own, which has a child; both ignore SIGTERM, and
 *              the answer is the numbers of the two
 *
 * Each is announced at the FIFO "announce", and answered with `true`, which the client may not get.
 */
#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

static const uw_host *host;

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = &host;
    return UW_OK;
}

static void replace(int number) {
    int other = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(other, number);
    close(other);
}

static void replace_by_socket(int number) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) return;
    dup2(ends[0], number);
    close(ends[0]);
}

static void limit(rlim_t number) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = number;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* A process that only SIGKILL ends. */
static void stay(void) {
    signal(SIGTERM, SIG_IGN);
    for (;;) pause();
}

static uw_status leave(uw_call_id call) {
    int ends[2];
    pid_t inner = 0;
    if (pipe(ends)) return UW_ERROR;
    pid_t outer = fork();
    if (outer == 0) {
        setsid();
        inner = fork();
        if (inner > 0 && write(ends[1], &inner, sizeof inner) < 0) _exit(1);
        stay();
    }
    ssize_t got = read(ends[0], &inner, sizeof inner);
    close(ends[0]);
    close(ends[1]);
    if (got != sizeof inner) return UW_ERROR;
    return fx_finish(host, call, UW_OK, "[%d,%d]", outer, inner);
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char mode[16];
    int number = (int)fx_number(call->kwargs, "number", -1);
    fx_string(call->kwargs, "mode", mode, sizeof mode);
    if (!strcmp(mode, "close")) close(number);
    if (!strcmp(mode, "replace")) replace(number);
    if (!strcmp(mode, "socket")) replace_by_socket(number);
    if (!strcmp(mode, "close_all"))
        for (int each = 3; each < 1024; each++) close(each);
    if (!strcmp(mode, "close_range")) close_range(3, ~0U, 0);
    if (!strcmp(mode, "limit")) limit((rlim_t)number);
    if (!strcmp(mode, "use_up")) while (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) {}
    if (!strcmp(mode, "leave")) return leave(call->id);
    char announce[512];
    fx_announce(fx_string(call->kwargs, "announce", announce, sizeof announce), mode);
    return fx_finish(host, call->id, UW_OK, "true");
}

static void destroy(void *instance) { (void)instance; }

static const uw_plugin table = {
    FX_HEAD, .name = "Descriptors", .threading = UW_SERIAL, .create = create,
    .execute = execute, .destroy = destroy};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    (void)given, (void)class_name, (void)reply;
    *plugin = &table;
    return UW_OK;
}
