"""Echo behind MLServer, in its one inference process, at a path that the model declares; health is its own."""

from typing import Any

from mlserver import MLModel
from mlserver.handlers import custom_handler
from plugin import Echo


class Model(MLModel):
    async def load(self) -> bool:
        self.echo = Echo()
        return True

    @custom_handler(rest_path="/execute")
    async def execute(self, body: dict[str, Any]) -> Any:
        return self.echo.execute(*body.get("args", []), **body.get("kwargs", {}))
