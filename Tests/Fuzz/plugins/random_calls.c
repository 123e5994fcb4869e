/*
 * random_calls.c: calls the host's functions at random, from threads of its own and from executors.
 *
 * Each call that comes is put into a table where all threads find it, and stays there when it has ended:
 * so functions are called early, late, twice, and with ids that never were. A call that is pushed out of
 * the table is finished, so that each ends. RANDOM_CALLS_SEED begins the dice; how many functions were
 * called is said on stderr at the end. What each answers is checked as far as the header says it.
 */
#include "fixture.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>

enum { THREADS = 3, PLACES = 16, CONCURRENCY = 8 };

static const uw_host *host;
static pthread_t threads[THREADS];
static atomic_bool has_ended;
static atomic_ulong made, seed;
static _Atomic uw_call_id calls[PLACES];
static _Atomic uw_reply last_reply;
static _Atomic uw_metric metrics[PLACES];

/* A thread's own dice (xorshift). */
static _Thread_local unsigned long state;

static unsigned dice(unsigned sides) {
    if (!state) state = (atomic_fetch_add(&seed, 1) + 1) * 0x9E3779B97F4A7C15ul;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (unsigned)(state >> 33) % sides;
}

static char large[300000];

/* Texts that are JSON, are not, are no UTF-8, are NULL with and without a length, and are long. */
static uw_text any_text(void) {
    static const uw_text texts[] = {
        FX_TEXT("null"), FX_TEXT("{\"a\":[1,2,{\"b\":\"\\u00e4\"}]}"), FX_TEXT(" [ 1 , 2 ] "),
        FX_TEXT("\"\xe2\x80\xa8\""), FX_TEXT("{\"status\":\"mine\"}"), FX_TEXT("{\"depth\":1}"), FX_TEXT(""),
        FX_TEXT("{\"a\":"), FX_TEXT("\xff\xfe"), FX_TEXT("a\0b"), FX_TEXT("not JSON\nat all"),
        {"[\"counted\"]", UW_NTS}, {NULL, 0}, {NULL, 5}, {NULL, UW_NTS}, {large, sizeof large},
    };
    return texts[dice(FX_COUNT(texts) - (dice(20) != 0))];
}

static uw_call_id any_call(void) {
    unsigned kind = dice(40);
    uw_call_id call = atomic_load(&calls[dice(PLACES)]);
    return kind == 0 ? UW_NO_CALL : kind == 1 ? call + 1 : kind == 2 ? UINT64_MAX : kind == 3 ? dice(1000) : call;
}

static double any_number(void) {
    static const double numbers[] = {0, 0.5, 1, -1, 2, -0.0, 1e300, -1e300, INFINITY, -INFINITY, NAN};
    return numbers[dice(FX_COUNT(numbers))];
}

static uw_status any_status(void) {
    static const uw_status statuses[] = {
        UW_OK, UW_OK, UW_OK, UW_PENDING, UW_ERROR, UW_INVALID_ARGUMENT, UW_CANCELLED, UW_UNAVAILABLE, UW_DEADLINE,
        UW_UNSUPPORTED, UW_UNKNOWN_CLASS, UW_STALE, UW_INVALID_DATA, -1, 99, INT32_MIN};
    return statuses[dice(FX_COUNT(statuses))];
}

static void check(bool holds, const char *what, uw_status said) {
    if (holds) return;
    dprintf(STDERR_FILENO, "FINDING: %s answers %d\n", what, said);
    abort();
}

static void finish(uw_call_id call) {
    uw_text text = any_text();
    uw_status said = host->finish(call, any_status(), text.data, text.length);
    check(said == UW_OK || said == UW_STALE || said == UW_INVALID_DATA, "finish", said);
    said = host->finish(call, UW_OK, "1", 1);
    check(said == UW_STALE, "a second finish", said);
    said = host->emit(call, "1", 1);
    check(said == UW_STALE, "emit after the end", said);
    check(host->is_cancelled(call) == 1, "is_cancelled after the end", 0);
    atomic_fetch_add(&made, 3);
}

static void answer(uw_call_id call) {
    uw_header headers[4];
    for (unsigned i = 0; i < FX_COUNT(headers); i++)
        headers[i] = (uw_header){dice(3) ? (uw_text)FX_TEXT("X-Any") : any_text(), any_text()};
    uw_answer given = {
        .struct_size = dice(20) ? sizeof given : dice(100), .http_status = dice(3) ? 200 : dice(700),
        .content_type = dice(2) ? (uw_text){NULL, 0} : any_text(), .body = any_text(),
        .headers = headers, .header_count = dice(FX_COUNT(headers) + 1)};
    host->answer(call, &given);
}

static void find_metric(void) {
    static const char *const names[] = {"random_total", "random", "random_seconds", "le", "0", "universal_worker_x"};
    const uw_label labels[] = {{(uw_text)FX_TEXT("a"), any_text()}, {any_text(), any_text()}};
    const double bounds[] = {0.5, any_number()};
    const uw_series series = {
        .struct_size = dice(20) ? sizeof series : dice(100), .kind = dice(4),
        .name = dice(9) ? (uw_text){names[dice(FX_COUNT(names))], UW_NTS} : any_text(), .help = any_text(),
        .labels = labels, .label_count = dice(3), .bounds = bounds, .bound_count = dice(3)};
    uw_metric found = 0;
    if (host->metric(&series, &found) == UW_OK) atomic_store(&metrics[dice(PLACES)], found);
}

static void step(void) {
    uw_call_id call = any_call();
    uw_text text = any_text();
    uw_metric metric = dice(9) ? atomic_load(&metrics[dice(PLACES)]) : dice(2000);
    atomic_fetch_add(&made, 1);
    switch (dice(16)) {
    case 0: case 1: host->emit(call, text.data, text.length); break;
    case 2: case 3: host->progress(call, any_number(), text.data, text.length); break;
    case 4: case 5: host->is_cancelled(call); break;
    case 6: if (!dice(4)) finish(call); break;
    case 7: if (!dice(4)) answer(call); break;
    case 8: host->reply(dice(2) ? atomic_load(&last_reply) : dice(1000), text.data, text.length); break;
    case 9: find_metric(); break;
    case 10: host->metric_add(metric, any_number()); break;
    case 11: host->metric_set(metric, any_number()); break;
    case 12: host->metric_observe(metric, any_number()); break;
    case 13: host->show_health(text.data, text.length); break;
    case 14: host->show_stats(text.data, text.length); break;
    default:
        // What others wait for, or is written to a file, less often.
        if (!dice(50)) host->config_changed();
        else if (!dice(500)) host->log(dice(6), text.data, text.data == large ? 20 : text.length);
        else if (!dice(100)) host->set_ready(dice(2), text.data, text.length);
    }
}

static void *run(void *nothing) {
    pthread_setname_np(pthread_self(), "plugin");
    while (!atomic_load(&has_ended)) step();
    return nothing;
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    uw_call_id id = call->id, before = atomic_exchange(&calls[dice(PLACES)], id);
    if (before) finish(before);
    for (unsigned left = dice(40); left; left--) step();
    switch (dice(8)) {
    case 0: return UW_OK;  // often without finish
    case 1: return any_status();
    case 2: case 3: finish(id); return UW_OK;
    default: return UW_PENDING;
    }
}

/* What every function with a reply does; the reply is used after it has returned too. */
static uw_status leave(void *instance, uw_reply reply) {
    (void)instance;
    uw_text text = any_text();
    atomic_store(&last_reply, reply);
    uw_status said = host->reply(reply, text.data, text.length);
    check(said == UW_OK || said == UW_INVALID_DATA, "reply", said);
    for (unsigned left = dice(10); left; left--) step();
    return dice(2) ? UW_OK : any_status();
}

static uw_status initialize(void *instance, uw_text config, uw_reply reply) {
    (void)config;
    return leave(instance, reply);
}

static uw_status reconfigure(void *instance, uw_text old, uw_text config, uw_reply reply) {
    (void)old, (void)config;
    return leave(instance, reply);
}

static uw_status cancel(void *instance, uw_call_id call, uw_reply reply) {
    if (call != UW_NO_CALL && dice(2)) finish(call);
    return leave(instance, reply);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = NULL;
    const char *first = getenv("RANDOM_CALLS_SEED");
    atomic_store(&seed, first ? strtoul(first, NULL, 10) : 1);
    memset(large, ' ', sizeof large);
    large[sizeof large - 1] = '1';
    for (unsigned i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, run, NULL)) abort();
    return UW_OK;
}

static void destroy(void *instance) {
    (void)instance;
    atomic_store(&has_ended, true);
    for (unsigned i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    dprintf(STDERR_FILENO, "host calls: %lu\n", atomic_load(&made));
}

static const uw_endpoint endpoints[] = {
    {.method = UW_POST, .runs = UW_AS_CALL, .path = "/as-call", .handle = execute},
    {.method = UW_POST, .runs = UW_BESIDE_CALLS, .path = "/beside", .handle = execute},
    {.method = UW_POST, .runs = UW_ALONE, .path = "/alone", .handle = execute},
};

static const uw_plugin classes[] = {
    {FX_HEAD, .threading = UW_CONCURRENT, .max_concurrency = CONCURRENCY, .name = "RandomCalls", .version = "1.0",
     .create = create, .initialize = initialize, .config_schema = leave, .current_config = leave,
     .execute = execute, .execute_stream = execute, .cancel = cancel, .cleanup = leave, .destroy = destroy,
     .endpoints = endpoints, .endpoint_count = FX_COUNT(endpoints), .endpoint_size = sizeof(uw_endpoint),
     .prefetch = execute, .reconfigure = reconfigure, .on_enable = leave, .on_disable = leave,
     .config_options = leave, .body_schemas = leave},
};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
