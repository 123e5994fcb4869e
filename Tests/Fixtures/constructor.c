/*
 * constructor.c: a library whose constructor waits at FIXTURE_LOAD_GATE, inside of dlopen and with
 * the loader's lock held. Class Constructor echoes.
 */
#include "fixture.h"

static const uw_host *host;

__attribute__((constructor)) static void load(void) { fx_gate_in_environment("LOAD"); }

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    return fx_echo(host, call);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply, (void)instance;
    host = given;
    return UW_OK;
}

static void destroy(void *instance) { (void)instance; }

static const uw_plugin classes[] = {
    {FX_HEAD, .name = "Constructor", .create = create, .execute = execute, .destroy = destroy},
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
