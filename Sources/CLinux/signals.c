// Signals: a handler that holds whatever the masks of a plugin's threads are, writing that no broken
// pipe ends, and what children get of it all.
#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/// The process whose handlers these are: a forked child has them too, until it calls exec.
static pid_t owner;
/// How often each signal has been noted since it was taken last.
static atomic_uint noted[_NSIG];
/// The thread that waits for signals, 0 if there is none; whether it has been told of what is noted.
static _Atomic pid_t waiter;
static atomic_bool is_told;

/// Does in a forked child what the signal does by default, once the handler has returned.
static void take_default(int signal) {
    clinux_signal_reset(signal);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    (void)raise(signal);
    (void)pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

/// Go's runtime sends one to its process when that crashes, so that other threads of its own tell of themselves;
/// it ends the process itself some seconds later, by SIGABRT.
static _Bool is_own_quit(const siginfo_t *from) {
    return from->si_signo == SIGQUIT && from->si_code <= 0 && from->si_pid == getpid();
}

static void note(int signal, siginfo_t *from, void *context) {
    (void)context;
    const int error = errno;
    if (getpid() != owner) {
        take_default(signal);
    } else if (signal != SIGPIPE && signal != SIGXFSZ && !is_own_quit(from)) {
        atomic_fetch_add(&noted[signal], 1);
        const pid_t thread = waiter;
        // That signal is blocked there, and waited for. It is sent once, as each takes of what a user may have.
        if (thread != 0 && !atomic_exchange(&is_told, 1)
            && tgkill(owner, thread, clinux_parent_death_signal()) != 0)
            is_told = 0;
    }
    errno = error;
}

static int take_noted(void) {
    is_told = 0;
    for (int signal = 1; signal < _NSIG; signal++) {
        unsigned count = noted[signal];
        while (count > 0)
            if (atomic_compare_exchange_weak(&noted[signal], &count, count - 1)) return signal;
    }
    return 0;
}

int clinux_signal_wait(const sigset_t *blocked, const struct timespec *limit) {
    waiter = gettid();
    const int before = take_noted();
    if (before > 0) return before;
    siginfo_t from;
    const int taken = sigtimedwait(blocked, &from, limit);
    if (taken > 0 && is_own_quit(&from)) return 0;
    if (taken > 0 && taken != clinux_parent_death_signal()) return taken;
    const int told = take_noted();
    return told > 0 ? told : taken > 0 ? taken : 0;
}

_Bool clinux_signal_catch(int signal) {
    owner = getpid();
    // SA_ONSTACK: runtimes with small stacks (Go) insist on it in every handler.
    struct sigaction action = {
        .sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    return sigaction(signal, &action, NULL) == 0;
}

void clinux_signal_reset(int signal) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    (void)sigaction(signal, &action, NULL);
}

enum clinux_signal_taker clinux_signal_taker(int signal) {
    struct sigaction action;
    if (sigaction(signal, NULL, &action) != 0) return CLINUX_TAKEN_BY_OTHERS;
    // A handler with one parameter lies in the same place.
    if (action.sa_sigaction == note) return CLINUX_TAKEN_BY_US;
    if (action.sa_handler == SIG_DFL) return CLINUX_TAKEN_BY_DEFAULT;
    return action.sa_handler == SIG_IGN ? CLINUX_IGNORED : CLINUX_TAKEN_BY_OTHERS;
}

const char *clinux_signal_name(int signal) { return sigabbrev_np(signal); }

// --- Writing

static _Thread_local _Bool takes_no_write_signals;

void clinux_thread_takes_no_write_signals(void) { takes_no_write_signals = 1; }

ssize_t clinux_write(int descriptor, const void *bytes, size_t count) {
    if (takes_no_write_signals) return write(descriptor, bytes, count);
    sigset_t both, before;
    sigemptyset(&both);
    sigaddset(&both, SIGPIPE);
    sigaddset(&both, SIGXFSZ);
    (void)pthread_sigmask(SIG_BLOCK, &both, &before);
    const ssize_t result = write(descriptor, bytes, count);
    const int error = errno;
    const int signal = result >= 0 ? 0 : error == EPIPE ? SIGPIPE : error == EFBIG ? SIGXFSZ : 0;
    if (signal != 0 && !sigismember(&before, signal)) {
        // It is this thread's own, and waits for the mask to be set back.
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, signal);
        while (sigtimedwait(&one, NULL, &(struct timespec){0}) < 0 && errno == EINTR) {}
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return result;
}

// --- Children

static sigset_t unblocked_in_children;
/// The soft limit of open files that the worker was started with; 0 as long as it has not been raised.
static rlim_t given_open_files;

static void be_a_child(void) {
    (void)pthread_sigmask(SIG_UNBLOCK, &unblocked_in_children, NULL);
    struct rlimit limit;
    if (given_open_files == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = given_open_files;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

int clinux_unblock_in_forked_children(const sigset_t *signals) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static _Bool is_registered;
    int error = 0;
    (void)pthread_mutex_lock(&lock);
    if (!is_registered) {
        unblocked_in_children = *signals;
        error = pthread_atfork(NULL, NULL, be_a_child);
        is_registered = error == 0;
    }
    (void)pthread_mutex_unlock(&lock);
    return error;
}

unsigned long clinux_raise_open_files(unsigned long more) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    const rlim_t before = limit.rlim_cur, given = given_open_files ? given_open_files : before;
    // RLIM_INFINITY is the greatest number.
    const rlim_t wanted = given + more < given ? RLIM_INFINITY : given + more;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (limit.rlim_cur <= before || setrlimit(RLIMIT_NOFILE, &limit) != 0) return before;
    given_open_files = given;
    return limit.rlim_cur;
}
