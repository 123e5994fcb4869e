#include "place.hpp"
#include "plugin_guard.h"

#include <cstring>
#include <cxxabi.h>
#include <exception>

__thread Place place;

const char *uwg_function(void) { return place.function; }

namespace {

void note(uwg_thrown *thrown, const char *what) noexcept {
    thrown->is_set = 1;
    std::strncpy(thrown->what, what, sizeof thrown->what - 1);
    thrown->what[sizeof thrown->what - 1] = '\0';
}

template <typename Body>
uw_status visit(const char *function, const uw_call *call, uwg_thrown *thrown, Body body) {
    place = {function, call};
    uwg_set_cancellation(PTHREAD_CANCEL_ENABLE);
    uw_status status = UW_ERROR;
    try {
        status = body();
    } catch (const std::exception &exception) {
        note(thrown, exception.what());
    } catch (abi::__forced_unwind &) {
        // pthread_exit or pthread_cancel: glibc aborts the process if this is swallowed.
        throw;
    } catch (...) {
        note(thrown, "an exception that is no std::exception");
    }
    uwg_end_copy();
    uwg_hold_cancellation();
    place = {};
    return status;
}

} // namespace

uw_status uwg_entry(
    uw_plugin_entry_fn function, const uw_host *host, uw_text class_name, uw_reply reply,
    const uw_plugin **plugin, uwg_thrown *thrown) {
    return visit("uw_plugin_entry", nullptr, thrown, [&] {
        return function(host, class_name, reply, plugin);
    });
}

uw_status uwg_create(
    uwg_create_fn function, const uw_plugin *plugin, const uw_host *host, uw_reply reply,
    void **instance, uwg_thrown *thrown) {
    return visit("create", nullptr, thrown, [&] { return function(plugin, host, reply, instance); });
}

uw_status uwg_initialize(
    uwg_initialize_fn function, void *instance, uw_text config, uw_reply reply,
    uwg_thrown *thrown) {
    return visit("initialize", nullptr, thrown, [&] { return function(instance, config, reply); });
}

uw_status uwg_ask(
    uwg_reply_fn function, const char *name, void *instance, uw_reply reply, uwg_thrown *thrown) {
    return visit(name, nullptr, thrown, [&] { return function(instance, reply); });
}

uw_status uwg_execute(
    uwg_execute_fn function, const char *name, void *instance, const uw_call *call,
    uwg_thrown *thrown) {
    return visit(name, call, thrown, [&] { return function(instance, call); });
}

uw_status uwg_reconfigure(
    uwg_reconfigure_fn function, void *instance, uw_text old_config, uw_text new_config,
    uw_reply reply, uwg_thrown *thrown) {
    return visit("reconfigure", nullptr, thrown, [&] {
        return function(instance, old_config, new_config, reply);
    });
}

uw_status uwg_cancel(
    uwg_cancel_fn function, void *instance, uw_call_id call, uw_reply reply, uwg_thrown *thrown) {
    return visit("cancel", nullptr, thrown, [&] { return function(instance, call, reply); });
}

void uwg_destroy(uwg_destroy_fn function, void *instance, uwg_thrown *thrown) {
    (void)visit("destroy", nullptr, thrown, [&] {
        function(instance);
        return uw_status{UW_OK};
    });
}
