"""stdout and stderr: `-u` has made them unbuffered, here they learn never to fail over a character."""

import sys


def prepare():
    """Makes what is printed leave at once and whole, whatever it is."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # None where the descriptor is closed
            stream.reconfigure(errors="backslashreplace", line_buffering=True)


def flush():
    """Lets go of what plugin code holds back in streams of its own making."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # closed, replaced by something else, or no one reads


def complain(text):
    """One line on stderr by one write, so that lines of several threads stay apart."""
    try:
        sys.stderr.write(text)
    except Exception:
        pass
