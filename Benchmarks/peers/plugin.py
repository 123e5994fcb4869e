"""What all peers in Python serve: a class that echoes its arguments, after it has computed for kwargs.ms milliseconds."""

import time
from typing import Any

# As the worker's answer, but for the numbers in it.
HEALTH = {
    "status": "running",
    "pid": 12345,
    "name": "Echo",
    "version": "1.0",
    "state": "ready",
    "uptime_seconds": 10,
    "calls_running": 0,
    "calls_queued": 0,
}


class Echo:
    name = "Echo"
    version = "1.0"

    def execute(self, *args: Any, ms: int = 0, **kwargs: Any) -> Any:
        end = time.monotonic() + ms / 1000
        while ms and time.monotonic() < end:
            pass
        return {"args": args, "kwargs": kwargs}
