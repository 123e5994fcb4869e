"""What the daemon says at the start: the BOOT frame, NUL-terminated `name=value` strings."""

import os

from .frames import BOOT

CONTROL = 4  # 3 was the text of the runner
FIRST_LANE = 5


class Parameters:
    """`argv` may come often, everything else once; what is not known is left for later runners."""

    def __init__(self, payload):
        values = {}
        self.argv = []
        for entry in bytes(payload).split(b"\0")[:-1]:
            name, _, value = entry.partition(b"=")
            # Bytes, not JSON: a path or an argument need not be UTF-8.
            if name == b"argv":
                self.argv.append(os.fsdecode(value))
            else:
                values[name] = os.fsdecode(value)
        self.module = values[b"module"]
        self.class_name = values[b"class"]
        self.directory = values.get(b"path")
        self.concurrency = int(values.get(b"concurrency", "0"))  # 0: the dialect's own
        self.knows_dialects = b"lanes" in values
        self.lanes = int(values.get(b"lanes", self.concurrency or 1))
        self.knows_metrics = b"metrics" in values
        self.dialect = values.get(b"dialect", "")
        os.environ.pop(values.get(b"unset", ""), None)  # the interpreter has seen it
        self.adapters = values.get(b"adapters", "")

    @staticmethod
    def read(reader):
        """Waits for the BOOT frame, which is the first on control; None if the daemon is gone."""
        frame = reader.frame()
        if frame is None:
            return None
        if frame.kind != BOOT:
            raise ValueError("expected a frame B, found kind %d" % frame.kind)
        return Parameters(frame.payload)
