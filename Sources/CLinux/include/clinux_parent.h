/// What the watch over the parent process needs of the kernel.
#ifndef CLINUX_PARENT_H
#define CLINUX_PARENT_H

#include <sys/types.h>

/// pidfd_open(2): readable once the process has ended; close-on-exec; -1 and errno where refused.
int clinux_pidfd_open(pid_t process);

/// PR_SET_PDEATHSIG of prctl(2): the signal that comes when the thread that started this process
/// ends.
void clinux_set_parent_death_signal(int signal);

/// The signal of that kind that is the worker's own: a real-time one, so that none is lost in
/// another.
int clinux_parent_death_signal(void);

#endif
