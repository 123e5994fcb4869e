// The crash report: what is written when a thread faults or aborts, before the default action.
//
// In the handler nothing allocates, takes a lock or calls what is not async-signal-safe, but for
// backtrace() (see backtrace.c); should that hang or fault, the process ends by its signal, and what
// was known before has been written.
#include "crash.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    /// How long stderr may hold up the report, in nanoseconds.
    patience = 200000000,
    /// How long the report may take in all, in seconds.
    alarm_after = 5,
    /// How long another thread that crashes waits for the report, in steps of 50 ms.
    waiting_steps = 160,
};

static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGTRAP, SIGFPE};
static char description[256];
static struct crash_text text;

/// The thread that writes the report; 0 as long as none does.
static atomic_int reporter;
static int reported_signal;
static siginfo_t reported_information;

/// Sends a signal to the calling thread as it came first, now with its default action.
static void repeat(int signal, const siginfo_t *information) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    (void)sigaction(signal, &action, NULL);
    const pid_t process = getpid(), thread = gettid();
    if (syscall(SYS_rt_tgsigqueueinfo, process, thread, signal, information) != 0)
        (void)syscall(SYS_tgkill, process, thread, signal);
}

static void set_blocked(int how, int signal) {
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    (void)pthread_sigmask(how, &one, NULL);
}

/// Ends the process here and now by the signal that the report is about.
static void end_now(void) {
    set_blocked(SIG_UNBLOCK, reported_signal);
    repeat(reported_signal, &reported_information);
    // Of the first process of a namespace the kernel ignores the default action of what is sent.
    _exit(128 + reported_signal);
}

static void handle_alarm(int signal) {
    static atomic_bool was_passed_on;
    const pid_t thread = atomic_load(&reporter);
    if (gettid() == thread) {
        // Something hangs, such as a file system: what is known goes without names.
        crash_frames_write(&text);
    } else if (!atomic_exchange(&was_passed_on, 1)) {
        (void)syscall(SYS_tgkill, getpid(), thread, signal);
        (void)alarm(1);
        return;
    }
    end_now();
}

static void set_alarm(void) {
    struct sigaction action = {.sa_handler = handle_alarm, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGALRM, &action, NULL);
    set_blocked(SIG_UNBLOCK, SIGALRM);
    (void)alarm(alarm_after);
}

static void add_cause(int signal, const siginfo_t *information) {
    const int code = information->si_code;
    const char *name = crash_code_name(signal, code);
    crash_text_line(&text, "SIG");
    crash_text_add(&text, sigabbrev_np(signal));
    crash_text_add(&text, " (");
    if (name) {
        crash_text_add(&text, name);
    } else {
        crash_text_add(&text, code < 0 ? "code -" : "code ");
        crash_text_add_number(&text, (uint64_t)(code < 0 ? -(int64_t)code : code));
    }
    if (code <= 0) {
        crash_text_add(&text, "), sent by process ");
        crash_text_add_number(&text, (uint64_t)information->si_pid);
    } else if (code == SI_KERNEL) {
        crash_text_add(&text, ") at an address that the kernel does not tell");
    } else {
        crash_text_add(&text, ") at ");
        crash_text_add_hex(&text, (uintptr_t)information->si_addr, 16);
    }
    crash_text_add(&text, "\n");
}

static void add_place(void) {
    static char name[17];
    (void)prctl(PR_GET_NAME, name);
    crash_text_line(&text, "plugin ");
    crash_text_add_foreign(&text, description, sizeof description);
    crash_text_add(&text, ", process ");
    crash_text_add_number(&text, (uint64_t)getpid());
    crash_text_add(&text, ", thread '");
    crash_text_add_foreign(&text, name, sizeof name);
    crash_text_add(&text, "' (");
    crash_text_add_number(&text, (uint64_t)gettid());
    crash_text_add(&text, ")\n");
}

static void handle_crash(int signal, siginfo_t *information, void *context) {
    int former = 0;
    const int self = gettid();
    if (!atomic_compare_exchange_strong(&reporter, &former, self)) {
        // Crashed while reporting: enough. Another thread's crash has one report, and ends all.
        if (former == self) crash_frames_write(&text);
        for (int step = 0; former != self && step < waiting_steps; step++) (void)poll(NULL, 0, 50);
        end_now();
        return;
    }
    reported_signal = signal;
    reported_information = *information;
    set_alarm();
    const uint64_t now = crash_now();
    crash_text_open(&text, now + patience);
    add_cause(signal, information);
    add_place();
    crash_calls_add(&text, now);
    crash_text_flush(&text);
    crash_backtrace_write(&text, context);
    (void)alarm(0);
    // A fault happens again, and ends even the first process of a namespace.
    if (getpid() == 1 && information->si_code <= 0) _exit(128 + signal);
    // Delivered on return, with the registers of the crash, which a core dump is to show.
    set_blocked(SIG_BLOCK, signal);
    repeat(signal, information);
}

int ccrash_install(const char *new_description, enum ccrash_style style, int descriptor) {
    (void)strncpy(description, new_description, sizeof description - 1);
    text.style = style;
    text.given = descriptor;
    ccrash_objects_changed();
    crash_backtrace_prepare();
    const int error = ccrash_prepare_thread();
    if (error != 0) return error;
    // The crash signals stay open: a fault in the handler comes back to it, and is its end.
    struct sigaction action = {
        .sa_sigaction = handle_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigfillset(&action.sa_mask);
    for (size_t index = 0; index < sizeof signals / sizeof *signals; index++)
        sigdelset(&action.sa_mask, signals[index]);
    for (size_t index = 0; index < sizeof signals / sizeof *signals; index++)
        if (sigaction(signals[index], &action, NULL) != 0) return errno;
    return 0;
}
