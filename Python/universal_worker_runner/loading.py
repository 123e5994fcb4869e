"""Finds, imports and makes the plugin, as `python -m` and the original would."""

import os
import sys

from .encoding import shown
from .stdio import complain


def prepare_paths(parameters):
    """sys.argv is the worker's, without -m as in Python; its directory is where `python -m` has it."""
    argv = parameters.argv
    sys.argv[:] = argv[:1] + argv[3:] if argv[1:2] == ["-m"] else argv
    if sys.path and sys.path[0] == "":  # of `-c`; absent with -P, -I and PYTHONSAFEPATH
        try:
            sys.path[0] = os.getcwd()  # else an import after os.chdir would look elsewhere
        except OSError:
            pass  # it has been deleted
    if parameters.directory is not None:
        sys.path.insert(0, os.path.abspath(parameters.directory))


def instance(parameters):
    """An instance of the class; whatever import and construction raise."""
    name = parameters.module
    if name.startswith("."):
        from importlib import import_module  # for its words about relative names

        import_module(name)
    else:
        __import__(name)  # import_module would put its own frames into the traceback
    module = sys.modules[name]
    try:
        class_ = getattr(module, parameters.class_name)
    except AttributeError:
        complain("universal-worker: classes with execute: %s\n" % (", ".join(classes(module)) or "none"))
        raise
    return class_()


def classes(module):
    """The names of a module's own classes that could be plugins."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and callable(getattr(value, "execute", None))
    ]


def attribute(plugin, name, dialect):
    """A name or version for /health, as JSON, once."""
    try:
        return shown(dialect.attribute(plugin, name))
    except Exception:
        return '"unknown"'


METHODS = (
    "initialize",
    "execute",
    "execute_stream",
    "get_config_schema",
    "get_current_config",
    "cancel",
    "cleanup",
)


def abilities(plugin):
    """The methods that there are now. Each is asked for again when it is used."""
    return [name for name in METHODS if has(plugin, name)]


def request_headers(plugin):
    """The names of headers that calls are to bring; None if the plugin wants to know nothing of requests."""
    names = getattr(plugin, "request_headers", None)
    return None if names is None or callable(names) else [str(name) for name in names]


def has(plugin, name):
    """Whether there is such a method; a property that raises is one, and its call will tell."""
    try:
        return hasattr(plugin, name)
    except Exception:
        return True


def environment():
    return {
        "runner": "python",
        "python": sys.version.split()[0],
        "implementation": sys.implementation.name,
        "executable": sys.executable,
        "prefix": sys.prefix,
        "pid": os.getpid(),
    }
