// What Linux and glibc offer and Swift's Glibc module does not: headers it leaves out, and typed
// access to variadic functions, macros and mutable globals.
#ifndef CLINUX_H
#define CLINUX_H

// _GNU_SOURCE is not defined here: with it glibc's types differ from those of Swift's Glibc module.
// What needs it is defined in clinux.c.

#include "clinux_dropin.h"
#include "clinux_probe.h"
#include <elf.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/types.h>

// --- getopt: its state lives in mutable globals; the callers serialise themselves.

/// Makes the next getopt_long start over, in silence about errors.
static inline void clinux_getopt_reset(void) {
    optind = 0;
    opterr = 0;
}

static inline char *_Nullable clinux_optarg(void) { return optarg; }
static inline int clinux_optind(void) { return optind; }
static inline int clinux_optopt(void) { return optopt; }

// --- Birth (birth.c)

/// The number of arguments that the process was started with, the program's name included; may be 0.
int clinux_argument_count(void);

/// An argument; `index` is less than their number.
const char *_Nonnull clinux_argument(int index);

/// Whether a descriptor, 0 to 2, was closed at the start; it leads to /dev/null since.
_Bool clinux_was_missing(int descriptor);

/// The path by which the process was started, links in it unresolved: what the kernel was given, or
/// a script's #! line says; NULL where it is unknown. See AT_EXECFN in getauxval(3).
const char *_Nullable clinux_start_path(void);

// --- Memory (pages.c)

/// Lets go of the pages of the program and its libraries that are as their files have them, and that
/// nothing may write; those that are needed come back from the page cache at the next access. Not of
/// libraries that were loaded later. Does nothing where there is no /proc.
void clinux_forget_start_pages(void);

// --- Errors

/// The text of an error number, such as "Permission denied"; NULL for an unknown one. Thread-safe.
const char *_Nullable clinux_error_text(int error);

/// The name of an error number, such as "EACCES"; NULL for an unknown one. Thread-safe.
const char *_Nullable clinux_error_name(int error);

// --- Descriptors

/// Duplicates a descriptor to a close-on-exec one that is 3 or more; -1 and errno on failure.
int clinux_duplicate(int descriptor);

/// Marks a descriptor close-on-exec; -1 and errno on failure.
int clinux_close_on_exec(int descriptor);

/// Makes a descriptor's open file description non-blocking; -1 and errno on failure.
int clinux_nonblocking(int descriptor);

/// pipe2(2): both ends close-on-exec, the reading end first; -1 and errno on failure.
int clinux_pipe(int ends[_Nonnull 2]);

// --- stdout

/// Makes stdio write each line of stdout at its end.
void clinux_stdout_by_line(void);

/// Writes what stdio holds of stdout, unless a thread keeps stdout locked; false then.
_Bool clinux_stdout_flush(void);

// --- Signals (signals.c)

/// Waits for one of `blocked`, which every thread blocks, or for one that the handler of
/// `clinux_signal_catch` notes, at most for `limit`; its number, 0 if none came. The one thread that
/// calls it also hears of the parent-death signal when another has been noted. Needs no descriptor.
int clinux_signal_wait(const sigset_t *_Nonnull blocked, const struct timespec *_Nonnull limit);

/// Gives a signal the handler that notes it; of SIGPIPE and SIGXFSZ it notes nothing. A
/// handler, not SIG_IGN: exec resets it, so that children of plugins start with the default, which a
/// child that has not called exec has at once.
_Bool clinux_signal_catch(int signal);

/// Gives a signal its default action.
void clinux_signal_reset(int signal);

enum clinux_signal_taker {
    CLINUX_TAKEN_BY_US,
    CLINUX_TAKEN_BY_DEFAULT,
    CLINUX_IGNORED,
    CLINUX_TAKEN_BY_OTHERS,
};

/// What the process does with a signal.
enum clinux_signal_taker clinux_signal_taker(int signal);

/// The first and the last of the real-time signals that programs may use.
static inline int clinux_first_realtime_signal(void) { return SIGRTMIN; }
static inline int clinux_last_realtime_signal(void) { return SIGRTMAX; }

/// The name of a signal without SIG, such as "TERM"; NULL for an unknown one and real-time ones.
const char *_Nullable clinux_signal_name(int signal);

/// write(2) that fails with EPIPE or EFBIG and sends no signal, whatever the process does with it.
ssize_t clinux_write(int descriptor, const void *_Nullable bytes, size_t count);

/// Says that the calling thread has SIGPIPE and SIGXFSZ blocked for good, which makes `clinux_write`
/// one system call.
void clinux_thread_takes_no_write_signals(void);

/// Unblocks `signals` in every child that fork makes from now on, and gives it the limit of open files
/// that this process was given; 0 or an error number. posix_spawn and vfork run no such handlers. The
/// first call counts.
int clinux_unblock_in_forked_children(const sigset_t *_Nonnull signals);

/// Raises the soft limit of open files by `more` over what the process was given, as far as the hard
/// one allows; the limit now in force, 0 on failure.
unsigned long clinux_raise_open_files(unsigned long more);

// --- Sockets

/// Connects a Unix socket to a path, or to an abstract name, which `@` begins; -1 and errno on failure.
int clinux_connect_unix(int descriptor, const char *_Nonnull name, size_t length);

/// Binds a Unix socket to a path or an abstract name likewise.
int clinux_bind_unix(int descriptor, const char *_Nonnull name, size_t length);

/// A socket to ask the kernel about connections of this machine (NETLINK_SOCK_DIAG); -1 and errno on failure.
int clinux_open_socket_diagnosis(void);

/// The user at the other end of a connection: over TCP the one that made the socket there, on this machine and
/// in this network namespace; on a Unix socket the one that connected. -1 where that cannot be found out,
/// as the other end is closed already, say. By one thread; `netlink` is of the function above, and
/// needed for TCP alone.
int clinux_peer_user(int netlink, int socket, uid_t *_Nonnull user);

/// Opens a folder, to name files in it (O_PATH); -1 and errno on failure.
int clinux_open_folder(const char *_Nonnull path);

/// Opens a file of a folder, which is made if there is none, for `clinux_lock`; -1 and errno on failure.
int clinux_open_lock(int folder, const char *_Nonnull name);

/// Locks a file as a whole for this process, until it ends or closes any descriptor of that file. Returns 0,
/// 1 where another process has locked it, with its number or 0, and -1 with errno on failure.
int clinux_lock(int descriptor, pid_t *_Nonnull holder);

/// Sends an entry to the journal's socket, without waiting; one that is too large for a datagram goes
/// in a sealed file in memory. -1 and errno on failure.
ssize_t clinux_journal_send(int socket, const void *_Nullable bytes, size_t count);

// --- Threads

/// Starts a detached thread that has `blocked` as its signal mask from its first instruction;
/// 0 or an error number.
int clinux_thread_start(
    size_t stack_size, const sigset_t *_Nonnull blocked,
    void *_Nullable (*_Nonnull body)(void *_Nullable), void *_Nullable argument);

/// Names the calling thread; of the name 15 bytes count.
void clinux_thread_name(const char *_Nonnull name);

// --- Processes (descendants.c)

/// Makes this process the parent of all descendants whose own parent ends; false where refused.
_Bool clinux_become_subreaper(void);

/// Whether this process has a child, a zombie among them; takes no exit status.
_Bool clinux_has_children(void);

/// pidfd_open(2): close-on-exec, readable once the process has ended; -1 and errno on failure.
int clinux_process_open(pid_t process);

/// pidfd_send_signal(2): -1 and errno on failure.
int clinux_process_signal(int handle, int signal);

/// Takes the exit status of a child that has ended, by its handle or, without one (-1), by its
/// number; false where it runs, or is none.
_Bool clinux_process_reap(int handle, pid_t process);

/// Takes the exit status of all children that have ended; their number.
int clinux_reap_all(void);

/// Sends SIGKILL to all children, and to those that become it thereby, within a time; it needs
/// neither /proc nor a descriptor, asks the kernel number by number, and takes all exit statuses.
void clinux_kill_all(int milliseconds);

// --- the watch over the parent process

/// PR_SET_PDEATHSIG of prctl(2): the signal that comes when the thread that started this process
/// ends.
void clinux_set_parent_death_signal(int signal);

/// The signal of that kind that is the worker's own: a real-time one, so that none is lost in
/// another.
int clinux_parent_death_signal(void);

#endif
