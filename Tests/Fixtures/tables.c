/*
 * tables.c: tables of other sizes than this header's. Short is as long as that of ABI 1.0, and ends
 * where memory ends: a byte read behind it is a fault. Long has fields behind those of this header.
 * Both answer whether create got the plugin's own table back, not a copy.
 */
#include "fixture.h"

#include <sys/mman.h>

/* What ABI 1.0 had: everything up to destroy. */
#define FIRST_SIZE (offsetof(uw_plugin, destroy) + sizeof(void (*)(void *)))

struct longer {
    uw_plugin table;
    void (*newer_function)(void);
    uint64_t newer_field;
};

static const uw_host *host;
static const void *own;
static bool is_own;

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)reply;
    host = given;
    is_own = plugin == own;
    *instance = NULL;
    return UW_OK;
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    return host->finish(call->id, UW_OK, is_own ? "\"own\"" : "\"a copy\"", UW_NTS);
}

static void destroy(void *instance) { (void)instance; }

#define HEAD(size) .abi_major = UW_ABI_MAJOR, .abi_minor = 0, .struct_size = (size)
#define REST .create = create, .execute = execute, .destroy = destroy

static const uw_plugin whole = {HEAD(FIRST_SIZE), .name = "Short", REST};
static const struct longer longer = {
    {HEAD(sizeof(struct longer)), .name = "Long", REST}, (void (*)(void))1, ~0ull};

/* A copy of the table of which the last byte is the last one of its page. */
static const uw_plugin *at_end_of_memory(void) {
    size_t page = (size_t)getpagesize();
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE)) return NULL;
    return memcpy(pages + page - FIRST_SIZE, &whole, FIRST_SIZE);
}

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    (void)given, (void)reply;
    bool is_short = class_name.length == 5 && !memcmp(class_name.data, "Short", 5);
    *plugin = is_short ? at_end_of_memory() : &longer.table;
    own = *plugin;
    return UW_OK;
}
