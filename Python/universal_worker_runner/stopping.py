"""Stopping what runs on the main thread, by a signal whose handler raises.

It must raise in plugin code only: never while a frame is being sent (the stream would be torn), never
when the call is over, never in the next one. No flag has to be kept for that, and nothing on the way of a
call pays: the handler is given the frame that it interrupts, and goes outward until it meets a function of
the runner's. Those that are marked `entry` do nothing but call plugin code; elsewhere it does not raise.
"""

import signal
from time import sleep

STOP_SIGNAL = signal.SIGRTMIN + 5  # raises in the main thread
STACKS_SIGNAL = signal.SIGRTMIN + 6  # writes the stacks of all threads to stderr, without the GIL

entries = set()  # code objects
handlers = set()  # those of our signal handlers, which stand for what they have interrupted


class Stopped(BaseException):
    """Raised in plugin code that is stopped by force. `except Exception` does not catch it."""


def entry(function):
    """Marks a function of the runner's in which, and in what it calls, a stop may raise."""
    entries.add(function.__code__)
    return function


def in_plugin(frame):
    """Whether the interrupted frame is plugin code that an entry has called."""
    is_ours = False
    while frame is not None:
        if frame.f_code in handlers:
            is_ours = False  # a signal that meets a handler, or what that calls
        elif frame.f_code in entries and not is_ours:
            return True
        elif frame.f_globals.get("__package__") == __package__:
            is_ours = True
        frame = frame.f_back
    return False


def install_stop(lane):
    """Has STOP_SIGNAL stop what runs on the main thread, whose lane this is."""

    def stop(number, frame):
        call = lane.call
        if call is None or not in_plugin(frame):
            return
        # The worker sends this signal too, right after a stop: busy code lets go of the interpreter's
        # lock, for which the control thread would wait 5 ms, twice, until it has read the stop.
        for _ in range(4):
            if call.forced:
                call.take_force()
                raise Stopped
            sleep(0.0005)

    handlers.add(stop.__code__)
    signal.signal(STOP_SIGNAL, stop)


def install(lane):
    """Sets the handlers up; `lane` is that of the main thread."""
    install_stop(lane)

    def interrupt(number, frame):
        if in_plugin(frame):  # an interrupt between calls, or while we send, would end the worker
            raise KeyboardInterrupt

    handlers.add(interrupt.__code__)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)

    import faulthandler

    faulthandler.enable(file=2)
    faulthandler.register(STACKS_SIGNAL, file=2, all_threads=True)
