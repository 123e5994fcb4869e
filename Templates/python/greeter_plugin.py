"""A plugin of Universal Worker, class Greeter.

execute greets once, execute_stream again and again, until its client wants no more.
"""

import time
from dataclasses import asdict, dataclass


@dataclass
class Configuration:
    """What POST /initialize sets, and GET /config shows."""

    greeting: str = "Hello"
    pause: int = 100

    SCHEMA = {
        "type": "object",
        "properties": {
            "greeting": {"type": "string", "default": "Hello", "description": "The word before the name."},
            "pause": {
                "type": "integer",
                "minimum": 0,
                "maximum": 1000,
                "default": 100,
                "description": "Milliseconds between the lines of a stream.",
            },
        },
    }

    def __post_init__(self):
        if not isinstance(self.greeting, str):
            raise ValueError("greeting: expected a string")
        if not isinstance(self.pause, int) or not 0 <= self.pause <= 1000:
            raise ValueError("pause: expected a whole number from 0 to 1000")


class Greeter:
    name, version = "Greeter", "0.1"

    def __init__(self):
        self.configuration = Configuration()

    def initialize(self, configuration):
        # What this raises refuses the configuration, and the former one stays.
        self.configuration = Configuration(**configuration)

    def get_config_schema(self):
        return Configuration.SCHEMA

    def get_current_config(self):
        return asdict(self.configuration)

    def execute(self, who: str) -> dict:
        """Greets once.

        who: who is greeted
        """
        return {"greeting": f"{self.configuration.greeting}, {who}!"}

    def execute_stream(self, who: str, times: int = 3):
        """Greets again and again.

        who: who is greeted
        times: the lines of the stream
        """
        for line in range(times):
            if line > 0:
                # A call that is to stop is interrupted here, and ends at the next line.
                time.sleep(self.configuration.pause / 1000)
            yield self.execute(who)
            self._progress = (line + 1) / times
