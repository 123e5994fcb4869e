// greeter.cpp: a plugin of Universal Worker, class Greeter.
//
// execute greets once, execute_stream again and again, until its client wants no more.
#include <chrono>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "json.h"
#include "universal_worker_plugin.h"

namespace {

const uw_host *host;

constexpr std::string_view class_name = "Greeter";

constexpr std::string_view config_text = R"({"type":"object","properties":{
    "greeting":{"type":"string","default":"Hello","description":"The word before the name."},
    "pause":{"type":"integer","minimum":0,"maximum":1000,"default":100,
             "description":"Milliseconds between the lines of a stream."}}})";

constexpr std::string_view arguments_text = R"({"/execute":{"type":"object","properties":{
    "args":{"type":"array"},
    "kwargs":{"type":"object","properties":{
        "who":{"type":"string","description":"Who is greeted."},
        "times":{"type":"integer","minimum":0,"maximum":1000,"default":3,
                 "description":"The lines of a stream."}}}}}})";

// What POST /initialize sets, and GET /config shows.
struct Configuration {
    std::string greeting = "Hello"; // as it stands between the quotes of a JSON string
    unsigned long pause = 100;      // between the lines of a stream, milliseconds
};

// What a call is given, by name or by position.
struct Arguments {
    std::string who; // likewise without its quotes
    unsigned long times = 3;

    explicit Arguments(const uw_call &call) {
        uw_text name = json_member(call.kwargs, "who"), count = json_member(call.kwargs, "times"), inner;
        if (name.length == 0) name = json_item(call.args, 0);
        if (count.length == 0) count = json_item(call.args, 1);
        if (!json_string(name, 1000, &inner))
            throw std::invalid_argument("who: expected a string of at most 1000 bytes");
        who.assign(inner.data, inner.length);
        if (count.length > 0 && !json_count(count, 1000, &times))
            throw std::invalid_argument("times: expected a whole number from 0 to 1000");
    }
};

class Plugin {
  public:
    void initialize(uw_text json) {
        Configuration next;
        uw_text greeting = json_member(json, "greeting"), pause = json_member(json, "pause"), inner;
        if (json.length > 0 && json.data[0] != '{') throw std::invalid_argument("expected an object");
        if (greeting.length > 0) {
            if (!json_string(greeting, 100, &inner))
                throw std::invalid_argument("greeting: expected a string of at most 100 bytes");
            next.greeting.assign(inner.data, inner.length);
        }
        if (pause.length > 0 && !json_count(pause, 1000, &next.pause))
            throw std::invalid_argument("pause: expected a whole number from 0 to 1000");
        configuration = next;
    }

    std::string current_config() const {
        return R"({"greeting":")" + configuration.greeting + R"(","pause":)" + std::to_string(configuration.pause) + "}";
    }

    std::string greet(const std::string &who) const {
        return R"({"greeting":")" + configuration.greeting + ", " + who + R"(!"})";
    }

    // Emits lines until all are out, or the call is to stop.
    uw_status stream(uw_call_id call, const Arguments &arguments) const {
        for (unsigned long line = 0; line < arguments.times; line++) {
            if (line > 0 && !pause_for(call)) return UW_CANCELLED;
            const std::string text = greet(arguments.who);
            // Waits while the client is slow, and fails if it wants no more.
            const uw_status status = host->emit(call, text.data(), text.size());
            if (status != UW_OK) return status == UW_CANCELLED ? UW_CANCELLED : UW_ERROR;
            host->progress(call, (line + 1.0) / double(arguments.times), nullptr, 0);
        }
        return UW_OK;
    }

  private:
    // Waits, but not for a call that is to stop; false if it is.
    bool pause_for(uw_call_id call) const {
        for (unsigned long passed = 0; passed < configuration.pause && !host->is_cancelled(call); passed++)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return !host->is_cancelled(call);
    }

    Configuration configuration;
};

// Runs what may throw; hands what was thrown to `tell` as a status and a text.
template <class Body, class Tell> uw_status guarded(Body body, Tell tell) {
    try {
        return body();
    } catch (const std::invalid_argument &error) {
        return tell(UW_INVALID_ARGUMENT, error.what());
    } catch (const std::exception &error) {
        return tell(UW_ERROR, error.what());
    }
}

// For functions whose text goes with what they return.
template <class Body> uw_status with_reply(uw_reply reply, Body body) {
    return guarded(body, [reply](uw_status status, const char *text) {
        host->reply(reply, text, UW_NTS);
        return status;
    });
}

// For calls, whose text goes with their end. Throw before it alone: a call ends once.
template <class Body> uw_status with_call(const uw_call *call, Body body) {
    return guarded(body, [call](uw_status status, const char *text) -> uw_status {
        host->finish(call->id, status, text, UW_NTS);
        return UW_OK;
    });
}

Plugin &plugin(void *instance) { return *static_cast<Plugin *>(instance); }

uw_status leave(uw_reply reply, std::string_view text) { return host->reply(reply, text.data(), text.size()); }

uw_status create(const uw_plugin *, const uw_host *given, uw_reply, void **instance) {
    host = given;
    *instance = new (std::nothrow) Plugin;
    return *instance ? UW_OK : UW_ERROR;
}

const uw_plugin &table() {
    static const uw_plugin table = [] {
        uw_plugin made = {};
        made.abi_major = UW_ABI_MAJOR;
        made.abi_minor = UW_ABI_MINOR;
        made.struct_size = sizeof made;
        made.threading = UW_SERIAL;
        made.flags = UW_POLLS_CANCELLED;
        made.name = class_name.data();
        made.version = "0.1";
        made.create = create;
        made.initialize = [](void *instance, uw_text json, uw_reply reply) {
            return with_reply(reply, [&] { return plugin(instance).initialize(json), UW_OK; });
        };
        made.config_schema = [](void *, uw_reply reply) { return leave(reply, config_text); };
        made.current_config = [](void *instance, uw_reply reply) {
            return with_reply(reply, [&] { return leave(reply, plugin(instance).current_config()); });
        };
        made.execute = [](void *instance, const uw_call *call) {
            return with_call(call, [&]() -> uw_status {
                const std::string text = plugin(instance).greet(Arguments(*call).who);
                host->finish(call->id, UW_OK, text.data(), text.size());
                return UW_OK;
            });
        };
        made.execute_stream = [](void *instance, const uw_call *call) {
            return with_call(call, [&]() -> uw_status {
                const uw_status status = plugin(instance).stream(call->id, Arguments(*call));
                host->finish(call->id, status, nullptr, 0);
                return UW_OK;
            });
        };
        made.destroy = [](void *instance) { delete &plugin(instance); };
        made.body_schemas = [](void *, uw_reply reply) { return leave(reply, arguments_text); };
        return made;
    }();
    return table;
}

} // namespace

uw_status uw_plugin_entry(const uw_host *given, uw_text name, uw_reply reply, const uw_plugin **plugin) {
    if (std::string_view(name.data, name.length) != class_name) {
        given->reply(reply, class_name.data(), class_name.size());
        return UW_UNKNOWN_CLASS;
    }
    *plugin = &table();
    return UW_OK;
}
