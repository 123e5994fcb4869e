/*
 * descriptors.c: class Descriptors, which treats the descriptors of its process as if all were its own.
 *
 * kwargs.mode chooses; kwargs.number is a descriptor's number:
 *
 *   close      closes one
 *   replace    puts /dev/null in the place of one
 *   close_all  closes all from 3 on, one after the other, as daemons do to themselves
 *   close_range  the same by one system call
 *   limit      sets the soft limit of open files to kwargs.number
 *
 * Each is announced at the FIFO "announce", and answered with `true`, which the client may not get.
 */
#include "fixture.h"

#include <sys/resource.h>

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

static void limit(rlim_t number) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = number;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char mode[16];
    int number = (int)fx_number(call->kwargs, "number", -1);
    fx_string(call->kwargs, "mode", mode, sizeof mode);
    if (!strcmp(mode, "close")) close(number);
    if (!strcmp(mode, "replace")) replace(number);
    if (!strcmp(mode, "close_all"))
        for (int each = 3; each < 1024; each++) close(each);
    if (!strcmp(mode, "close_range")) close_range(3, ~0U, 0);
    if (!strcmp(mode, "limit")) limit((rlim_t)number);
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
