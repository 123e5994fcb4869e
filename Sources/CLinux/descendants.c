// Processes: handles to them, their signals and their ends.
#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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
