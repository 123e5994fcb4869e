/*
 * drive.c: no plugin, but a test program of universal_worker_testing.h, in C and in C++: `drive LIBRARY CLASS STEP…`.
 *
 * A step is NAME or NAME:TEXT: a function of the plugin's with its configuration, body or kwargs; an endpoint
 * such as "POST /mirror"; or what holds for the next call: `timeout` in seconds, and when it is cancelled, as in
 * chunk:2. `four` runs the next call on four threads at once. Each prints one line. UWT_PATIENCE is the variable PATIENCE, or 60.
 */
#define UWT_PATIENCE (getenv("PATIENCE") ? atof(getenv("PATIENCE")) : 60)
#include <universal_worker_testing.h>

static void print(const char *name, uwt_result result) {
    printf("%s: %d %s\n", name, result.status, result.text);
}

static void run(const char *name, uwt_call call) {
    call = uwt_run(call);
    printf("%s: %d %s", name, call.status, call.text);
    for (size_t i = 0; i < call.chunk_count; i++) printf("%s%s", i ? " " : " chunks ", call.chunks[i]);
    if (call.progress_count) printf(" progress %g %s", call.progress, call.message);
    if (call.http_status)
        printf(" http %u %s %s", (unsigned)call.http_status, call.content_type, call.answer_headers);
    printf("%s%s\n", call.was_cancelled ? " cancelled" : "", call.is_late ? " late" : "");
}

static void *run_beside(void *call) {
    *(uwt_call *)call = uwt_run(*(uwt_call *)call);
    return NULL;
}

static void run_four(uwt_call call) {
    uwt_call calls[4] = {call, call, call, call};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, run_beside, &calls[i])) abort();
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        printf("%s%d %s", i ? ", " : "four: ", calls[i].status, calls[i].text);
    }
    printf("\n");
}

int main(int count, char **arguments) {
    static const char *const moments[] = {"never", "start", "chunk", "progress", "look"};
    uwt_call none, next;
    if (count < 3) return 2;
    memset(&none, 0, sizeof none);
    next = none;
    uwt_load(arguments[1], arguments[2]);
    for (int i = 3; i < count; i++) {
        char *name = arguments[i], *text = strchr(name, ':');
        int is_moment = 0;
        if (text) *text++ = 0;
        for (int m = 0; m < 5; m++) {
            if (strcmp(name, moments[m])) continue;
            next.cancel_at = (uwt_moment)m;
            next.cancel_count = text ? (size_t)atol(text) : 0;
            is_moment = 1;
        }
        if (is_moment) continue;
        if (!strcmp(name, "timeout")) {
            next.timeout = atof(text);
            continue;
        }
#define STEP(function, ...) if (!strcmp(name, #function)) { print(name, uwt_##function(__VA_ARGS__)); continue; }
        STEP(initialize, text)
        STEP(reconfigure, "null", text)
        STEP(cleanup)
        STEP(config_schema)
        STEP(current_config)
        STEP(config_options)
        STEP(body_schemas)
        STEP(on_enable)
        STEP(on_disable)
        STEP(cancel, UW_NO_CALL)
        if (!strcmp(name, "four")) {
            run_four(next);
            next = none;
        } else if (!strcmp(name, "log")) {
            printf("%s", uwt()->log);
        } else if (!strcmp(name, "shown")) {
            const char *stats = uwt()->stats ? uwt()->stats : "-", *reason = uwt()->not_ready;
            printf("shown: %s %s %s\n", uwt()->health, stats, reason ? reason : "ready");
        } else if (!strcmp(name, "changes")) {
            printf("changes: %zu\n", uwt()->config_changes);
        } else {
            const uw_header header = {{"accept-language", UW_NTS}, {"de", 2}};
            next.kind = !strcmp(name, "stream") ? UWT_STREAM : !strcmp(name, "prefetch") ? UWT_PREFETCH : UWT_EXECUTE;
            if (strchr(name, '/')) {
                next.endpoint = name;
                next.body.data = text;
                next.body.length = text ? strlen(text) : 0;
                next.headers = &header;
                next.header_count = 1;
            } else {
                next.kwargs = text;
            }
            run(name, next);
            next = none;
        }
    }
    uwt_close();
    printf("closed\n");
    return 0;
}
