#!/usr/bin/env python3
"""What the managers of three generations of hosts, unmodified, make of a plugin that takes long to import.

slow_hosts.py [--original] [SECONDS …] (1 10 60): a line for each host and time, with a configuration and without;
docs/slow-starts.md has them. In the environments that `make dialect-check` and `make host-check` make.
"""

import contextlib
import io
import logging
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = """
import os, time
time.sleep(float(os.environ["SLOW"]))

class Slow:
    name, version, config = "slow", "1", None
    def initialize(self, config=None): self.config = config
    def get_config_schema(self): return {"type": "object"}
    def get_current_config(self): return self.config or {}
    def execute(self, *args, **kwargs): return [self.config, *args]
    def cleanup(self): pass
"""


def inside(package, worker, seconds):
    """In the environment of one generation: loads, calls, and tells how that went."""
    import importlib

    def module(name):
        return importlib.import_module(f"{package}.core.{name}")

    out = sys.stdout
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "slow.py").write_text(PLUGIN)
        config = module("config")
        config.set_config(config.CJMConfig(data_dir=Path(folder)))
        manager, metadata = module("manager"), module("metadata")
        is_substrate = package == "cjm_substrate"
        word = "capability" if is_substrate else "plugin"
        variables = {"PYTHONPATH": folder, "SLOW": seconds, "UNIVERSAL_WORKER_PYTHON": sys.executable}
        manifest = {"name": "slow", "version": "1", "python_path": worker, "module": "slow", "class": "Slow"}
        manifest["env_vars"] = variables
        for given in ({"a": 1}, None):
            meta = (metadata.CapabilityMeta if is_substrate else metadata.PluginMeta)(name="slow", version="1")
            meta.manifest = manifest
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                host = (manager.CapabilityManager if is_substrate else manager.PluginManager)()
                said = []
                handler = logging.Handler()
                handler.emit = lambda record: said.append(record.getMessage())
                host.logger.addHandler(handler)
                start = time.monotonic()
                options = {"strict": False} if hasattr(host, "config_store") else {}
                loaded = getattr(host, f"load_{word}")(meta, given, **options)
                took = time.monotonic() - start
                if loaded:
                    try:
                        result = str(getattr(host, f"execute_{word}")("slow", 7))
                    except Exception as error:
                        result = f"{type(error).__name__}: {error!s:.80}"
                    called = time.monotonic() - start
                    result = f"loaded after {took:.1f} s, the first call answered {result} at {called:.1f} s"
                else:
                    wrong = [line for line in said if "ailed" in line]
                    result = f"not loaded after {took:.1f} s: {(wrong or ['?'])[-1]:.120}"
                getattr(host, f"unload_{word}")("slow")
            with_config = "with" if given else "without"
            print(f"{package:18} {seconds:>4} s, {with_config:7} configuration: {result}", file=out, flush=True)


def main():
    sys.path[:0] = [str(ROOT / "Python/tests/originals")]
    import environments

    original = "--original" in sys.argv
    worker = str(ROOT / ".build/release/universal-worker")
    hosts = [("cjm_plugin_system", str(ROOT / ".venv/bin/python"))]
    hosts += [(package, environments.interpreter(wanted)) for package, wanted in environments.WANTED]
    for seconds in [one for one in sys.argv[1:] if one[0] != "-"] or ["1", "10", "60"]:
        for package, python in hosts:
            command = [python, __file__, "inside", package, python if original else worker, seconds]
            subprocess.run(command, cwd=ROOT, env=dict(os.environ, HOME="/nonexistent"))


if __name__ == "__main__":
    inside(*sys.argv[2:]) if sys.argv[1:2] == ["inside"] else main()
