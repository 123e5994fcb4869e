#define _GNU_SOURCE
#include "plugin_process.h"

#include "guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the parts of a start tell the worker; smaller than what a pipe takes whole. */
typedef struct report {
    pid_t started; /* the number of the process; 0: it is not about that */
    uwp_failure failure;
} report;

/* pidfd_open, also where glibc's header does not have it. */
static int open_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

/* From here to the end of `guard`: after fork, in the child, async-signal-safe calls only. */

void uwp_default_signals(const sigset_t *mask) {
    struct sigaction action;
    for (int signal = 1; signal < _NSIG; signal++) {
        if (sigaction(signal, NULL, &action) != 0 || action.sa_handler == SIG_DFL) continue;
        if (signal == SIGHUP && action.sa_handler == SIG_IGN) continue;
        action.sa_handler = SIG_DFL;
        action.sa_flags = 0;
        (void)sigaction(signal, &action, NULL);
    }
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
}

/* Puts our descriptors to 3, 4, ..., `report` behind them, and closes all others. */
static int place_descriptors(const uwp_program *program, int *pipe) {
    const int last = UWP_FIRST_DESCRIPTOR + (int)program->count;
    int above[UWP_DESCRIPTORS + 2];
    /* First all beyond the places that they will take, so that none is overwritten. */
    for (size_t index = 0; index < program->count; index++) {
        above[index] = fcntl(program->descriptors[index], F_DUPFD_CLOEXEC, last + 1);
        if (above[index] < 0) return -1;
    }
    const int output = fcntl(program->output, F_DUPFD_CLOEXEC, last + 1);
    const int reporting = fcntl(*pipe, F_DUPFD_CLOEXEC, last + 1);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (output < 0 || reporting < 0 || nothing < 0) return -1;
    if (dup2(output, 1) < 0 || dup2(output, 2) < 0) return -1;
    if (nothing != 0 && dup2(nothing, 0) < 0) return -1;
    for (size_t index = 0; index < program->count; index++)
        if (dup2(above[index], UWP_FIRST_DESCRIPTOR + (int)index) < 0) return -1;
    if (dup3(reporting, last, O_CLOEXEC) < 0) return -1;
    *pipe = last;
    /* Kernels before 5.9 lack close_range; there what is not close-on-exec leaks. */
    (void)syscall(SYS_close_range, (unsigned)last + 1, ~0U, 0);
    return 0;
}

static void become(const uwp_program *program, pid_t parent, int pipe) {
    report failed = {0, {0, 0}};
    (void)setpgid(0, 0); /* the worker waits until exec */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) goto failed;
    /* The parent may have ended before that. */
    if (getppid() != parent) _exit(1);
    if (place_descriptors(program, &pipe) != 0) goto failed;
    sigset_t none;
    sigemptyset(&none);
    uwp_default_signals(&none);
    (void)execve(program->path, program->arguments, program->environment);
    failed.failure.is_exec = 1;
failed:
    failed.failure.error = errno;
    (void)!write(pipe, &failed, sizeof failed);
    _exit(127);
}

/* Starts the process below a guard, which this is. */
static void guard(const uwp_program *program, pid_t worker, int pipe, int status) {
    report told = {0, {0, 0}};
    if (uwp_guard_prepare(worker) == 0) {
        const pid_t own = getpid();
        told.started = fork();
        if (told.started == 0) become(program, own, pipe);
    }
    if (told.started <= 0) told = (report){0, {errno, 0}};
    (void)!write(pipe, &told, sizeof told);
    if (told.started == 0) _exit(127);
    uwp_guard_run(worker, told.started, status);
}

uwp_failure uwp_start(const uwp_program *program, uwp_process *process) {
    uwp_failure failure = {0, 0};
    int ends[2], status[2];
    if (program->count > UWP_DESCRIPTORS) return (uwp_failure){E2BIG, 0};
    if (pipe2(ends, O_CLOEXEC) != 0) return (uwp_failure){errno, 0};
    if (pipe2(status, O_CLOEXEC) != 0) {
        failure.error = errno;
        (void)close(ends[0]);
        (void)close(ends[1]);
        return failure;
    }
    /* Handlers of this process must not run in the child. */
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) guard(program, parent, ends[1], status[1]);
    failure.error = pid < 0 ? errno : 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)close(ends[1]);
    (void)close(status[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        (void)close(status[0]);
        return failure;
    }
    process->guard = pid;
    process->pid = 0;
    report told;
    for (;;) {
        const ssize_t count = read(ends[0], &told, sizeof told);
        if (count < 0 && errno == EINTR) continue;
        if (count != sizeof told) break;
        if (told.started > 0) process->pid = told.started;
        else failure = told.failure;
    }
    (void)close(ends[0]);
    /* A guard that has ended without a word was killed. */
    if (failure.error == 0 && process->pid == 0) failure.error = ESRCH;
    if (failure.error != 0) {
        (void)close(status[0]);
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        return failure;
    }
    process->end_fd = status[0];
    process->pidfd = open_pidfd(process->pid);
    return failure;
}

int uwp_signal(const uwp_process *process, int signal) {
    if (process->pidfd >= 0
        && syscall(SYS_pidfd_send_signal, process->pidfd, signal, NULL, 0) == 0) return 0;
    if (process->pidfd >= 0 && errno == ESRCH) return -1;
    return kill(process->pid, signal);
}
