"""Imports this package from the one text that the daemon hands to `python -c`.

`Python/bundle.py` puts a dict SOURCES before this text: the name of each module and its source. The
modules stay modules: each is compiled when it is first imported, so what a plugin never needs (coroutines,
other dialects) costs nothing, and a traceback names the module and shows the line.
"""

import os
import sys

PACKAGE = "universal_worker_runner"
API = "universal_worker"  # of which plugins import what is theirs, unless one is installed


class Sources:
    """A finder and loader for the modules of PACKAGE."""

    def __init__(self, sources):
        self.sources = sources
        # Where the wheel has them, and pip has put their code. Not below the working directory, which is "" here.
        folders = [os.path.join(folder, PACKAGE) for folder in sys.path if folder]
        self.installed = next(filter(os.path.isdir, folders), None)

    def find_spec(self, name, path=None, target=None):
        package, _, module = name.rpartition(".")
        if name != API and package != PACKAGE or module not in self.sources:
            return None
        spec = type(sys.__spec__)(name, self, origin=self.file(module))
        spec.has_location = True  # __file__ is set, so that tracebacks and inspect find get_source
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__.rpartition(".")[2]
        code = self.compiled(name) if self.installed else None
        if code is None:
            code = compile(self.sources[name], self.file(name), "exec", dont_inherit=True)
        exec(code, module.__dict__)

    def compiled(self, name):
        """The code that Python keeps of the installed module, which takes a tenth of compiling it; None unless
        that module has this text."""
        from importlib.machinery import SourceFileLoader

        path = os.path.join(self.installed, name + ".py")
        loader = SourceFileLoader("%s.%s" % (PACKAGE, name), path)
        try:
            if loader.get_data(path).decode() == self.sources[name]:
                return loader.get_code(loader.name)
        except Exception:  # the module cannot be read, or what is kept of it is broken
            pass
        return None

    def get_source(self, name):
        return self.sources.get(name.rpartition(".")[2])

    @staticmethod
    def file(name):
        return "<universal-worker>/%s.py" % name


def start(sources):
    """Makes the package and runs its main, which does not return."""
    os.close(3)  # this text
    finder = Sources(sources)
    # At the end: a name of this package is found by no one before, since __path__ is empty.
    sys.meta_path.append(finder)
    package = type(sys)(PACKAGE)
    package.__path__ = []
    package.__loader__ = finder
    exec(sources["__init__"], package.__dict__)
    sys.modules[PACKAGE] = package
    from universal_worker_runner.main import main

    main()


start(SOURCES)  # noqa: F821
