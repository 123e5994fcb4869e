"""Writes to stdout what the real one writes to SQLite."""

import logging


class Handler(logging.Handler):
    def __init__(self):
        super().__init__()
        self.buffer = []

    def emit(self, record):
        self.buffer.append("STORED %s %s" % (record.levelname, record.getMessage()))

    def flush(self):
        waiting, self.buffer = self.buffer, []
        for line in waiting:
            print(line)


def install_worker_diagnostics():
    handler = Handler()
    logging.basicConfig(level="INFO", handlers=[handler], force=True)
    return handler


def flush_worker_diagnostics():
    for handler in logging.getLogger().handlers:
        handler.flush()
