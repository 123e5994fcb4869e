/*
 * Starting the process that runs a plugin, and learning how it ended.
 *
 * In C, since Swift has no fork, and between fork and exec only async-signal-safe functions may run.
 */
#ifndef PLUGIN_PROCESS_H
#define PLUGIN_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#if defined(__clang__)
#define UWP_NONNULL _Nonnull
#define UWP_NULLABLE _Nullable
#else
#define UWP_NONNULL
#define UWP_NULLABLE
#endif

/* The first descriptor that a started process gets from us, and the most that it can get. */
enum { UWP_FIRST_DESCRIPTOR = 3, UWP_DESCRIPTORS = 300 };

/* What is started. Strings and arrays are the caller's; they are read until uwp_start returns. */
typedef struct uwp_program {
    const char *UWP_NONNULL path; /* with a slash; executed as it is, links unresolved */
    char *UWP_NULLABLE const *UWP_NONNULL arguments;   /* NULL-terminated */
    char *UWP_NULLABLE const *UWP_NONNULL environment; /* NULL-terminated */
    const int *UWP_NONNULL descriptors; /* become 3, 4, ... in the process, which inherits no others */
    size_t count;                       /* at most UWP_DESCRIPTORS */
    int output;                         /* becomes descriptors 1 and 2; 0 is /dev/null */
} uwp_program;

/* A process that was started. */
typedef struct uwp_process {
    pid_t pid;
    pid_t guard; /* its parent, a child of the caller */
    int end_fd;  /* readable once the process has ended */
    int pidfd;   /* for signals; -1 if the system has none to give */
} uwp_process;

/* Why a process was not started: 0, or an errno, and whether exec gave it. */
typedef struct uwp_failure {
    int error;
    int is_exec;
} uwp_failure;

/*
 * Starts a process below a guard, and returns once its program runs or could not be executed.
 *
 * It leads a process group of its own in the caller's session, and has the default disposition for all
 * signals (but for an ignored SIGHUP, which is nohup's) and an empty mask. The guard has a group of its
 * own too. It sends the process and all that is below it SIGKILL when the *thread* that called this
 * ends: that one has to live as long as the process is to.
 */
uwp_failure uwp_start(const uwp_program *UWP_NONNULL program, uwp_process *UWP_NONNULL process);

/* Makes a file in memory with some bytes in it, to be read from its beginning; -1 and errno. */
int uwp_memory_file(const char *UWP_NONNULL name, const void *UWP_NULLABLE bytes, size_t count);

/* How a process ended. */
typedef struct uwp_end {
    int is_signal; /* 1: `number` is the signal that ended it; 0: its exit code */
    int number;
} uwp_end;

/* Sends a process a signal, before uwp_reap; -1 and errno if it fails. */
int uwp_signal(const uwp_process *UWP_NONNULL process, int signal);

/* Learns how a process has ended whose end_fd is readable, lets go of its guard, and closes both
 * descriptors. -1: that is not known, as other code of this process took the status of a guard that was
 * killed. What the process has started is the caller's to end then, if that is a subreaper. */
int uwp_reap(const uwp_process *UWP_NONNULL process, uwp_end *UWP_NONNULL end);

/* A run of bytes. */
typedef struct uwp_bytes {
    const void *UWP_NULLABLE data;
    size_t length;
} uwp_bytes;

/* Sends some runs of bytes over a stream socket, one behind the other and whole, and waits for room.
 * At most 8 of them. 0, or an errno; a peer that is gone raises no signal. */
int uwp_send(int socket, const uwp_bytes *UWP_NONNULL parts, size_t count);

/* Waits for bytes on a stream socket: how many came, 0 at its end, or -1 and errno. */
ssize_t uwp_receive(int socket, void *UWP_NONNULL bytes, size_t room);

/* A module of the runner of Python plugins, as source text. */
typedef struct uwp_module {
    const char *UWP_NULLABLE name; /* NULL for the last one, which starts the others */
    const char *UWP_NONNULL text;
} uwp_module;

/* The modules by number, from 0 on; NULL behind the last. */
const uwp_module *UWP_NULLABLE uwp_runner_module(size_t index);

/* The signal that has the runner of Python plugins look at its stops: SIGRTMIN + 5. */
int uwp_stop_signal(void);

/* Has the runner of Python plugins write the stacks of all threads, also in the middle of C code, and
 * waits until it has, but no longer than so many milliseconds. Leaves the process stopped: it is to be killed. */
void uwp_write_stacks(const uwp_process *UWP_NONNULL process, int milliseconds);

/* The name of a signal without SIG in front of it; NULL for those that have none. */
const char *UWP_NULLABLE uwp_signal_name(int signal);

/* Ends this process by a signal, as if there were no handlers, and without a core dump. */
void uwp_die_of(int signal) __attribute__((noreturn));

#endif
