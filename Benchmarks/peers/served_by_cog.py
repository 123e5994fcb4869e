"""Echo behind cog's HTTP server, in its worker process; paths and the form of bodies are its own."""

from typing import Any

from cog import BaseRunner
from plugin import Echo


class Runner(BaseRunner):
    def setup(self) -> None:
        self.echo = Echo()

    def run(self, args: list[int], kwargs: dict[str, Any]) -> Any:
        return self.echo.execute(*args, **kwargs)
