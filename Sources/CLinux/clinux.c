#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

const char *clinux_error_text(int error) { return strerrordesc_np(error); }
const char *clinux_error_name(int error) { return strerrorname_np(error); }

int clinux_duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 3); }

int clinux_close_on_exec(int descriptor) {
    const int flags = fcntl(descriptor, F_GETFD);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC);
}

int clinux_nonblocking(int descriptor) {
    const int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

int clinux_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

void clinux_stdout_by_line(void) { (void)setvbuf(stdout, NULL, _IOLBF, 0); }

_Bool clinux_stdout_flush(void) {
    for (int attempt = 0; attempt < 1000; attempt++) {
        if (ftrylockfile(stdout) == 0) {
            (void)fflush_unlocked(stdout);
            funlockfile(stdout);
            return 1;
        }
        sched_yield();
    }
    return 0;
}

int clinux_thread_start(
    size_t stack_size, const sigset_t *blocked, void *(*body)(void *), void *argument) {
    pthread_t thread;
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) return error;
    error = pthread_attr_setstacksize(&attributes, stack_size);
    if (error == 0) error = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (error == 0) {
        // Not pthread_attr_setsigmask_np: AddressSanitizer gives the thread its starter's mask.
        sigset_t before;
        (void)pthread_sigmask(SIG_SETMASK, blocked, &before);
        error = pthread_create(&thread, &attributes, body, argument);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    (void)pthread_attr_destroy(&attributes);
    return error;
}

void clinux_thread_name(const char *name) {
    char short_name[16] = {0};
    (void)strncpy(short_name, name, sizeof short_name - 1);
    (void)pthread_setname_np(pthread_self(), short_name);
}

void clinux_set_parent_death_signal(int signal) { (void)prctl(PR_SET_PDEATHSIG, signal); }

int clinux_parent_death_signal(void) { return SIGRTMIN + 3; }

/// Fills an address; returns its length, or 0 with errno where the name does not fit.
static socklen_t unix_address(struct sockaddr_un *address, const char *name, size_t length) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length == 0 || length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return 0;
    }
    memcpy(address->sun_path, name, length);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    // An abstract name is as long as it says, a path ends with a NUL.
    if (name[0] != '@') return size + 1;
    address->sun_path[0] = '\0';
    return size;
}

int clinux_connect_unix(int descriptor, const char *name, size_t length) {
    struct sockaddr_un address;
    const socklen_t size = unix_address(&address, name, length);
    return size == 0 ? -1 : connect(descriptor, (const struct sockaddr *)&address, size);
}

int clinux_bind_unix(int descriptor, const char *name, size_t length) {
    struct sockaddr_un address;
    const socklen_t size = unix_address(&address, name, length);
    return size == 0 ? -1 : bind(descriptor, (const struct sockaddr *)&address, size);
}

int clinux_open_folder(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

int clinux_open_lock(int folder, const char *name) {
    return openat(
        folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, S_IRUSR | S_IWUSR);
}

int clinux_lock(int descriptor, pid_t *holder) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    *holder = 0;
    if (fcntl(descriptor, F_SETLK, &lock) == 0) return 0;
    if (errno != EAGAIN && errno != EACCES) return -1;
    if (fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) *holder = lock.l_pid;
    return 1;
}
