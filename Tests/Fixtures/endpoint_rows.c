/*
 * endpoint_rows.c: declarations of endpoints and headers that break a rule, one class for each. The
 * first row of each is in order.
 */
#include "fixture.h"

static const uw_host *host;

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    return fx_echo(host, call);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = NULL;
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

static uw_status on_enable(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    return UW_OK;
}

#define GOOD {UW_GET, UW_AS_CALL, "/good", NULL, execute}
#define ROW(name, ...) static const uw_endpoint name[] = {GOOD, {__VA_ARGS__}};

static char long_path[300];
ROW(method, 3, UW_AS_CALL, "/x", NULL, execute)
ROW(run, UW_GET, 9, "/x", NULL, execute)
ROW(no_path, UW_GET, UW_AS_CALL, NULL, NULL, execute)
ROW(no_slash, UW_GET, UW_AS_CALL, "x", NULL, execute)
ROW(empty, UW_GET, UW_AS_CALL, "", NULL, execute)
ROW(odd_byte, UW_GET, UW_AS_CALL, "/x{id}", NULL, execute)
ROW(not_text, UW_GET, UW_AS_CALL, "/x\xff", NULL, execute)
ROW(too_long, UW_GET, UW_AS_CALL, long_path, NULL, execute)
ROW(no_function, UW_POST, UW_AS_CALL, "/x", NULL, NULL)
ROW(twice, UW_GET, UW_BESIDE_CALLS, "/good", NULL, execute)
ROW(own, UW_POST, UW_AS_CALL, "/health", NULL, execute)
ROW(own_other_method, UW_GET, UW_AS_CALL, "/execute", NULL, execute)
ROW(own_id, UW_GET, UW_AS_CALL, "/cancel/x", NULL, execute)
ROW(hook, UW_POST, UW_AS_CALL, "/prefetch", NULL, execute)
static const uw_endpoint many[65] = {GOOD};

static const char *const blank_name[] = {"traceparent", "a b"};
static const char *const null_name[] = {NULL};
static const char *const long_name[] = {
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
static const char *const many_names[33] = {"a"};

#define BASE FX_HEAD, .create = create, .execute = execute, .destroy = destroy
#define ROWS(rows)                                                                                \
    .endpoints = rows, .endpoint_count = FX_COUNT(rows), .endpoint_size = sizeof rows[0]
#define NAMES(names) .header_names = names, .header_name_count = FX_COUNT(names)

static const uw_plugin classes[] = {
    {BASE, .name = "Method", ROWS(method)},
    {BASE, .name = "Run", ROWS(run)},
    {BASE, .name = "NoPath", ROWS(no_path)},
    {BASE, .name = "NoSlash", ROWS(no_slash)},
    {BASE, .name = "EmptyPath", ROWS(empty)},
    {BASE, .name = "OddByte", ROWS(odd_byte)},
    {BASE, .name = "NotText", ROWS(not_text)},
    {BASE, .name = "TooLong", ROWS(too_long)},
    {BASE, .name = "NoFunction", ROWS(no_function)},
    {BASE, .name = "Twice", ROWS(twice)},
    {BASE, .name = "Own", ROWS(own)},
    {BASE, .name = "OwnOtherMethod", ROWS(own_other_method)},
    {BASE, .name = "OwnID", ROWS(own_id)},
    {BASE, .name = "HookPath", ROWS(hook), .on_enable = on_enable},
    {BASE, .name = "TooMany", ROWS(many)},
    {BASE, .name = "NullRows", .endpoint_count = 2, .endpoint_size = sizeof(uw_endpoint)},
    {BASE, .name = "ShortRows", .endpoints = own, .endpoint_count = 2, .endpoint_size = 24},
    {BASE, .name = "BlankName", NAMES(blank_name)},
    {BASE, .name = "NullName", NAMES(null_name)},
    {BASE, .name = "LongName", NAMES(long_name)},
    {BASE, .name = "ManyNames", NAMES(many_names)},
    {BASE, .name = "NullNames", .header_name_count = 1},
};

__attribute__((constructor)) static void fill(void) {
    memset(long_path, 'p', sizeof long_path - 1);
    long_path[0] = '/';
}

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
