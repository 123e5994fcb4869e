"""Plugins that the page is tried with: one as authors write them, and one whose every text is markup."""

import time

SCHEMA = {
    "type": "object",
    "description": "How the painter works.",
    "properties": {
        "style": {"type": "string", "enum": ["oil", "ink", "watercolour"], "default": "ink", "title": "Style"},
        "width": {
            "type": "integer", "minimum": 1, "maximum": 4096, "default": 512, "title": "Width",
            "description": "In pixels.",
        },
        "title": {"type": "string", "default": "untitled", "title": "Title"},
        "strength": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None, "title": "Strength"},
        "varnish": {"type": "boolean", "default": True, "title": "Varnish", "description": "Adds a last, clear coat."},
        "frame": {"$ref": "#/$defs/Frame"},
        "palette": {"type": "array", "items": {"type": "string"}, "default": ["blue"], "title": "Palette"},
    },
    "required": ["style"],
    "$defs": {
        "Frame": {
            "type": "object",
            "title": "Frame",
            "properties": {"material": {"type": "string", "default": "wood", "title": "Material"}},
        }
    },
}
MARKUP = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>'


class Painter:
    name = "Painter"
    version = "1.4.0"

    def __init__(self):
        self.config = {"style": "ink", "width": 512, "varnish": True}
        self.is_stopped = False

    def initialize(self, config):
        if config.get("title") == "forbidden":
            raise ValueError("the title may not be 'forbidden'")
        self.config = config

    def get_config_schema(self):
        return SCHEMA

    def get_current_config(self):
        return self.config

    def cancel(self):
        self.is_stopped = True

    def strokes(self, count, pause):
        """Paints stroke by stroke, which a cancellation ends."""
        self.is_stopped = False
        for number in range(count):
            if self.is_stopped:
                raise RuntimeError("stopped between two strokes")
            self._progress = number / count
            self._status_message = f"stroke {number} of {count}"
            time.sleep(pause)
            yield number

    def execute(self, subject="a harbour", count: int = 1, pause: float = 0.0):
        painted = sum(1 for _ in self.strokes(count, pause))
        return {"subject": subject, "strokes": painted, "style": self.config["style"]}

    def execute_stream(self, subject="a harbour", count: int = 3, pause: float = 0.0):
        for number in self.strokes(count, pause):
            yield {"subject": subject, "stroke": number}


class Hostile:
    name = MARKUP
    version = MARKUP
    stopped = False

    def initialize(self, config):
        raise ValueError(MARKUP)

    def get_config_schema(self):
        described = {"type": "string", "title": MARKUP, "description": MARKUP, "default": MARKUP}
        return {"type": "object", "description": MARKUP, "properties": {MARKUP: described}}

    def get_current_config(self):
        return {MARKUP: MARKUP}

    def cancel(self):
        self.stopped = True

    def execute(self, wait=False, fail=False):
        # Another value than that of the call before, which would be no news.
        self._progress, self._status_message = 0.25 if wait else 0.5, MARKUP
        while wait and not self.stopped:
            time.sleep(0.01)
        if fail:
            raise RuntimeError(MARKUP)
        return MARKUP

    def execute_stream(self):
        yield MARKUP
        yield {MARKUP: MARKUP}
        raise RuntimeError(MARKUP)
