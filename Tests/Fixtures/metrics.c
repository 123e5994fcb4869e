/*
 * metrics.c: what ABI 1.2 has added. kwargs.do says what execute does:
 *
 *   all      one series of each kind, each updated; "value" is what the gauge is set to, as text
 *   rules    asks for what breaks each rule; answers the statuses
 *   flood    asks for kwargs.count series; answers how many got a number
 *   threads  adds 1 to one counter, 10,000 times on each of 8 threads
 *   copy     updates in a copy of the process, which ends there
 */
#include "fixture.h"

#include <math.h>
#include <pthread.h>
#include <sys/wait.h>

static const uw_host *host;

#define TEXT(literal) ((uw_text)FX_TEXT(literal))

static uw_status find(
    uw_metric_kind kind, const char *name, const uw_label *labels, size_t count, uw_metric *found) {
    const uw_series series = {
        .struct_size = sizeof series,
        .kind = kind,
        .name = {name, strlen(name)},
        .help = TEXT("What \\ it\ntells."),
        .labels = labels,
        .label_count = count,
    };
    return host->metric(&series, found);
}

static uw_status all(const uw_call *call) {
    char text[32];
    const uw_label labels[] = {{TEXT("z"), TEXT("a\"b\\c\nd")}, {TEXT("a"), TEXT("\xff")}};
    uw_metric counter, gauge, histogram, again;
    find(UW_COUNTER, "made_total", labels, 2, &counter);
    find(UW_COUNTER, "made_total", labels, 2, &again);
    find(UW_GAUGE, "warmth", NULL, 0, &gauge);
    static const double bounds[] = {0.5, 2};
    const uw_series series = {
        sizeof series, UW_HISTOGRAM, TEXT("render_seconds"), TEXT("Long."), NULL, 0, bounds, 2};
    host->metric(&series, &histogram);
    host->metric_add(counter, 1.5);
    host->metric_add(counter, 1);
    host->metric_set(gauge, strtod(fx_string(call->kwargs, "value", text, sizeof text), NULL));
    host->metric_observe(histogram, 0.5);
    host->metric_observe(histogram, 1);
    host->metric_observe(histogram, 100);
    return fx_finish(host, call->id, UW_OK, "%d", counter == again);
}

static uw_status rules(const uw_call *call) {
    static const uw_label le[] = {{TEXT("le"), TEXT("1")}}, twice[] = {{TEXT("a"), TEXT("1")}, {TEXT("a"), TEXT("2")}};
    static const uw_label hidden[] = {{TEXT("__a"), TEXT("1")}}, other[] = {{TEXT("a"), TEXT("1")}};
    uw_metric counter = 0, gauge = 0, none;
    char long_name[200];
    memset(long_name, 'a', sizeof long_name);
    long_name[sizeof long_name - 1] = 0;
    find(UW_COUNTER, "ruled_total", NULL, 0, &counter);
    find(UW_GAUGE, "ruled", NULL, 0, &gauge);
    const uw_status got[] = {
        find(UW_COUNTER, "", NULL, 0, &none),
        find(UW_COUNTER, "a\nb", NULL, 0, &none),
        find(UW_COUNTER, "1a", NULL, 0, &none),
        find(UW_COUNTER, long_name, NULL, 0, &none),
        find(UW_COUNTER, "universal_worker_requests_total", NULL, 0, &none),
        find(UW_COUNTER, "labelled_total", le, 1, &none),
        find(UW_COUNTER, "labelled_total", twice, 2, &none),
        find(UW_COUNTER, "labelled_total", hidden, 1, &none),
        find(UW_COUNTER, "labelled_total", NULL, 1, &none),
        find(7, "kind", NULL, 0, &none),
        /* From here on clashes. */
        find(UW_GAUGE, "ruled_total", NULL, 0, &none),
        find(UW_COUNTER, "ruled_total", other, 1, &none),
        find(UW_COUNTER, "process_cpu_seconds_total", NULL, 0, &none),
        /* Updates. */
        host->metric_add(counter, -1),
        host->metric_add(counter, NAN),
        host->metric_set(counter, 1),
        host->metric_observe(gauge, 1),
        host->metric_add(999999, 1),
        host->metric_add(UINT64_MAX, 1),
        host->metric_add(0, 1),
    };
    char text[512] = "", *end = text;
    for (size_t i = 0; i < FX_COUNT(got); i++)
        end += snprintf(end, (size_t)(text + sizeof text - end), "%s%d", i ? "," : "", got[i]);
    return fx_finish(host, call->id, UW_OK, "[%s]", text);
}

static uw_status flood(const uw_call *call) {
    long count = fx_number(call->kwargs, "count", 0), taken = 0;
    for (long i = 0; i < count; i++) {
        char value[32];
        const uw_label label = {TEXT("i"), {value, (size_t)snprintf(value, sizeof value, "%ld", i)}};
        uw_metric found;
        if (find(UW_COUNTER, "flood_total", &label, 1, &found) == UW_OK && found) taken++;
        host->metric_add(found, 1);
    }
    return fx_finish(host, call->id, UW_OK, "%ld", taken);
}

static void *add(void *data) {
    (void)data;
    for (int i = 0; i < 10000; i++) {
        uw_metric found;
        find(UW_COUNTER, "threads_total", NULL, 0, &found);
        host->metric_add(found, 1);
    }
    return NULL;
}

static uw_status threads(const uw_call *call) {
    pthread_t all[8];
    for (size_t i = 0; i < FX_COUNT(all); i++) pthread_create(&all[i], NULL, add, NULL);
    for (size_t i = 0; i < FX_COUNT(all); i++) pthread_join(all[i], NULL);
    return fx_finish(host, call->id, UW_OK, "null");
}

static uw_status copy(const uw_call *call) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) add(NULL);
    waitpid(child, &status, 0);
    return fx_finish(host, call->id, UW_OK, "%d", WEXITSTATUS(status));
}

static uw_status execute(void *instance, const uw_call *call) {
    (void)instance;
    char what[32];
    fx_string(call->kwargs, "do", what, sizeof what);
    if (!strcmp(what, "all")) return all(call);
    if (!strcmp(what, "rules")) return rules(call);
    if (!strcmp(what, "flood")) return flood(call);
    if (!strcmp(what, "threads")) return threads(call);
    return copy(call);
}

static uw_status create(
    const uw_plugin *plugin, const uw_host *given, uw_reply reply, void **instance) {
    (void)plugin, (void)reply;
    host = given;
    *instance = NULL;
    return UW_OK;
}

static void destroy(void *instance) {
    (void)instance;
    add(NULL); /* harmless, and seen by no scrape */
}

static const uw_plugin classes[] = {{
    FX_HEAD, .name = "Metrics", .version = "1.0", .create = create, .execute = execute, .destroy = destroy,
}};

uw_status uw_plugin_entry(
    const uw_host *given, uw_text class_name, uw_reply reply, const uw_plugin **plugin) {
    return fx_choose(classes, FX_COUNT(classes), given, class_name, reply, plugin);
}
