#define _GNU_SOURCE
#include "plugin_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* pidfd_open, also where glibc's header does not have it. */
static int open_pidfd(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

/* From here to the end of `become`: after fork, in the child, async-signal-safe calls only. */

static void default_signals(void) {
    struct sigaction action;
    for (int signal = 1; signal < _NSIG; signal++) {
        if (sigaction(signal, NULL, &action) != 0 || action.sa_handler == SIG_DFL) continue;
        if (signal == SIGHUP && action.sa_handler == SIG_IGN) continue;
        action.sa_handler = SIG_DFL;
        action.sa_flags = 0;
        (void)sigaction(signal, &action, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Puts our descriptors to 3, 4, ..., `report` behind them, and closes all others. */
static int place_descriptors(const uwp_program *program, int *report) {
    const int last = UWP_FIRST_DESCRIPTOR + (int)program->count;
    int above[UWP_DESCRIPTORS + 2];
    /* First all beyond the places that they will take, so that none is overwritten. */
    for (size_t index = 0; index < program->count; index++) {
        above[index] = fcntl(program->descriptors[index], F_DUPFD_CLOEXEC, last + 1);
        if (above[index] < 0) return -1;
    }
    const int output = fcntl(program->output, F_DUPFD_CLOEXEC, last + 1);
    const int reporting = fcntl(*report, F_DUPFD_CLOEXEC, last + 1);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (output < 0 || reporting < 0 || nothing < 0) return -1;
    if (dup2(output, 1) < 0 || dup2(output, 2) < 0) return -1;
    if (nothing != 0 && dup2(nothing, 0) < 0) return -1;
    for (size_t index = 0; index < program->count; index++)
        if (dup2(above[index], UWP_FIRST_DESCRIPTOR + (int)index) < 0) return -1;
    if (dup3(reporting, last, O_CLOEXEC) < 0) return -1;
    *report = last;
    /* Kernels before 5.9 lack close_range; there what is not close-on-exec leaks. */
    (void)syscall(SYS_close_range, (unsigned)last + 1, ~0U, 0);
    return 0;
}

static void become(const uwp_program *program, pid_t parent, int report) {
    uwp_failure failure = {0, 0};
    (void)setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) goto failed;
    /* The parent may have ended before that. */
    if (getppid() != parent) _exit(1);
    if (place_descriptors(program, &report) != 0) goto failed;
    default_signals();
    (void)execve(program->path, program->arguments, program->environment);
    failure.is_exec = 1;
failed:
    failure.error = errno;
    (void)!write(report, &failure, sizeof failure);
    _exit(127);
}

uwp_failure uwp_start(const uwp_program *program, uwp_process *process) {
    uwp_failure failure = {0, 0};
    int ends[2];
    if (program->count > UWP_DESCRIPTORS) return (uwp_failure){E2BIG, 0};
    if (pipe2(ends, O_CLOEXEC) != 0) return (uwp_failure){errno, 0};
    /* Handlers of this process must not run in the child. */
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) become(program, parent, ends[1]);
    failure.error = pid < 0 ? errno : 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return failure;
    }
    (void)setpgid(pid, pid); /* by whichever of the two comes first */
    ssize_t count;
    do {
        count = read(ends[0], &failure, sizeof failure);
    } while (count < 0 && errno == EINTR);
    (void)close(ends[0]);
    if (count > 0) {
        (void)waitpid(pid, NULL, 0);
        return failure;
    }
    process->pid = pid;
    process->pidfd = open_pidfd(pid);
    return (uwp_failure){0, 0};
}
