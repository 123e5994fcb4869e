/* unresolved.c: calls a function that no library has; RTLD_NOW finds out. */
#include "fixture.h"

uw_status fixture_symbol_that_is_nowhere(void);

uw_status uw_plugin_entry(
    const uw_host *host, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    (void)host, (void)class_name, (void)reply, (void)plugin;
    return fixture_symbol_that_is_nowhere();
}
