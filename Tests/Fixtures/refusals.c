/*
 * refusals.c: one class for each way in which a library that loads is still no good plugin. The
 * class name says which.
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
    *instance = &host;
    return UW_OK;
}

static uw_status fail_create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)instance;
    given->reply(reply, "no licence\nfor \"this\"", UW_NTS);
    return UW_UNAVAILABLE;
}

static uw_status fail_create_silently(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)given, (void)reply, (void)instance;
    return UW_ERROR;
}

static uw_status fail_create_oddly(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)instance;
    given->reply(reply, "bad \xff text", UW_NTS);
    return 77;
}

static void destroy(void *instance) { (void)instance; }

#define REST .create = create, .execute = execute, .destroy = destroy

/* A table that ends before `execute` would begin. What lies behind it is not to be read. */
static const uw_plugin classes[] = {
    {FX_HEAD, .name = "Good", REST},
    {.abi_major = UW_ABI_MAJOR + 1, .struct_size = sizeof(uw_plugin), .name = "NewerMajor", REST},
    {.abi_major = 0, .struct_size = sizeof(uw_plugin), .name = "MajorZero", REST},
    {.abi_major = UW_ABI_MAJOR, .abi_minor = UW_ABI_MINOR + 1,
     .struct_size = sizeof(uw_plugin) + 64, .name = "NewerMinor", REST},
    {.abi_major = UW_ABI_MAJOR, .struct_size = offsetof(uw_plugin, execute), .name = "TooSmall",
     REST},
    {.abi_major = UW_ABI_MAJOR, .struct_size = 0, .name = "SizeZero", REST},
    {FX_HEAD, .name = "NoCreate", .execute = execute, .destroy = destroy},
    {FX_HEAD, .name = "NoExecute", .create = create, .destroy = destroy},
    {FX_HEAD, .name = "NoDestroy", .create = create, .execute = execute},
    {FX_HEAD, .name = "CreateFails", .create = fail_create, .execute = execute, .destroy = destroy},
    {FX_HEAD, .name = "CreateFailsSilently", .create = fail_create_silently, .execute = execute,
     .destroy = destroy},
    {FX_HEAD, .name = "CreateFailsOddly", .create = fail_create_oddly, .execute = execute,
     .destroy = destroy},
    {FX_HEAD, .name = "ConcurrencyZero", .threading = UW_CONCURRENT, .max_concurrency = 0, REST},
    {FX_HEAD, .name = "ConcurrencyHuge", .threading = UW_CONCURRENT, .max_concurrency = 1000, REST},
    {FX_HEAD, .name = "SerialOfFour", .threading = UW_SERIAL, .max_concurrency = 4, REST},
    {FX_HEAD, .name = "UnknownThreading", .threading = 9, REST},
    {FX_HEAD, .name = "UnknownFlag", .flags = 1u << 31, REST},
};

static const uw_plugin bad_name = {FX_HEAD, .name = "bad \xff name", REST};
static const uw_plugin bad_version = {FX_HEAD, .name = "fine", .version = "\xc0\xaf", REST};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
#define CLASS(literal)                                                                            \
    if (class_name.length == sizeof literal - 1 &&                                                \
        !memcmp(class_name.data, literal, sizeof literal - 1))
    CLASS("BadName") return *plugin = &bad_name, UW_OK;
    CLASS("BadVersion") return *plugin = &bad_version, UW_OK;
    CLASS("NullTable") return *plugin = NULL, UW_OK;
    CLASS("EntryFails") return given->reply(reply, "no such device", UW_NTS), UW_ERROR;
    CLASS("EntryFailsSilently") return UW_ERROR;
    CLASS("EntryWrongABI") return given->reply(reply, "needs ABI 9.9", UW_NTS), UW_WRONG_ABI;
    CLASS("EntryOddStatus") return -5;
    CLASS("EntryPending") return UW_PENDING;
    CLASS("UnknownSilently") return UW_UNKNOWN_CLASS;
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
