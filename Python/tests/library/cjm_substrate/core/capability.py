from contextlib import contextmanager

from .errors import CapabilityCancelledError


def derive_structural_surface(cls):
    return {"methods": sorted(name for name in dir(cls) if not name.startswith("_"))}


class ToolCapability:
    _cancel_requested = False

    def cancel(self):
        self._cancel_requested = True
        for callback in list(getattr(self, "_cancel_callbacks", ())):
            callback()

    def check_cancel(self):
        if self._cancel_requested:
            raise CapabilityCancelledError(self.name)

    def register_cancel_callback(self, callback):
        if not hasattr(self, "_cancel_callbacks"):
            self._cancel_callbacks = []
        self._cancel_callbacks.append(callback)

    @contextmanager
    def cancel_signal_to(self, callback):
        self.register_cancel_callback(callback)
        try:
            yield
        finally:
            self._cancel_callbacks.remove(callback)

    def report_usage(self, usage):
        self._last_api_usage = dict(usage)
