// What a probe needs of sockets and of the clock.
#ifndef CLINUX_PROBE_H
#define CLINUX_PROBE_H

/// Has this process exit so many milliseconds from now, with a line on its standard error; takes every
/// signal that it blocks. For a process with one thread.
void clinux_exit_after(unsigned long milliseconds, int code);

/// A socket that is connected to a port of a host, by whatever address of it answers first; a negative
/// errno where that fails, with a sentence if the name is the problem.
int clinux_connect_tcp(const char *host, const char *port, const char **problem);

#endif
