"""What a plugin may ask of the call that it is in: for plugins, which import it from here.

    from universal_worker_runner import request

It is there if the plugin has an attribute `request_headers`, a list of names, which may be empty.
"""

from contextvars import ContextVar

_current = ContextVar("uw_request", default=())  # (headers, deadline)


def headers():
    """Pairs of name, in lower case, and value: those of the request's headers that the plugin names."""
    return list(_current.get()[0]) if _current.get() else []


def header(name):
    """The first of them of a name; None if there is none."""
    name = name.lower()
    return next((value for known, value in headers() if known == name), None)


def deadline():
    """When the call is given up, as time.monotonic() tells it; None for never."""
    return _current.get()[1] if _current.get() else None


def enter(context):
    """Makes a frame's context that of the call; on its thread, in its context."""
    deadline = context.get("deadline")
    pairs = [tuple(pair) for pair in context.get("headers", ())]
    _current.set((pairs, None if deadline is None else deadline / 1e9))
