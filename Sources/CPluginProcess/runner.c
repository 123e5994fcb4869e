/*
 * The runner of Python plugins, Python/universal_worker_runner, as a part of the binary.
 *
 * One row for each of its modules; a test compares the rows with the folder.
 */
#include "plugin_process.h"

#include <stddef.h>

#pragma clang diagnostic ignored "-Wc23-extensions" /* #embed */

static const char init[] = {
#embed "../../Python/universal_worker_runner/__init__.py"
};
static const char adapters[] = {
#embed "../../Python/universal_worker_runner/adapters.py"
};
static const char calls[] = {
#embed "../../Python/universal_worker_runner/calls.py"
};
static const char canceller[] = {
#embed "../../Python/universal_worker_runner/canceller.py"
};
static const char cjm[] = {
#embed "../../Python/universal_worker_runner/cjm.py"
};
static const char collecting[] = {
#embed "../../Python/universal_worker_runner/collecting.py"
};
static const char control[] = {
#embed "../../Python/universal_worker_runner/control.py"
};
static const char coroutines[] = {
#embed "../../Python/universal_worker_runner/coroutines.py"
};
static const char diagnostics[] = {
#embed "../../Python/universal_worker_runner/diagnostics.py"
};
static const char dialect[] = {
#embed "../../Python/universal_worker_runner/dialect.py"
};
static const char dialect_cjm_plugin_system[] = {
#embed "../../Python/universal_worker_runner/dialect_cjm_plugin_system.py"
};
static const char dialect_cjm_substrate[] = {
#embed "../../Python/universal_worker_runner/dialect_cjm_substrate.py"
};
static const char distributions[] = {
#embed "../../Python/universal_worker_runner/distributions.py"
};
static const char docstrings[] = {
#embed "../../Python/universal_worker_runner/docstrings.py"
};
static const char encoding[] = {
#embed "../../Python/universal_worker_runner/encoding.py"
};
static const char errors[] = {
#embed "../../Python/universal_worker_runner/errors.py"
};
static const char forking[] = {
#embed "../../Python/universal_worker_runner/forking.py"
};
static const char frames[] = {
#embed "../../Python/universal_worker_runner/frames.py"
};
static const char gate[] = {
#embed "../../Python/universal_worker_runner/gate.py"
};
static const char hints[] = {
#embed "../../Python/universal_worker_runner/hints.py"
};
static const char lanes[] = {
#embed "../../Python/universal_worker_runner/lanes.py"
};
static const char lenient[] = {
#embed "../../Python/universal_worker_runner/lenient.py"
};
static const char loading[] = {
#embed "../../Python/universal_worker_runner/loading.py"
};
static const char loghook[] = {
#embed "../../Python/universal_worker_runner/loghook.py"
};
static const char main[] = {
#embed "../../Python/universal_worker_runner/main.py"
};
static const char metrics[] = {
#embed "../../Python/universal_worker_runner/metrics.py"
};
static const char parameters[] = {
#embed "../../Python/universal_worker_runner/parameters.py"
};
static const char percall[] = {
#embed "../../Python/universal_worker_runner/percall.py"
};
static const char request[] = {
#embed "../../Python/universal_worker_runner/request.py"
};
static const char schemas[] = {
#embed "../../Python/universal_worker_runner/schemas.py"
};
static const char states[] = {
#embed "../../Python/universal_worker_runner/states.py"
};
static const char stdio[] = {
#embed "../../Python/universal_worker_runner/stdio.py"
};
static const char stopping[] = {
#embed "../../Python/universal_worker_runner/stopping.py"
};
static const char streams[] = {
#embed "../../Python/universal_worker_runner/streams.py"
};
static const char universal_worker[] = {
#embed "../../Python/universal_worker_runner/universal_worker.py"
};
static const char bootstrap[] = {
#embed "../../Python/universal_worker_runner/bootstrap.py"
};

/* bootstrap has no name: it is the text that imports the others, and comes last. */
static const uwp_module modules[] = {
    {"__init__", init, sizeof init},
    {"adapters", adapters, sizeof adapters},
    {"calls", calls, sizeof calls},
    {"canceller", canceller, sizeof canceller},
    {"cjm", cjm, sizeof cjm},
    {"collecting", collecting, sizeof collecting},
    {"control", control, sizeof control},
    {"coroutines", coroutines, sizeof coroutines},
    {"diagnostics", diagnostics, sizeof diagnostics},
    {"dialect", dialect, sizeof dialect},
    {"dialect_cjm_plugin_system", dialect_cjm_plugin_system, sizeof dialect_cjm_plugin_system},
    {"dialect_cjm_substrate", dialect_cjm_substrate, sizeof dialect_cjm_substrate},
    {"distributions", distributions, sizeof distributions},
    {"docstrings", docstrings, sizeof docstrings},
    {"encoding", encoding, sizeof encoding},
    {"errors", errors, sizeof errors},
    {"forking", forking, sizeof forking},
    {"frames", frames, sizeof frames},
    {"gate", gate, sizeof gate},
    {"hints", hints, sizeof hints},
    {"lanes", lanes, sizeof lanes},
    {"lenient", lenient, sizeof lenient},
    {"loading", loading, sizeof loading},
    {"loghook", loghook, sizeof loghook},
    {"main", main, sizeof main},
    {"metrics", metrics, sizeof metrics},
    {"parameters", parameters, sizeof parameters},
    {"percall", percall, sizeof percall},
    {"request", request, sizeof request},
    {"schemas", schemas, sizeof schemas},
    {"states", states, sizeof states},
    {"stdio", stdio, sizeof stdio},
    {"stopping", stopping, sizeof stopping},
    {"streams", streams, sizeof streams},
    {"universal_worker", universal_worker, sizeof universal_worker},
    {NULL, bootstrap, sizeof bootstrap},
};

const uwp_module *uwp_runner_module(size_t index) {
    return index < sizeof modules / sizeof *modules ? &modules[index] : NULL;
}
