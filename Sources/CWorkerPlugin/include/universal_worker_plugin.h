/*
 * universal_worker_plugin.h: the plugin ABI of Universal Worker, version 1.2.
 *
 * What 1.1 and 1.2 have added says so; a plugin built for 1.0 loads unchanged.
 *
 * This header is all that a plugin needs, in C11, C++11 or any language that can call C. A plugin
 * is a shared library that exports one function, uw_plugin_entry, and links to nothing of the
 * worker's: what it calls comes in a table. docs/plugin-abi.md explains the whole with an example.
 *
 * Rules that hold everywhere
 *  - Text is UTF-8 in {data, length}, not NUL-terminated. What the worker hands to the plugin stays
 *    valid until the function that received it returns; for a call that answered UW_PENDING, the
 *    uw_call and its texts until its finish returns. Where the plugin hands text to the worker,
 *    the worker has copied it when the function returns: nothing is ever freed by the other side.
 *  - A length of UW_NTS means "NUL-terminated: count it".
 *  - Structs begin with a version or a size and only grow at their end. A side reads no field that
 *    lies beyond the size which the other side declared.
 *  - In brackets behind each function: the threads it runs on, and when.
 *      [executor]    a thread of the worker for plugin code; which one, and how many at once, is
 *                    what `threading` declares. create, initialize, config_schema, current_config,
 *                    body_schemas, cleanup and destroy never run beside each other or beside a call.
 *      [control]     a thread of the worker that is none of the executors.
 *      [beside]      further threads of the worker, up to 4 at once: beside calls, each other, and
 *                    whatever runs on an executor, initialize and cleanup included.
 *      [any thread]  from every thread, also the plugin's own, at any time.
 *  - No C++ exception, Rust panic or longjmp is to leave a plugin function. (A C++ exception that
 *    does is caught and becomes an error with its what().) A plugin ends neither the process nor
 *    the worker's threads, and returns once, in one process. It installs no signal handlers, and
 *    leaves descriptors 0, 1 and 2 alone; what it prints on stdout goes to the worker's log.
 */
#ifndef UNIVERSAL_WORKER_PLUGIN_H
#define UNIVERSAL_WORKER_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#if defined(__cplusplus)
#define UW_STATIC_ASSERT(condition, text) static_assert(condition, text)
extern "C" {
#else
#define UW_STATIC_ASSERT(condition, text) _Static_assert(condition, text)
#endif

#if defined(__clang__)
#define UW_NONNULL _Nonnull
#define UW_NULLABLE _Nullable
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-extension"
#else
#define UW_NONNULL
#define UW_NULLABLE
#endif

/* The version of this header. A worker loads plugins of the same major and of no newer minor. */
#define UW_ABI_MAJOR 1
#define UW_ABI_MINOR 2

/* Length of a text that ends at its first NUL. */
#define UW_NTS ((size_t)-1)

/* What `deadline` of a call is if it has none. (1.1) */
#define UW_NO_DEADLINE UINT64_MAX

/* A run of UTF-8 bytes, without a terminating NUL. */
typedef struct uw_text {
    const char *UW_NULLABLE data;
    size_t length;
} uw_text;

/* One header of a request or of an answer. (1.1) */
typedef struct uw_header {
    uw_text name;
    uw_text value;
} uw_header;

/*
 * A running call, named by number. It is recognised as stale once its call has finished, for ever:
 * a function that gets a stale or an invented one answers UW_STALE and does nothing.
 */
typedef uint64_t uw_call_id;

/* No call: what `cancel` gets where nothing runs. */
#define UW_NO_CALL ((uw_call_id)0)

/* Where a function leaves its text; valid until that function returns, and stale after. */
typedef uint64_t uw_reply;

/*
 * What went well or wrong. Functions of both sides answer with it. A number that the worker does
 * not expect from a function is a mistake of the plugin's, told to the client with HTTP 500.
 */
typedef int32_t uw_status;
enum {
    /* Done. HTTP 200. */
    UW_OK = 0,
    /* From execute, execute_stream, prefetch and endpoints only: finish (or answer) will be called
     * later, or has been called already, from some thread. Until then the call runs, and takes the
     * place of one: it counts against max_concurrency. */
    UW_PENDING = 1,

    /* The plugin failed, and the text says how. HTTP 500; 400 from initialize. */
    UW_ERROR = 2,
    /* The arguments or the configuration are not what the plugin takes. HTTP 400. */
    UW_INVALID_ARGUMENT = 3,
    /* The call stopped because it was cancelled. HTTP 409; a stream ends as "cancelled". */
    UW_CANCELLED = 4,
    /* Not now: not initialised yet, a resource is busy. HTTP 503 with Retry-After. */
    UW_UNAVAILABLE = 5,
    /* The plugin gave up because a deadline passed. HTTP 504. */
    UW_DEADLINE = 6,
    /* The plugin does not do this. HTTP 501; from cancel: {"status":"not_supported"}; from
     * config_schema, current_config and cleanup: as if the function were NULL. */
    UW_UNSUPPORTED = 7,
    /* The plugin is broken for good. HTTP 500, after which the worker cancels what runs, calls
     * cleanup and destroy, and exits with code 4. From calls, initialize and cleanup. */
    UW_FATAL = 8,

    /* From uw_plugin_entry: there is no such class; the text names those that exist. */
    UW_UNKNOWN_CLASS = 16,
    /* From uw_plugin_entry: this worker's ABI will not do; the text says which is needed. */
    UW_WRONG_ABI = 17,

    /* From the worker: the call or reply has ended, or never was. */
    UW_STALE = 32,
    /* From the worker: what was handed in is not valid JSON or UTF-8, or is NULL. */
    UW_INVALID_DATA = 33,
    /* From the worker: this function is not for this call (emit outside execute_stream, answer
     * inside). */
    UW_WRONG_CALL = 34
};

/* Severity of a log line. */
typedef uint32_t uw_log_level;
enum { UW_LOG_ERROR = 0, UW_LOG_WARNING = 1, UW_LOG_INFO = 2, UW_LOG_DEBUG = 3 };

/* How many threads may be in the plugin's execute and execute_stream at once, and which. */
typedef uint32_t uw_threading;
enum {
    /* One at a time, on whichever thread. The default. max_concurrency is 0 or 1. */
    UW_SERIAL = 0,
    /* One at a time, and every [executor] function of the plugin on one and the same thread.
     * max_concurrency is 0 or 1. */
    UW_AFFINE = 1,
    /* Up to max_concurrency at a time. */
    UW_CONCURRENT = 2
};

/* Bits of uw_plugin.flags. The worker ignores those that it does not know. */
enum {
    /* Calls look at is_cancelled: POST /cancel is supported though `cancel` may be NULL. */
    UW_POLLS_CANCELLED = 1
};

/*
 * An answer to a call that the plugin words itself, for `answer`. (1.1)
 */
typedef struct uw_answer {
    uint32_t struct_size; /* sizeof(uw_answer) */
    uint32_t http_status; /* 200 to 599 */
    uw_text content_type; /* of the body, up to 256 bytes; empty: application/json */
    uw_text body;         /* with a type that is empty or begins with "application/json" one JSON
                           * value or nothing; otherwise any bytes */
    const uw_header *UW_NULLABLE headers; /* beside those of the worker's; NULL with a count of 0 */
    size_t header_count;                  /* up to 64; 96 KiB together, names and values */
} uw_answer;

/* What a metric is, as Prometheus has it. (1.2) */
typedef uint32_t uw_metric_kind;
enum {
    UW_COUNTER = 0,  /* only grows */
    UW_GAUGE = 1,    /* goes up and down */
    UW_HISTOGRAM = 2 /* counts values in buckets */
};

/* One label of a series. (1.2) */
typedef struct uw_label {
    uw_text name;  /* [a-zA-Z_][a-zA-Z0-9_]*, up to 64 bytes; not "le", and not with two underscores first */
    uw_text value; /* any text of up to 256 bytes; what is not UTF-8 becomes U+FFFD */
} uw_label;

/* One series of a metric, for `metric`. (1.2) */
typedef struct uw_series {
    uint32_t struct_size; /* sizeof(uw_series) */
    uw_metric_kind kind;
    uw_text name; /* [a-zA-Z_:][a-zA-Z0-9_:]*, up to 128 bytes; not one of the worker's own, and not
                   * beginning with "universal_worker_" */
    uw_text help; /* what it tells, in a sentence, up to 512 bytes */
    const uw_label *UW_NULLABLE labels; /* up to 8; NULL with a count of 0 */
    size_t label_count;
    /* Of a histogram: the upper bounds of its buckets, up to 64, finite and increasing; the last
     * bucket, without a bound, comes by itself. NULL with 0: from a millisecond to ten minutes. */
    const double *UW_NULLABLE bounds;
    size_t bound_count;
} uw_series;

/* A series by its number, for good; 0: one that was dropped, whose updates do nothing. (1.2) */
typedef uint64_t uw_metric;

/* What the worker offers. The table outlives the plugin. */
typedef struct uw_host {
    uint32_t abi_major;   /* UW_ABI_MAJOR of the worker */
    uint32_t abi_minor;   /* UW_ABI_MINOR of the worker */
    uint32_t struct_size; /* sizeof(uw_host) of the worker */
    uint32_t reserved;    /* 0 */
    const char *UW_NONNULL name;    /* "universal-worker", NUL-terminated */
    const char *UW_NONNULL version; /* of the worker, NUL-terminated */

    /*
     * Leaves the text that goes with a function's status: JSON if it returns UW_OK and is to
     * give a value, a message for people otherwise. The last text left counts.
     * UW_STALE: the function this reply belongs to has returned. [any thread]
     */
    uw_status (*UW_NONNULL reply)(uw_reply reply, const char *UW_NULLABLE text, size_t length);

    /*
     * Sends one result of a stream: one JSON value. White space in it does not matter. Waits while
     * the client is slower than the plugin (backpressure). Lines from several threads do not mix.
     * UW_CANCELLED: no more is wanted (cancelled, client gone): stop, and finish.
     * UW_INVALID_DATA: not JSON. The stream has ended with an error; finish must still come. Further
     * lines get the same answer, and the text and status of that finish are ignored.
     * UW_STALE, UW_WRONG_CALL: see there. [any thread]
     */
    uw_status (*UW_NONNULL emit)(uw_call_id call, const char *UW_NULLABLE json, size_t length);

    /*
     * Tells how far a call is: 0.0 to 1.0, or -1.0 for "running, extent unknown", and a message for
     * people (NULL, 0: none; cut after 1024 bytes). Never waits.
     * UW_INVALID_DATA: fraction is none of these, or message is not UTF-8. [any thread]
     */
    uw_status (*UW_NONNULL progress)(
        uw_call_id call, double fraction, const char *UW_NULLABLE message, size_t length);

    /* 1 if the call is to stop as soon as it can, or has ended; 0 otherwise. Never waits, and is
     * cheap enough for inner loops (tens of nanoseconds). [any thread] */
    int32_t (*UW_NONNULL is_cancelled)(uw_call_id call);

    /*
     * Ends a call, exactly once; also before execute has returned, whatever it returns then. With
     * UW_OK, text is the result: one JSON value for execute; for execute_stream NULL or a last
     * line. With another status, text is the message (may be NULL). Once a call has been cancelled,
     * neither counts: its client is told of the cancellation.
     * UW_STALE: the call had ended before; nothing has changed.
     * UW_INVALID_DATA: not JSON; the call has ended, with an error that says so. [any thread]
     */
    uw_status (*UW_NONNULL finish)(
        uw_call_id call, uw_status status, const char *UW_NULLABLE text, size_t length);

    /* Writes one line to the worker's log. Never waits for a slow reader of the log. [any thread] */
    void (*UW_NONNULL log)(uw_log_level level, const char *UW_NULLABLE text, size_t length);

    /* Says that current_config would answer differently now. The worker asks it, and config_schema,
     * again when no call runs; nothing starts before. From inside a call that is after the call,
     * perhaps after its client has the answer. (After initialize it asks by itself.) [any thread]
     */
    void (*UW_NONNULL config_changed)(void);

    /* From here on: 1.1. Where host->struct_size ends before a function, it is not there. */

    /*
     * Ends a call of execute or of an endpoint, as finish does and at its place, with an answer of
     * the plugin's own. Once a call has been cancelled, its client is told of that instead.
     * UW_STALE: the call had ended before; nothing has changed.
     * UW_WRONG_CALL: the call is one of execute_stream or prefetch; nothing has changed.
     * UW_INVALID_DATA: a status or header that may not be sent (Content-Type, and all that says how
     * a message is sent), or a body that is not JSON; the call has ended, with an error that says
     * which. [any thread]
     */
    uw_status (*UW_NONNULL answer)(uw_call_id call, const uw_answer *UW_NONNULL answer);

    /*
     * Shows further members in GET /health or GET /stats: a JSON object of up to 64 KiB, which stays
     * until the next one. Never waits.
     * UW_INVALID_DATA: no such object, or one with a key of the worker's own; nothing has changed.
     * [any thread]
     */
    uw_status (*UW_NONNULL show_health)(const char *UW_NULLABLE json, size_t length);
    uw_status (*UW_NONNULL show_stats)(const char *UW_NULLABLE json, size_t length);

    /*
     * Says whether the plugin is fit for calls; it is until it says otherwise. While it is not, GET
     * /health/ready answers 503 with the reason, for hosts that choose where calls go. Calls that come all
     * the same reach the plugin. `reason` is cut after 1024 bytes; with is_ready other than 0 it
     * does not matter. UW_INVALID_DATA: the reason is not UTF-8. [any thread]
     */
    uw_status (*UW_NONNULL set_ready)(
        int32_t is_ready, const char *UW_NULLABLE reason, size_t length);

    /* From here on: 1.2. */

    /*
     * Makes a series of a metric of the plugin's own, which GET /metrics shows from then on, or finds the
     * one that there is. All series of a metric have the same kind, names of labels and bounds.
     * A plugin has at most 1,000 lines in /metrics, where a histogram has one for each bucket and two
     * more: what is beyond is dropped, with UW_OK and the number 0, and counted in
     * universal_worker_plugin_series_dropped_total.
     * UW_INVALID_DATA: a name, label, text or bound breaks a rule. UW_INVALID_ARGUMENT: another kind, other
     * names of labels or other bounds than before. Nothing has changed then. Takes a lock for a moment:
     * keep the number, and update by it. [any thread]
     */
    uw_status (*UW_NONNULL metric)(
        const uw_series *UW_NONNULL series, uw_metric *UW_NONNULL metric);

    /*
     * Update a series: add to a counter or gauge, set a gauge, count a value in a histogram. Without
     * locks, and cheap enough for inner loops (tens of nanoseconds).
     * UW_STALE: there is no such series. UW_WRONG_CALL: it is of another kind. UW_INVALID_DATA: less
     * than 0, or no number, is added to a counter; no number is observed. [any thread]
     */
    uw_status (*UW_NONNULL metric_add)(uw_metric metric, double amount);
    uw_status (*UW_NONNULL metric_set)(uw_metric metric, double value);
    uw_status (*UW_NONNULL metric_observe)(uw_metric metric, double value);
} uw_host;

struct uw_endpoint;

/* One call, as execute, execute_stream, prefetch and endpoints receive it. */
typedef struct uw_call {
    uint32_t struct_size; /* sizeof(uw_call) of the worker */
    uint32_t reserved;    /* 0 */
    uw_call_id id;        /* what emit, progress, is_cancelled and finish take */
    uw_text args;         /* a JSON array, byte for byte as the client sent it; "[]" if not given */
    uw_text kwargs;       /* a JSON object, likewise; "{}" if not given. Keys may repeat: last wins;
                           * and may be spelt with escapes: compare them decoded */
    uw_text request_id;   /* names the call in logs */

    /* From here on: 1.1. */

    /* The row that is asked; NULL in execute, execute_stream and prefetch. */
    const struct uw_endpoint *UW_NULLABLE endpoint;
    /* The whole body of the request as it came: for execute valid JSON, with whatever stands beside
     * args and kwargs; for an endpoint any bytes, or none. */
    uw_text body;
    /* When the call is given up, in nanoseconds of CLOCK_MONOTONIC; or UW_NO_DEADLINE. Its client is
     * answered then, whatever the plugin does, and is_cancelled says 1 if calls can be stopped. */
    uint64_t deadline;
    /* Those of the request's headers that `header_names` of the table names, in the order in which
     * they came; a header that came twice is there twice. Names in lower case, values without the
     * blanks around them; what is not UTF-8 in them is U+FFFD. */
    const uw_header *UW_NULLABLE headers;
    size_t header_count;
} uw_call;

/* The methods of an endpoint. HEAD comes with GET, and is answered without the body. (1.1) */
typedef uint32_t uw_method;
enum { UW_GET = 1, UW_POST = 2 };

/* When requests for an endpoint run. (1.1) */
typedef uint32_t uw_run;
enum {
    /* As a call: counted, queued and cancelled as execute. [executor] */
    UW_AS_CALL = 0,
    /* At once, whatever runs. POST /cancel does not mean it, and it is not in /calls. [beside] */
    UW_BESIDE_CALLS = 1,
    /* Like initialize: no call runs, and none starts meanwhile. [executor, no call runs] */
    UW_ALONE = 2
};

/*
 * An endpoint of the plugin's own: a row of `endpoints`. 404, 405, Allow, all limits and the checks
 * of Host and Origin are the worker's. (1.1)
 */
typedef struct uw_endpoint {
    uw_method method;
    uw_run runs;
    /* From a slash on, up to 256 of the characters A-Z a-z 0-9 - . _ ~ and /; NUL-terminated. None
     * of the worker's own, and none twice with the same method. */
    const char *UW_NULLABLE path;
    void *UW_NULLABLE context; /* the plugin's own; the worker does not touch it */
    /* Like execute: ends the call by finish, whose JSON is answered with 200, or by answer. `args`
     * and `kwargs` of the call are empty, `body` counts. Required. */
    uw_status (*UW_NULLABLE handle)(void *UW_NULLABLE instance, const uw_call *UW_NONNULL call);
} uw_endpoint;

/*
 * One class of plugin: what uw_plugin_entry answers. It and all it points to outlive the process's
 * use of the plugin. create, execute and destroy are required; the others may be NULL.
 */
typedef struct uw_plugin {
    uint32_t abi_major;   /* UW_ABI_MAJOR */
    uint32_t abi_minor;   /* UW_ABI_MINOR */
    uint32_t struct_size; /* sizeof(uw_plugin) */
    uw_threading threading;
    uint32_t max_concurrency; /* with UW_CONCURRENT: 1 to 256; otherwise 0 or 1; else no start */
    uint32_t flags;           /* UW_POLLS_CANCELLED or 0 */
    const char *UW_NULLABLE name;    /* NUL-terminated, for /health; NULL: "unknown" */
    const char *UW_NULLABLE version; /* NUL-terminated, for /health; NULL: "unknown" */
    void *UW_NULLABLE context;       /* the plugin's own; the worker does not touch it */

    /* Makes an instance. To be cheap: what takes long belongs into initialize. The host table may
     * be kept. On failure the text says why. [executor, once, first] */
    uw_status (*UW_NULLABLE create)(
        const struct uw_plugin *UW_NONNULL plugin, const uw_host *UW_NONNULL host, uw_reply reply,
        void *UW_NULLABLE *UW_NONNULL instance);

    /* Takes a configuration, any JSON value; again for each POST /initialize. On failure the text
     * says why, and the former configuration stays. [executor, no call runs] */
    uw_status (*UW_NULLABLE initialize)(void *UW_NULLABLE instance, uw_text config, uw_reply reply);

    /* Leaves the JSON Schema of the configuration, an object. If it fails, or leaves anything else,
     * GET /config_schema answers with that until it is asked again. [executor, no call runs] */
    uw_status (*UW_NULLABLE config_schema)(void *UW_NULLABLE instance, uw_reply reply);

    /* Leaves the configuration in force, an object; likewise. [executor, no call runs] */
    uw_status (*UW_NULLABLE current_config)(void *UW_NULLABLE instance, uw_reply reply);

    /* Runs one call. Either finishes it before it returns, and returns UW_OK; or returns
     * UW_PENDING, and finishes it whenever it likes. Returning an error without having called finish
     * finishes it with that status and a general text. UW_OK without finish is a mistake: HTTP 500.
     * [executor] */
    uw_status (*UW_NULLABLE execute)(void *UW_NULLABLE instance, const uw_call *UW_NONNULL call);

    /* Like execute, and returns what execute may, with any number of emit before finish. NULL: the
     * one result of execute is the stream. [executor] */
    uw_status (*UW_NULLABLE execute_stream)(
        void *UW_NULLABLE instance, const uw_call *UW_NONNULL call);

    /* Asks a call to stop; it still has to finish. To return at once. Where several calls run, once
     * for each, one after the other. The call may end meanwhile: its id is then stale. UW_NO_CALL:
     * POST /cancel, or an end that cancels, came while nothing ran. NULL: calls cannot be stopped,
     * or see UW_POLLS_CANCELLED. [control, beside the call itself] */
    uw_status (*UW_NULLABLE cancel)(void *UW_NULLABLE instance, uw_call_id call, uw_reply reply);

    /* Lets go of what initialize or calls have acquired, and joins the plugin's threads. May come
     * twice, and execute may come after it. [executor, no call runs] */
    uw_status (*UW_NULLABLE cleanup)(void *UW_NULLABLE instance, uw_reply reply);

    /* Ends the instance. [executor, once, last] */
    void (*UW_NULLABLE destroy)(void *UW_NULLABLE instance);

    /* From here on: 1.1. All of it may be NULL or 0. */

    /* Endpoints of the plugin's own, up to 64 rows, each of endpoint_size bytes. A row that breaks a
     * rule is a load error, which names it. */
    const uw_endpoint *UW_NULLABLE endpoints;
    uint32_t endpoint_count;
    uint32_t endpoint_size; /* sizeof(uw_endpoint) */

    /* Headers of requests that calls are to have, such as "traceparent": up to 32 names, each
     * NUL-terminated, of up to 64 bytes, in whichever case. */
    const char *UW_NULLABLE const *UW_NULLABLE header_names;
    size_t header_name_count;

    /*
     * Lifecycle hooks. If a plugin has one of them, the routes of all five exist, and those that are
     * NULL or answer UW_UNSUPPORTED are answered {"status":"not_supported"}. Otherwise there are none.
     */

    /* POST /prefetch: gets ahead of the first call what takes long. A call in all respects, ended by
     * finish, whose text with UW_OK does not matter. [executor] */
    uw_status (*UW_NULLABLE prefetch)(void *UW_NULLABLE instance, const uw_call *UW_NONNULL call);

    /* POST /reconfigure: goes from one configuration, any JSON value, to another; "null" for what the
     * client has left out. config_schema and current_config are asked afterwards.
     * [executor, no call runs] */
    uw_status (*UW_NULLABLE reconfigure)(
        void *UW_NULLABLE instance, uw_text old_config, uw_text new_config, uw_reply reply);

    /* POST /on_enable, POST /on_disable: the host uses the plugin from now on, or not for a while.
     * A failure is answered 200 {"status":"error","detail":…}. [beside] */
    uw_status (*UW_NULLABLE on_enable)(void *UW_NULLABLE instance, uw_reply reply);
    uw_status (*UW_NULLABLE on_disable)(void *UW_NULLABLE instance, uw_reply reply);

    /* GET /config_options: leaves what values the configuration may have at the moment, one JSON
     * value. [beside] */
    uw_status (*UW_NULLABLE config_options)(void *UW_NULLABLE instance, uw_reply reply);

    /* From here on: 1.2. */

    /* Leaves what bodies its requests have, for GET /openapi.json: an object of up to 256 KiB, in which a
     * path has the JSON Schema of a POST's body: "/execute", "/execute_stream" (like "/execute" if it is
     * missing), and those of `endpoints`. It describes: the worker checks no body by it. If it fails, or
     * leaves anything else, the log says so, and nothing is shown.
     * [executor, once, after create, no call runs] */
    uw_status (*UW_NULLABLE body_schemas)(void *UW_NULLABLE instance, uw_reply reply);
} uw_plugin;

/*
 * The one function that a plugin exports. Stores the table of the class in *plugin and returns
 * UW_OK; or returns UW_UNKNOWN_CLASS, with the names of its classes as text ("Echo, Upper");
 * or another failure with its text. Looks at host->abi_major before anything else in the table
 * if it needs to. [executor, once]
 */
typedef uw_status (*uw_plugin_entry_fn)(
    const uw_host *UW_NONNULL host, uw_text class_name, uw_reply reply,
    const uw_plugin *UW_NULLABLE *UW_NONNULL plugin);

/* The name that the worker looks up. */
#define UW_PLUGIN_ENTRY "uw_plugin_entry"

/* Declared here so that a plugin's definition is exported, with C linkage, and checked. (Swift
 * defines it by @c, beside which a declaration would stand in the way.) */
#if !defined(__swift__)
__attribute__((visibility("default"))) uw_status uw_plugin_entry(
    const uw_host *UW_NONNULL host, uw_text class_name, uw_reply reply,
    const uw_plugin *UW_NULLABLE *UW_NONNULL plugin);
#endif

/* The layout that every side relies on, for 64-bit machines. */
#if UINTPTR_MAX == UINT64_MAX
UW_STATIC_ASSERT(sizeof(uw_text) == 16, "uw_text");
UW_STATIC_ASSERT(sizeof(uw_header) == 32, "uw_header");
UW_STATIC_ASSERT(sizeof(uw_answer) == 56 && offsetof(uw_answer, headers) == 40, "uw_answer");
UW_STATIC_ASSERT(sizeof(uw_series) == 72 && offsetof(uw_series, labels) == 40, "uw_series");
UW_STATIC_ASSERT(sizeof(uw_endpoint) == 32 && offsetof(uw_endpoint, handle) == 24, "uw_endpoint");
UW_STATIC_ASSERT(
    sizeof(uw_host) == 152 && offsetof(uw_host, reply) == 32 && offsetof(uw_host, answer) == 88 &&
        offsetof(uw_host, metric) == 120,
    "uw_host");
UW_STATIC_ASSERT(
    sizeof(uw_call) == 112 && offsetof(uw_call, args) == 16 && offsetof(uw_call, endpoint) == 64,
    "uw_call");
UW_STATIC_ASSERT(
    sizeof(uw_plugin) == 200 && offsetof(uw_plugin, create) == 48 &&
        offsetof(uw_plugin, endpoints) == 120,
    "uw_plugin");
#endif

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#if defined(__cplusplus)
}
#endif
#endif
