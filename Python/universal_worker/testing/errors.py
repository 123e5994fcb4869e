"""How a call may end that does not go well."""


class Failed(Exception):
    """A call was refused, or failed; the text is what clients read.

    `status` is that of HTTP: 400 for a configuration that was not taken, 501 for what the plugin does
    not do, otherwise mostly 500. The plugin's own exception is the `__cause__`, if the plugin is in
    this process. `lines` are those of a stream that came before.
    """

    def __init__(self, text, status=500, lines=()):
        Exception.__init__(self, text)
        self.status = status
        self.lines = list(lines)


class Cancelled(Failed):
    """A call was stopped; `status` is 409."""

    def __init__(self, text="the call was cancelled", lines=()):
        Failed.__init__(self, text, 409, lines)
