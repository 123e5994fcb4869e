"""What Tests/Fixtures/mixed.c does, as a Python class: the plugin of a load."""

import threading


class Serial:
    name, version = "Serial", "1.0"

    def __init__(self):
        self.config = {}
        self.cancelled = threading.Event()

    def initialize(self, config):
        if not isinstance(config, dict) or "refuse" in config:
            raise ValueError("the configuration is to be an object without 'refuse'")
        self.config = config

    def get_config_schema(self):
        return {"type": "object"}

    def get_current_config(self):
        return self.config

    def execute(self, *args, **kwargs):
        mode = kwargs.get("mode")
        if mode == "block":
            self.cancelled.clear()
            self.cancelled.wait(kwargs.get("ms", 50) / 1000)
            return "waited"
        if mode == "fail":
            raise RuntimeError("failed as told")
        return {"args": args, "kwargs": kwargs}

    def execute_stream(self, *args, **kwargs):
        if kwargs.get("mode") != "lines":
            yield self.execute(*args, **kwargs)
            return
        count = kwargs.get("count", 10)
        for i in range(count):
            self._progress, self._message = i / count, "streaming"
            yield {"i": i, "pad": "p" * kwargs.get("pad", 0)}

    def cancel(self):
        self.cancelled.set()

    def cleanup(self):
        self.config = {}
