"""For tests of plugins in Python, with pytest or without: a class alone, and behind a real worker.

    from universal_worker.testing import Failed, Plugin, Worker

    def test_words():
        with Plugin(Words) as words:
            words.initialize({"longest": 2})
            assert words.call("to be or") == {"be": 1, "to": 1}
            assert words.stream("to be") == [{"word": "to"}, {"word": "be"}]

`Plugin` is the runner's own code in this process, so a debugger and coverage see the plugin.
`Worker` is the binary.
"""

from .errors import Cancelled, Failed
from .plugin import Plugin
from .worker import Worker

__all__ = ["Cancelled", "Failed", "Plugin", "Worker"]
