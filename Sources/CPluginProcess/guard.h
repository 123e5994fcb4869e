/* The guard of a plugin's process, see guard.c; what is here runs in a fork of the worker. */
#ifndef PLUGIN_GUARD_H
#define PLUGIN_GUARD_H

#include <signal.h>
#include <sys/types.h>

/* Gives all signals their default action (but for an ignored SIGHUP, which is nohup's), and sets the mask. */
void uwp_default_signals(const sigset_t *mask);

/* Becomes a guard, before there is a process to be guarded. Signals are blocked. -1 and errno if it fails. */
int uwp_guard_prepare(pid_t worker);

/*
 * Minds a child of this process: writes its wait status to a pipe when it ends, and goes on until the
 * worker sends SIGKILL. If the worker ends first, it ends all that is below this process.
 *
 * It does not leave by itself after the child: the worker may be about to end, which it cannot tell.
 */
_Noreturn void uwp_guard_run(pid_t worker, pid_t process, int told);

#endif
