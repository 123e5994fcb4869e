"""What the plugin shows of itself in attributes: progress, and in later dialects usage."""

from threading import Lock

from .encoding import shown
from .frames import LONGEST_TEXT, STATE, pack


# What a plugin of any dialect may show, if it has the attribute when it has been made. A member without a key is
# the value itself.
OWN = (
    ("health", None, "_health", None),
    ("not_ready", None, "_not_ready", None),
)


def text(value):
    """A value as JSON, or that there is too much of it."""
    json = shown(value)
    return json if len(json) <= LONGEST_TEXT else '"too long to be shown: %d characters"' % len(json)


class States:
    """Frames of what changed. They are numbered, since they leave by two ways: the newest counts."""

    def __init__(self, dialect, plugin):
        own = [row for row in OWN if hasattr(plugin, row[2])]
        self.attributes = (*dialect.attributes, *own)  # (member, key, attribute, default)
        self.plugin = plugin
        self.lock = Lock()
        self.number = 0
        self.answered = 0  # the number of the last frame that left on a lane
        self.known = [(name, default, None) for _, _, name, default in self.attributes]
        self.texts = {}

    def look(self, closely):
        """The frame of what changed, or b"". Not closely, before lines and the end of a call: only if an attribute is
        another object, or if what changed in the call went over control, which the end might overtake."""
        try:
            if not closely and self.number == self.answered and not self._differs():
                return b""
            with self.lock:
                return self._changes(closely)
        except Exception:
            return b""  # a property that raises; what was known stays

    def _differs(self):
        plugin = self.plugin
        for name, default, known in self.known:
            if getattr(plugin, name, default) is not known:
                return True
        return False

    def _changes(self, closely):
        """Under the lock, so that a frame never has a smaller number than one that looked before it."""
        values = [getattr(self.plugin, name, default) for _, _, name, default in self.attributes]
        members = {}
        for (member, key, _, _), value in zip(self.attributes, values):
            if key is not None:
                value = '"%s":%s' % (key, text(value))
                members.setdefault(member, []).append(value)
        texts = {name: "{%s}" % ",".join(parts) for name, parts in members.items()}
        for (member, key, _, _), value in zip(self.attributes, values):
            if key is None:
                texts[member] = text(value)
        known = self.texts if closely or self.number == self.answered else {}
        changed = ['"%s":%s' % item for item in texts.items() if known.get(item[0]) != item[1]]
        if changed:
            self.number += 1  # before what is known: who looks without the lock must not find nothing new
            if not closely:
                self.answered = self.number
        self.known = [
            (name, default, value) for (_, _, name, default), value in zip(self.attributes, values)
        ]
        self.texts = texts
        if not changed:
            return b""
        return pack(STATE, ("{%s}" % ",".join(changed)).encode(), id_=self.number)
