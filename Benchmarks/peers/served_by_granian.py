"""Echo behind granian, over WSGI: two of its threads, so that one is left for /health."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from plugin import HEALTH, Echo

echo = Echo()


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/health":
        answer: Any = HEALTH
    else:
        body = json.loads(environ["wsgi.input"].read())
        answer = echo.execute(*body.get("args", []), **body.get("kwargs", {}))
    text = json.dumps(answer, separators=(",", ":")).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]
