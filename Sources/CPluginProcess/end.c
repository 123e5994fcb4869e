#define _GNU_SOURCE
#include "plugin_process.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int uwp_memory_file(const char *name, const void *bytes, size_t count) {
    const int file = memfd_create(name, MFD_CLOEXEC);
    if (file < 0) return -1;
    size_t written = 0;
    while (written < count) {
        const ssize_t part = pwrite(file, (const char *)bytes + written, count - written, (off_t)written);
        if (part < 0 && errno == EINTR) continue;
        if (part <= 0) {
            (void)close(file);
            return -1;
        }
        written += (size_t)part;
    }
    return file;
}

int uwp_reap(const uwp_process *process, uwp_end *end) {
    int status;
    ssize_t count;
    do {
        count = read(process->end_fd, &status, sizeof status);
    } while (count < 0 && errno == EINTR);
    int taken = count == sizeof status;
    (void)kill(process->guard, SIGKILL);
    /* A guard that was killed itself takes the process along. */
    int guard_status;
    pid_t ended;
    do {
        ended = waitpid(process->guard, &guard_status, 0);
    } while (ended < 0 && errno == EINTR);
    if (!taken && ended == process->guard) {
        status = guard_status;
        taken = 1;
    }
    (void)close(process->end_fd);
    if (process->pidfd >= 0) (void)close(process->pidfd);
    if (!taken) return -1;
    end->is_signal = WIFSIGNALED(status);
    end->number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    return 0;
}

int uwp_stop_signal(void) { return SIGRTMIN + 5; }

const char *uwp_signal_name(int signal) { return sigabbrev_np(signal); }

/* What the threads of a process do with a signal. */
typedef struct {
    /* It waits for one of them or for the process, or is blocked in one, as it is in its own handler. */
    int is_under_way;
    int is_stopped;
} signal_state;

static void look_at_thread(pid_t process, const char *thread, int signal, signal_state *seen) {
    char path[80], line[128];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%.20s/status", process, thread);
    FILE *const status = fopen(path, "re");
    if (status == NULL) return;
    while (fgets(line, sizeof line, status) != NULL) {
        const int is_mask = strncmp(line, "SigPnd:", 7) == 0 || strncmp(line, "ShdPnd:", 7) == 0
            || strncmp(line, "SigBlk:", 7) == 0;
        if (is_mask && (strtoull(line + 7, NULL, 16) >> (signal - 1) & 1) != 0) seen->is_under_way = 1;
        if (strncmp(line, "State:", 6) == 0 && line[7] != 'T') seen->is_stopped = 0;
    }
    (void)fclose(status);
}

/* Looks at all threads: the kernel may have chosen another than the main one for the signal. */
static signal_state look(pid_t process, int signal) {
    signal_state seen = {0, 1};
    char path[40];
    (void)snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *const threads = opendir(path);
    if (threads == NULL) return seen;
    const struct dirent *thread;
    while ((thread = readdir(threads)) != NULL)
        if (thread->d_name[0] != '.') look_at_thread(process, thread->d_name, signal, &seen);
    (void)closedir(threads);
    return seen;
}

void uwp_write_stacks(const uwp_process *process, int milliseconds) {
    const int signal = SIGRTMIN + 6;
    if (uwp_signal(process, signal) != 0) return;
    /* A thread that has taken the signal and is not in the handler yet shows nothing of it. One that stops has been
     * through that. */
    int is_told_to_stop = 0;
    for (; milliseconds > 0; milliseconds--) {
        const signal_state seen = look(process->pid, signal);
        if (is_told_to_stop && seen.is_stopped && !seen.is_under_way) return;
        if (seen.is_under_way == is_told_to_stop) {
            is_told_to_stop = !is_told_to_stop;
            (void)uwp_signal(process, is_told_to_stop ? SIGSTOP : SIGCONT);
        }
        (void)usleep(1000);
    }
}

void uwp_die_of(int signal) {
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    (void)sigaction(signal, &action, NULL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    (void)pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    (void)kill(getpid(), signal);
    /* A kernel that ignores it for the first process of a PID namespace: as a shell would say it. */
    for (int attempt = 0; attempt < 1000; attempt++) (void)usleep(1000);
    _exit(128 + signal);
}
