/* missing_dependency.c: needs libfixture_gone.so, which the Makefile does not leave behind. */
#include "fixture.h"

int fixture_answer(void);

uw_status uw_plugin_entry(
    const uw_host *host, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    (void)host, (void)class_name, (void)reply, (void)plugin;
    return fixture_answer() == 42 ? UW_ERROR : UW_FATAL;
}
