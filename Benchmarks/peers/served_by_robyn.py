"""Echo behind Robyn; `def`, so that a call has a thread of the pool."""

import json
import os

from plugin import HEALTH, Echo
from robyn import Request, Response, Robyn

app = Robyn(__file__)
echo = Echo()


def reply(answer: object) -> Response:
    text = json.dumps(answer, separators=(",", ":"))
    return Response(status_code=200, headers={"Content-Type": "application/json"}, description=text)


@app.get("/health")
async def health(request: Request) -> Response:
    return reply(HEALTH)


@app.post("/execute")
def execute(request: Request) -> Response:
    body = json.loads(request.body)
    return reply(echo.execute(*body.get("args", []), **body.get("kwargs", {})))


if __name__ == "__main__":
    app.start(host="127.0.0.1", port=int(os.environ["PORT"]))
