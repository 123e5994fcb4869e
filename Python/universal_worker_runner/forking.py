"""Keeps our descriptors out of programs that the plugin starts, and out of copies that it forks.

A copy that comes back out of the plugin's function would answer the call a second time and then take the
next one from the lane; and as long as it lived, the daemon would see no end of ours.
"""

import os
import sys

copied = False  # true in a copy of the runner that plugin code has forked


def guard(descriptors, in_child):
    """Takes care of the descriptors, and calls `in_child` in a copy."""
    for fd in descriptors:
        os.set_inheritable(fd, False)

    def child():
        global copied
        copied = True
        try:
            null = os.open(os.devnull, os.O_RDWR)
        except OSError:
            for fd in descriptors:
                os.close(fd)
        else:
            for fd in descriptors:
                os.dup2(null, fd, inheritable=False)
            os.close(null)
        in_child()

    os.register_at_fork(after_in_child=child)


def leave_copy(error=None):
    """Ends a copy whose plugin code has returned, or raised `error`.

    Not by way of atexit: multiprocessing would end the children of the process that was copied.
    """
    code = 0
    if isinstance(error, SystemExit):
        code = error.code
        if code is None:
            code = 0
        elif not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
    elif error is not None:
        from .errors import report

        report(error)
        code = 1
    from .stdio import flush

    flush()
    os._exit(code & 0xFF)
