/*
 * The runner of Python plugins, Python/universal_worker_runner, as a part of the binary.
 *
 * One row for each of its modules; a test compares the rows with the folder.
 */
#include "plugin_process.h"

#include <stddef.h>

#pragma clang diagnostic ignored "-Wc23-extensions" /* #embed */

/* bootstrap has no name: it is the text that imports the others, and comes last. */
static const uwp_module modules[] = {
    {"__init__", (const char[]){
#embed "../../Python/universal_worker_runner/__init__.py" suffix(, 0)
    }},
    {"adapters", (const char[]){
#embed "../../Python/universal_worker_runner/adapters.py" suffix(, 0)
    }},
    {"calls", (const char[]){
#embed "../../Python/universal_worker_runner/calls.py" suffix(, 0)
    }},
    {"canceller", (const char[]){
#embed "../../Python/universal_worker_runner/canceller.py" suffix(, 0)
    }},
    {"cjm", (const char[]){
#embed "../../Python/universal_worker_runner/cjm.py" suffix(, 0)
    }},
    {"collecting", (const char[]){
#embed "../../Python/universal_worker_runner/collecting.py" suffix(, 0)
    }},
    {"control", (const char[]){
#embed "../../Python/universal_worker_runner/control.py" suffix(, 0)
    }},
    {"coroutines", (const char[]){
#embed "../../Python/universal_worker_runner/coroutines.py" suffix(, 0)
    }},
    {"diagnostics", (const char[]){
#embed "../../Python/universal_worker_runner/diagnostics.py" suffix(, 0)
    }},
    {"dialect", (const char[]){
#embed "../../Python/universal_worker_runner/dialect.py" suffix(, 0)
    }},
    {"dialect_cjm_plugin_system", (const char[]){
#embed "../../Python/universal_worker_runner/dialect_cjm_plugin_system.py" suffix(, 0)
    }},
    {"dialect_cjm_substrate", (const char[]){
#embed "../../Python/universal_worker_runner/dialect_cjm_substrate.py" suffix(, 0)
    }},
    {"distributions", (const char[]){
#embed "../../Python/universal_worker_runner/distributions.py" suffix(, 0)
    }},
    {"docstrings", (const char[]){
#embed "../../Python/universal_worker_runner/docstrings.py" suffix(, 0)
    }},
    {"encoding", (const char[]){
#embed "../../Python/universal_worker_runner/encoding.py" suffix(, 0)
    }},
    {"errors", (const char[]){
#embed "../../Python/universal_worker_runner/errors.py" suffix(, 0)
    }},
    {"forking", (const char[]){
#embed "../../Python/universal_worker_runner/forking.py" suffix(, 0)
    }},
    {"frames", (const char[]){
#embed "../../Python/universal_worker_runner/frames.py" suffix(, 0)
    }},
    {"gate", (const char[]){
#embed "../../Python/universal_worker_runner/gate.py" suffix(, 0)
    }},
    {"hints", (const char[]){
#embed "../../Python/universal_worker_runner/hints.py" suffix(, 0)
    }},
    {"lanes", (const char[]){
#embed "../../Python/universal_worker_runner/lanes.py" suffix(, 0)
    }},
    {"lenient", (const char[]){
#embed "../../Python/universal_worker_runner/lenient.py" suffix(, 0)
    }},
    {"loading", (const char[]){
#embed "../../Python/universal_worker_runner/loading.py" suffix(, 0)
    }},
    {"loghook", (const char[]){
#embed "../../Python/universal_worker_runner/loghook.py" suffix(, 0)
    }},
    {"main", (const char[]){
#embed "../../Python/universal_worker_runner/main.py" suffix(, 0)
    }},
    {"metrics", (const char[]){
#embed "../../Python/universal_worker_runner/metrics.py" suffix(, 0)
    }},
    {"parameters", (const char[]){
#embed "../../Python/universal_worker_runner/parameters.py" suffix(, 0)
    }},
    {"percall", (const char[]){
#embed "../../Python/universal_worker_runner/percall.py" suffix(, 0)
    }},
    {"request", (const char[]){
#embed "../../Python/universal_worker_runner/request.py" suffix(, 0)
    }},
    {"schemas", (const char[]){
#embed "../../Python/universal_worker_runner/schemas.py" suffix(, 0)
    }},
    {"states", (const char[]){
#embed "../../Python/universal_worker_runner/states.py" suffix(, 0)
    }},
    {"stdio", (const char[]){
#embed "../../Python/universal_worker_runner/stdio.py" suffix(, 0)
    }},
    {"stopping", (const char[]){
#embed "../../Python/universal_worker_runner/stopping.py" suffix(, 0)
    }},
    {"streams", (const char[]){
#embed "../../Python/universal_worker_runner/streams.py" suffix(, 0)
    }},
    {"universal_worker", (const char[]){
#embed "../../Python/universal_worker_runner/universal_worker.py" suffix(, 0)
    }},
    {"width", (const char[]){
#embed "../../Python/universal_worker_runner/width.py" suffix(, 0)
    }},
    {NULL, (const char[]){
#embed "../../Python/universal_worker_runner/bootstrap.py" suffix(, 0)
    }},
};

const uwp_module *uwp_runner_module(size_t index) {
    return index < sizeof modules / sizeof *modules ? &modules[index] : NULL;
}
