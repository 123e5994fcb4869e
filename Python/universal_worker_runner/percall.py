"""Attributes of a plugin of which its library has one for all calls, kept apart for each call.

Which call is meant is a matter of the context: that of the call itself or, in cancel(), of the call that is
to be stopped. Where there is none, as on threads that plugin code has started, all that run are meant.
"""

from contextvars import ContextVar

current = ContextVar("uw_scope", default=None)


class Scopes:
    """Those of the calls that run, and what belongs to no call."""

    def __init__(self):
        self.running = set()
        self.is_cancelled = False
        self.callbacks = Callbacks(self.all_callbacks)

    def all_callbacks(self):
        return [callback for scope in tuple(self.running) for callback in scope.callbacks.own()]

    def cancel(self):
        for scope in tuple(self.running):
            scope.is_cancelled = True


class Scope:
    """What belongs to one call."""

    __slots__ = ("is_cancelled", "callbacks")

    def __init__(self, scopes):
        self.is_cancelled = False
        self.callbacks = Callbacks(scopes.callbacks.own)


class Callbacks(list):
    """A list that can be changed, and that is met together with others on a walk over it."""

    def __init__(self, others, own=()):
        super().__init__(own)
        self.others = others

    def own(self):
        return list(super().__iter__())

    def __iter__(self):
        return iter(self.own() + self.others())


class Attribute:
    """Stands in the plugin's class for an attribute of the one plugin; other instances keep theirs."""

    name = None

    def __init__(self, plugin, scopes):
        self.plugin = plugin
        self.scopes = scopes
        self.default = getattr(type(plugin), self.name, None)

    def __get__(self, instance, owner=None):
        if instance is self.plugin:
            return self.get(current.get())
        return self.default if instance is None else vars(instance).get(self.name, self.default)

    def __set__(self, instance, value):
        if instance is self.plugin:
            self.set(current.get(), value)
        else:
            vars(instance)[self.name] = value

    def install(self):
        """Whether it could be put into the class: a property or a slot of the plugin's own stays."""
        cls = type(self.plugin)
        for base in cls.__mro__:
            if hasattr(vars(base).get(self.name), "__get__"):
                return False
        try:
            setattr(cls, self.name, self)
        except Exception:  # a class that does not let it
            return False
        return True


class CancelFlag(Attribute):
    name = "_cancel_requested"

    def get(self, scope):
        if scope is not None:
            return scope.is_cancelled
        running = tuple(self.scopes.running)
        if running:
            return all(scope.is_cancelled for scope in running)
        return self.scopes.is_cancelled

    def set(self, scope, value):
        if scope is not None:
            scope.is_cancelled = value
            return
        self.scopes.is_cancelled = value
        if value:
            self.scopes.cancel()


class CancelCallbacks(Attribute):
    """What a call registers is called if that call is stopped; the rest, for each."""

    name = "_cancel_callbacks"

    def get(self, scope):
        return (scope or self.scopes).callbacks

    def set(self, scope, value):
        owner = scope or self.scopes
        owner.callbacks = Callbacks(owner.callbacks.others, value)


def keep_apart(plugin, scopes):
    """Keeps the flag and the callbacks apart; whether that could be done."""
    if not CancelFlag(plugin, scopes).install():
        return False
    if hasattr(plugin, "register_cancel_callback"):
        own = getattr(plugin, CancelCallbacks.name, [])
        if isinstance(own, list):  # the library's: not what a __getattr__ has made up
            scopes.callbacks.extend(own)
            CancelCallbacks(plugin, scopes).install()
    return True
