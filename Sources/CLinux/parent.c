#define _GNU_SOURCE
#include "clinux_parent.h"

#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>

int clinux_pidfd_open(pid_t process) { return pidfd_open(process, 0); }

void clinux_set_parent_death_signal(int signal) { (void)prctl(PR_SET_PDEATHSIG, signal); }

int clinux_parent_death_signal(void) { return SIGRTMIN + 3; }
