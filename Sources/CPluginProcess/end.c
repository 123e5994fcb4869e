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

/* Whether a signal waits for a thread or its process, or is blocked in the thread, as it is in its own handler. */
static int is_under_way_in(pid_t process, const char *thread, int signal) {
    char path[80], line[128];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%.20s/status", process, thread);
    FILE *const status = fopen(path, "re");
    if (status == NULL) return 0;
    int found = 0;
    while (fgets(line, sizeof line, status) != NULL) {
        const int is_mask = strncmp(line, "SigPnd:", 7) == 0 || strncmp(line, "ShdPnd:", 7) == 0
            || strncmp(line, "SigBlk:", 7) == 0;
        if (is_mask && (strtoull(line + 7, NULL, 16) >> (signal - 1) & 1) != 0) found = 1;
    }
    (void)fclose(status);
    return found;
}

/* The same for any thread of a process: the kernel may have chosen another than the main one. */
static int is_under_way(pid_t process, int signal) {
    char path[40];
    (void)snprintf(path, sizeof path, "/proc/%d/task", process);
    DIR *const threads = opendir(path);
    if (threads == NULL) return 0;
    int found = 0;
    const struct dirent *thread;
    while (!found && (thread = readdir(threads)) != NULL)
        found = thread->d_name[0] != '.' && is_under_way_in(process, thread->d_name, signal);
    (void)closedir(threads);
    return found;
}

void uwp_write_stacks(const uwp_process *process, int milliseconds) {
    const int signal = SIGRTMIN + 6;
    if (uwp_signal(process, signal) != 0) return;
    for (; milliseconds > 0 && is_under_way(process->pid, signal); milliseconds--) (void)usleep(1000);
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
