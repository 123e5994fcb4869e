"""What the plugin shows of itself in attributes: progress, and in later dialects usage."""

from threading import Lock

from .encoding import any_encode, without_nan
from .frames import STATE, pack


class States:
    """Frames of what changed. They are numbered, since they leave by two ways: the newest counts."""

    def __init__(self, dialect, plugin):
        self.attributes = dialect.attributes  # (member, key, attribute, default)
        self.plugin = plugin
        self.lock = Lock()
        self.number = 0
        self.values = [None] * len(self.attributes)
        self.texts = {}

    def look(self, closely):
        """The frame of what changed, or b"". Not closely: only if an attribute is another object."""
        try:
            if not closely and not self._differs():
                return b""
            with self.lock:
                return self._changes()
        except Exception:
            return b""  # a property that raises; what was known stays

    def _differs(self):
        plugin = self.plugin
        for (_, _, name, default), known in zip(self.attributes, self.values):
            if getattr(plugin, name, default) is not known:
                return True
        return False

    def _changes(self):
        """Under the lock, so that a frame never has a smaller number than one that looked before it."""
        values = [getattr(self.plugin, name, default) for _, _, name, default in self.attributes]
        members = {}
        for (member, key, _, _), value in zip(self.attributes, values):
            members.setdefault(member, {})[key] = value
        texts = {name: without_nan(any_encode(member)).decode() for name, member in members.items()}
        changed = ['"%s":%s' % item for item in texts.items() if self.texts.get(item[0]) != item[1]]
        self.values = values
        self.texts = texts
        if not changed:
            return b""
        self.number += 1
        return pack(STATE, ("{%s}" % ",".join(changed)).encode(), id_=self.number)
