"""Echo behind LitServe, in its one worker process; /health is its own."""

import os
from typing import Any

import litserve
from plugin import Echo


class API(litserve.LitAPI):
    def setup(self, device: str) -> None:
        self.echo = Echo()

    def decode_request(self, request: dict[str, Any]) -> dict[str, Any]:
        return request

    def predict(self, body: dict[str, Any]) -> Any:
        return self.echo.execute(*body.get("args", []), **body.get("kwargs", {}))

    def encode_response(self, output: Any) -> Any:
        return output


if __name__ == "__main__":
    server = litserve.LitServer(API(api_path="/execute"), accelerator="cpu")
    server.run(host="127.0.0.1", port=int(os.environ["PORT"]), generate_client_file=False, log_level="warning")
