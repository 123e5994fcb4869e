// throwing.cpp: class In<Function> throws a C++ exception from that function. kwargs.kind (or
// FIXTURE_THROW where a function has no arguments) chooses what: runtime_error, int, string. Class Faults crashes.
#include <stdexcept>
#include <string>

#include <universal_worker_plugin.h>

namespace studio {

struct Painter {
    __attribute__((noinline)) void paint(volatile int *canvas) { *canvas = 1; }
};

}  // namespace studio

namespace {

const uw_host *host;
std::string chosen;

[[noreturn]] void raise(const std::string &kind) {
    if (kind.find("int") != std::string::npos) throw 42;
    if (kind.find("string") != std::string::npos) throw std::string("a string was thrown");
    if (kind.find("bad_text") != std::string::npos) throw std::runtime_error("bad \xff what");
    throw std::runtime_error("thrown \"on\" purpose");
}

std::string environment() {
    const char *kind = getenv("FIXTURE_THROW");
    return kind ? kind : "";
}

bool in(const char *where) { return chosen == where; }

std::string kind(uw_text json) { return std::string(json.data, json.length); }

uw_status create(const uw_plugin *, const uw_host *given, uw_reply, void **instance) {
    host = given;
    if (in("InCreate")) raise(environment());
    *instance = &chosen;
    return UW_OK;
}

uw_status initialize(void *, uw_text config, uw_reply) {
    if (in("InInitialize")) raise(kind(config));
    return UW_OK;
}

uw_status config_schema(void *, uw_reply reply) {
    if (in("InSchema")) raise(environment());
    host->reply(reply, "{}", 2);
    return UW_OK;
}

uw_status current_config(void *, uw_reply reply) {
    if (in("InConfig")) raise(environment());
    host->reply(reply, "{}", 2);
    return UW_OK;
}

uw_status body_schemas(void *, uw_reply reply) {
    if (in("InBodySchemas")) raise(environment());
    host->reply(reply, "{}", 2);
    return UW_OK;
}

uw_status execute(void *, const uw_call *call) {
    if (in("InExecute")) raise(kind(call->kwargs));
    if (in("Faults")) studio::Painter().paint(nullptr);
    host->finish(call->id, UW_OK, "\"quiet\"", UW_NTS);
    if (in("AfterFinish")) raise(kind(call->kwargs));
    return UW_OK;
}

uw_status execute_stream(void *, const uw_call *call) {
    host->emit(call->id, "1", 1);
    if (in("InStream")) raise(kind(call->kwargs));
    host->finish(call->id, UW_OK, nullptr, 0);
    return UW_OK;
}

uw_status cancel(void *, uw_call_id, uw_reply) {
    if (in("InCancel")) raise(environment());
    return UW_OK;
}

uw_status cleanup(void *, uw_reply) {
    if (in("InCleanup")) raise(environment());
    return UW_OK;
}

void destroy(void *) {
    if (in("InDestroy")) raise(environment());
}

uw_plugin make_table() {
    uw_plugin table{};
    table.abi_major = UW_ABI_MAJOR;
    table.abi_minor = UW_ABI_MINOR;
    table.struct_size = sizeof table;
    table.name = "Throwing";
    table.create = create;
    table.initialize = initialize;
    table.config_schema = config_schema;
    table.current_config = current_config;
    table.execute = execute;
    table.execute_stream = execute_stream;
    table.cancel = cancel;
    table.cleanup = cleanup;
    table.destroy = destroy;
    table.body_schemas = body_schemas;
    return table;
}

}  // namespace

uw_status uw_plugin_entry(
    const uw_host *, uw_text class_name, uw_reply, const uw_plugin **plugin) {
    static const uw_plugin table = make_table();
    chosen.assign(class_name.data, class_name.length);
    if (in("InEntry")) raise(environment());
    *plugin = &table;
    return UW_OK;
}
