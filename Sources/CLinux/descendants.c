// Processes: handles to them, their signals and their ends.
#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Bool clinux_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0; }

_Bool clinux_has_children(void) {
    siginfo_t information;
    int result;
    do {
        result = waitid(
            P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT | __WALL);
    } while (result < 0 && errno == EINTR);
    return result == 0 || errno != ECHILD;
}

int clinux_process_open(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

int clinux_process_signal(int handle, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, handle, signal, NULL, 0);
}

_Bool clinux_process_reap(int handle, pid_t process) {
    siginfo_t information = {.si_pid = 0};
    const idtype_t kind = handle < 0 ? P_PID : P_PIDFD;
    const id_t number = (id_t)(handle < 0 ? process : handle);
    int result;
    do {
        result = waitid(kind, number, &information, WEXITED | WNOHANG | __WALL);
    } while (result < 0 && errno == EINTR);
    return result == 0 && information.si_pid == process;
}

int clinux_reap_all(void) {
    int count = 0;
    while (waitpid(-1, NULL, WNOHANG | __WALL) > 0) count++;
    return count;
}

/// The highest number that Linux gives to a process (PID_MAX_LIMIT).
static const pid_t last_number = 4 * 1024 * 1024;

static long long milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/// The number that the kernel gives to a new process now; -1 where it gives none.
static pid_t newest_number(void) {
    const pid_t child = vfork();
    if (child == 0) _exit(0);
    if (child > 0) (void)waitpid(child, NULL, __WALL);
    return child;
}

/// Sends SIGKILL to the children with a number from `first` on and below `end`; how many.
static int kill_children(pid_t first, pid_t end, long long deadline) {
    int count = 0;
    for (pid_t number = first; number < end; number++) {
        if ((number & 1023) == 0 && milliseconds_now() >= deadline) break;
        siginfo_t information = {.si_pid = 0};
        // It tells whose child a number is without a descriptor.
        if (waitid(P_PID, (id_t)number, &information, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0
            && information.si_pid == 0 && kill(number, SIGKILL) == 0)
            count++;
    }
    return count;
}

void clinux_kill_all(int milliseconds) {
    const long long deadline = milliseconds_now() + milliseconds;
    (void)clinux_reap_all();
    if (!clinux_has_children()) return;
    // Numbers are given in turn: the descendants' lie between this process's and the newest.
    const pid_t own = getpid(), newest = newest_number();
    const _Bool is_round = newest < own;
    while (milliseconds_now() < deadline) {
        int killed = kill_children(own + 1, is_round ? last_number : newest, deadline);
        if (is_round) killed += kill_children(2, newest < 0 ? own : newest, deadline);
        if (killed == 0) return;
        // The children of those come to this process when they have ended.
        while (killed > 0 && milliseconds_now() < deadline) {
            killed -= clinux_reap_all();
            if (killed > 0) (void)poll(NULL, 0, 1);
        }
        if (!clinux_has_children()) return;
    }
}
