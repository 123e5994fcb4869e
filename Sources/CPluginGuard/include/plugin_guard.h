/*
 * Calls into the plugin, none of which lets a C++ exception out, or a copy of the process back in.
 *
 * Each function calls the one it is given and answers what that answers. Where it throws instead,
 * the answer is UW_ERROR and `thrown` says what: no unwinding reaches Swift, which cannot bear it.
 * They are called on the thread that the ABI names for the function behind them.
 */
#ifndef PLUGIN_GUARD_H
#define PLUGIN_GUARD_H

#include <pthread.h>
#include <unistd.h>

#include <universal_worker_plugin.h>

#if defined(__cplusplus)
extern "C" {
#endif

/* What a plugin function threw. Owned by the caller; written only when something was thrown. */
typedef struct uwg_thrown {
    int32_t is_set; /* 1 after a throw; the caller sets it to 0 before the call */
    char what[508]; /* NUL-terminated, cut if longer */
} uwg_thrown;

typedef uw_status (*uwg_create_fn)(
    const uw_plugin *UW_NONNULL, const uw_host *UW_NONNULL, uw_reply,
    void *UW_NULLABLE *UW_NONNULL);
typedef uw_status (*uwg_initialize_fn)(void *UW_NULLABLE, uw_text, uw_reply);
typedef uw_status (*uwg_reply_fn)(void *UW_NULLABLE, uw_reply);
typedef uw_status (*uwg_execute_fn)(void *UW_NULLABLE, const uw_call *UW_NONNULL);
typedef uw_status (*uwg_cancel_fn)(void *UW_NULLABLE, uw_call_id, uw_reply);
typedef uw_status (*uwg_reconfigure_fn)(void *UW_NULLABLE, uw_text, uw_text, uw_reply);
typedef void (*uwg_destroy_fn)(void *UW_NULLABLE);

/* The sizes of uw_plugin in ABI 1.0 and of uw_endpoint in 1.1; later versions add fields behind. */
enum {
    uwg_first_table_size = offsetof(uw_plugin, destroy) + sizeof(uwg_destroy_fn),
    uwg_first_endpoint_size = offsetof(uw_endpoint, handle) + sizeof(uwg_execute_fn),
    uwg_first_answer_size = offsetof(uw_answer, header_count) + sizeof(size_t)
};

uw_status uwg_entry(
    uw_plugin_entry_fn UW_NONNULL function, const uw_host *UW_NONNULL host, uw_text class_name,
    uw_reply reply, const uw_plugin *UW_NULLABLE *UW_NONNULL plugin, uwg_thrown *UW_NONNULL thrown);
uw_status uwg_create(
    uwg_create_fn UW_NONNULL function, const uw_plugin *UW_NONNULL plugin,
    const uw_host *UW_NONNULL host, uw_reply reply, void *UW_NULLABLE *UW_NONNULL instance,
    uwg_thrown *UW_NONNULL thrown);
uw_status uwg_initialize(
    uwg_initialize_fn UW_NONNULL function, void *UW_NULLABLE instance, uw_text config,
    uw_reply reply, uwg_thrown *UW_NONNULL thrown);
/* For config_schema, current_config, body_schemas, cleanup and hooks; `name`, a literal, says which. */
uw_status uwg_ask(
    uwg_reply_fn UW_NONNULL function, const char *UW_NONNULL name, void *UW_NULLABLE instance, uw_reply reply,
    uwg_thrown *UW_NONNULL thrown);
/* For execute, execute_stream, prefetch and endpoints, likewise. */
uw_status uwg_execute(
    uwg_execute_fn UW_NONNULL function, const char *UW_NONNULL name, void *UW_NULLABLE instance, const uw_call *UW_NONNULL call,
    uwg_thrown *UW_NONNULL thrown);
uw_status uwg_reconfigure(
    uwg_reconfigure_fn UW_NONNULL function, void *UW_NULLABLE instance, uw_text old_config,
    uw_text new_config, uw_reply reply, uwg_thrown *UW_NONNULL thrown);
uw_status uwg_cancel(
    uwg_cancel_fn UW_NONNULL function, void *UW_NULLABLE instance, uw_call_id call, uw_reply reply,
    uwg_thrown *UW_NONNULL thrown);
void uwg_destroy(
    uwg_destroy_fn UW_NONNULL function, void *UW_NULLABLE instance, uwg_thrown *UW_NONNULL thrown);

/* The plugin's function that the calling thread is in, or ended in; NULL outside of them. */
const char *UW_NULLABLE uwg_function(void);

/*
 * Threads that run plugin code may be cancelled there, and nowhere else: in the worker's code they
 * might hold a lock. Returns the former state.
 */
static inline int uwg_set_cancellation(int state) {
    int former;
    (void)pthread_setcancelstate(state, &former);
    return former;
}

static inline int uwg_hold_cancellation(void) {
    return uwg_set_cancellation(PTHREAD_CANCEL_DISABLE);
}

/* 1 in a process that plugin code made by fork. (A raw clone system call is not noticed.) */
extern int uwg_is_copy;

/*
 * Ends a copy of the process that comes back into the worker's code: its descriptors are the
 * worker's, and no client waits for it.
 */
static inline void uwg_end_copy(void) {
    if (__builtin_expect(uwg_is_copy, 0)) _exit(1);
}

/* Gets what the plugin did, such as "exit(7) in execute, call 42"; valid meanwhile. */
typedef void (*uwg_exit_fn)(const char *UW_NONNULL text);

/*
 * Has `function` called where exit or quick_exit is called in this process; that thread then waits
 * for ever, for the process to be ended in order. May be called again: what was registered with
 * atexit before the last time is not run. Copies of the process exit as they like.
 */
void uwg_watch_exit(uwg_exit_fn UW_NONNULL function);

#if defined(__cplusplus)
}
#endif
#endif
