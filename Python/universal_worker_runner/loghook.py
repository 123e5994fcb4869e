"""The original calls logging.basicConfig before it imports the plugin; the import of logging costs 22 ms.

So it is configured when the plugin, or what it imports, imports it for the first time.
"""

import sys


def configure(logging):
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s [%(levelname)s] %(message)s", force=True
    )


class WhenImported:
    """A finder that waits for `logging`, removes itself, and lets the others find it."""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            return None
        loader = spec.loader
        run = loader.exec_module

        def exec_module(module):
            del loader.exec_module
            run(module)
            configure(module)

        loader.exec_module = exec_module
        return spec


def install():
    """Has logging configured as soon as it is imported, or now if it was (by a .pth file, say)."""
    if "logging" in sys.modules:
        configure(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, WhenImported())
