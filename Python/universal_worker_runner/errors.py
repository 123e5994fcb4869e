"""What an exception says to clients and to the log."""

from .stdio import complain


def text(error):
    """What clients read: str(error) as in the original, or the class's name where that says nothing."""
    name = type(error).__name__
    try:
        said = str(error)
    except Exception:
        return name
    if isinstance(error, Exception):
        return said or name
    return "%s: %s" % (name, said) if said else name  # SystemExit: 3


def encoded(error):
    """The same as UTF-8; what cannot be encoded, such as a lone surrogate, is escaped."""
    return text(error).encode("utf-8", "backslashreplace")


def trim(error, entries):
    """The error, with the traceback from the function on that called the plugin."""
    start = error.__traceback__
    while start is not None and start.tb_frame.f_code not in entries:
        start = start.tb_next
    return error.with_traceback(start) if start is not None else error


def report(error, entries=()):
    """Prints the traceback as traceback.print_exc does, from the function that called the plugin on."""
    try:
        import traceback  # 15 ms, so only now

        error = trim(error, entries)
        lines = traceback.format_exception(type(error), error, error.__traceback__)
    except BaseException as other:  # a __str__ that raises, no memory, no stack
        lines = ["%s (no traceback: %s)\n" % (type(error).__name__, type(other).__name__)]
    complain("".join(lines))
