/*
 * printing.c: class Printing writes where plugins should not, and into the log, as kwargs.mode
 * chooses. It also prints while it is loaded, in the entry and in create (class Printing), and class
 * PrintsAndFails refuses to be created after that.
 */
#include "fixture.h"

static const uw_host *host;

__attribute__((constructor)) static void loaded(void) { printf("printed while loading\n"); }

static void print_flood(long bytes) {
    char line[100];
    memset(line, 'f', sizeof line);
    line[sizeof line - 1] = '\n';
    for (long done = 0; done < bytes; done += (long)sizeof line)
        if (write(STDOUT_FILENO, line, sizeof line) < 0) return;
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char mode[32];
    fx_string(call->kwargs, "mode", mode, sizeof mode);
#define MODE(name) if (!strcmp(mode, name))
    MODE("printf") printf("printed by printf without newline");
    MODE("printf_line") printf("printed by printf as a line\n");
    MODE("flush") printf("flushed without newline"), fflush(stdout);
    MODE("write") {
        if (write(STDOUT_FILENO, "written to descriptor 1\n", 24) != 24) return UW_ERROR;
    }
    MODE("stderr") fprintf(stderr, "printed on stderr\n");
    MODE("child") {
        if (system("echo printed by a child; echo a child complains >&2")) return UW_ERROR;
    }
    MODE("bytes") {
        if (write(STDOUT_FILENO, "odd \xff\x1b[31m\x01 bytes\n", 18) != 18) return UW_ERROR;
    }
    MODE("forged") {
        // Characters that are four bytes each in the log, and then what journald takes for a priority.
        static char line[60000];
        memset(line, '\x1b', sizeof line);
        memcpy(line + sizeof line - 11, "<2>forged\n", 11);
        host->log(UW_LOG_INFO, line, sizeof line - 2);
        if (write(STDOUT_FILENO, line, sizeof line - 1) < 0) return UW_ERROR;
        if (write(STDOUT_FILENO, "<0>at the beginning\n", 20) != 20) return UW_ERROR;
    }
    MODE("flood") print_flood(fx_number(call->kwargs, "bytes", 1 << 20));
    MODE("levels") {
        host->log(UW_LOG_ERROR, "logged as error", UW_NTS);
        host->log(UW_LOG_WARNING, "logged as warning", UW_NTS);
        host->log(UW_LOG_INFO, "logged as info", UW_NTS);
        host->log(UW_LOG_DEBUG, "logged as debug", UW_NTS);
        host->log(99, "logged as level 99", UW_NTS);
    }
    MODE("odd_logs") {
        char *endless = malloc(1 << 20);
        if (!endless) return UW_ERROR;
        memset(endless, 'l', 1 << 20);
        host->log(UW_LOG_INFO, "two\nlines in one", UW_NTS);
        host->log(UW_LOG_INFO, "bad \xff text", UW_NTS);
        host->log(UW_LOG_INFO, NULL, 0);
        host->log(UW_LOG_INFO, NULL, 7);
        host->log(UW_LOG_INFO, "", 0);
        host->log(UW_LOG_INFO, endless, 1 << 20);
        host->log(UW_LOG_INFO, "after the odd ones", UW_NTS);
        free(endless);
    }
    MODE("log_flood") {
        long count = fx_number(call->kwargs, "count", 100000);
        for (long i = 0; i < count; i++) host->log(UW_LOG_INFO, "one of very many lines", UW_NTS);
    }
    return fx_finish(host, call->id, UW_OK, "true"), UW_OK;
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    host = given;
    printf("printed in create\n");
    fflush(stdout);
    *instance = &host;
    if (strcmp(plugin->name, "PrintsAndFails")) return UW_OK;
    given->reply(reply, "printed first", UW_NTS);
    return UW_ERROR;
}

static void destroy(void *instance) { (void)instance; }

static const uw_plugin classes[] = {
    {FX_HEAD, .name = "Printing", .create = create, .execute = execute, .destroy = destroy},
    {FX_HEAD, .name = "PrintsAndFails", .create = create, .execute = execute, .destroy = destroy},
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    printf("printed in the entry\n");
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
