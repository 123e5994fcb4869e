/*
 * lifecycle.c: what surrounds calls. Every function leaves its name in the file FIXTURE_TRACE.
 *
 *   Lifecycle  initialize takes an object and reads of it: refuse (a text), status (a number),
 *              announce and gate, schema and config (how config_schema and current_config behave:
 *              broken, array, silent, error). create, cleanup and destroy pass the gates
 *              FIXTURE_CREATE_GATE, FIXTURE_CLEANUP_GATE, FIXTURE_DESTROY_GATE.
 *              execute: mode "change" changes the configuration and says so; "change_silently".
 *   Bare       the three required functions only, and no name
 *   NoCleanup  cleanup answers UW_ERROR with a text
 *   Unready    execute answers UW_UNAVAILABLE until initialize has come
 */
#include "fixture.h"

static const uw_host *host;
static char config[4096] = "{\"initial\":true}";
static char schema_mode[32], config_mode[32];
static bool initialized;

static uw_status initialize(void *instance, uw_text given, uw_reply reply) {
    (void)instance;
    fx_trace("initialize");
    fx_gate(given, "initializing");
    char text[256];
    if (*fx_string(given, "refuse", text, sizeof text)) {
        host->reply(reply, "not yet", UW_NTS);
        host->reply(reply, text, UW_NTS);
        return UW_INVALID_ARGUMENT;
    }
    long status = fx_number(given, "status", UW_OK);
    if (status != UW_OK) return (uw_status)status;
    fx_string(given, "schema", schema_mode, sizeof schema_mode);
    fx_string(given, "config", config_mode, sizeof config_mode);
    if (given.length >= sizeof config) return UW_INVALID_ARGUMENT;
    snprintf(
        config, sizeof config, given.data[0] == '{' ? "%.*s" : "{\"value\":%.*s}",
        (int)given.length, given.data);
    initialized = true;
    return UW_OK;
}

static uw_status leave(const char *mode, const char *usual, uw_reply reply) {
    if (!strcmp(mode, "broken")) return host->reply(reply, "{\"broken\":", UW_NTS), UW_OK;
    if (!strcmp(mode, "array")) return host->reply(reply, "[]", UW_NTS), UW_OK;
    if (!strcmp(mode, "error")) return host->reply(reply, "have none", UW_NTS), UW_ERROR;
    if (!strcmp(mode, "silent")) return UW_OK;
    host->reply(reply, usual, UW_NTS);
    return UW_OK;
}

static uw_status config_schema(void *instance, uw_reply reply) {
    (void)instance;
    fx_trace("config_schema");
    return leave(schema_mode, "{\"type\": \"object\"}", reply);
}

static uw_status current_config(void *instance, uw_reply reply) {
    (void)instance;
    fx_trace("current_config");
    return leave(config_mode, config, reply);
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    fx_trace("execute");
    char mode[32];
    fx_string(call->kwargs, "mode", mode, sizeof mode);
    if (!strncmp(mode, "change", 6)) {
        strcpy(config, "{\"changed\":true}");
        if (!strcmp(mode, "change")) host->config_changed();
    }
    fx_gate(call->kwargs, "executing");
    return fx_echo(host, call);
}

static uw_status execute_when_ready(void *instance, const uw_call *call) {
    if (!initialized)
        return host->finish(call->id, UW_UNAVAILABLE, "initialize first", UW_NTS), UW_OK;
    return execute(instance, call);
}

static uw_status cleanup(void *instance, uw_reply reply) {
    (void)instance, (void)reply;
    fx_trace("cleanup");
    fx_gate_in_environment("CLEANUP");
    initialized = false;
    return UW_OK;
}

static uw_status fail_cleanup(void *instance, uw_reply reply) {
    (void)instance;
    fx_trace("cleanup");
    host->reply(reply, "will not let go", UW_NTS);
    return UW_ERROR;
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    fx_trace("create");
    fx_gate_in_environment("CREATE");
    host = given;
    *instance = NULL; /* an instance may be NULL: the worker does not look at it */
    return UW_OK;
}

static void destroy(void *instance) {
    (void)instance;
    fx_gate_in_environment("DESTROY");
    fx_trace("destroy");
}

static const uw_plugin classes[] = {
    {FX_HEAD, .name = "Lifecycle", .version = "1.0", .create = create, .initialize = initialize,
     .config_schema = config_schema, .current_config = current_config, .execute = execute,
     .cleanup = cleanup, .destroy = destroy},
    {FX_HEAD, .name = "NoCleanup", .create = create, .execute = execute, .cleanup = fail_cleanup,
     .destroy = destroy},
    {FX_HEAD, .name = "Unready", .create = create, .initialize = initialize,
     .execute = execute_when_ready, .cleanup = cleanup, .destroy = destroy},
};

static const uw_plugin bare = {
    FX_HEAD, .create = create, .execute = execute, .destroy = destroy};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    if (class_name.length == 4 && !memcmp(class_name.data, "Bare", 4))
        return *plugin = &bare, UW_OK;
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
