"""Echo behind FastAPI on uvicorn; `def`, so that a call has a thread of the pool."""

from typing import Any

from fastapi import FastAPI
from plugin import HEALTH, Echo

app = FastAPI()
echo = Echo()


@app.get("/health")
async def health() -> dict[str, Any]:
    return HEALTH


@app.post("/execute")
def execute(body: dict[str, Any]) -> Any:
    return echo.execute(*body.get("args", []), **body.get("kwargs", {}))
