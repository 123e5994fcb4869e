"""A peer that runs, on a port of its own."""

import contextlib
import os
import signal
import subprocess
import time

from peers import HERE, LIBRARY, Peer
from servers import BUSY, Server, Unusable, free_port
from traffic import body_file

BUSY_MS = 1000


class PeerServer(Server):
    """All of its processes are in one group. `took` is how long its start took, in milliseconds."""

    def __init__(self, peer: Peer, plugin: str = "Echo") -> None:
        self.peer = peer
        port = free_port()
        more = {"PYTHONPATH": str(HERE), "PATH": f"{peer.folder / 'bin'}:{os.environ['PATH']}", **peer.environment}
        # MLServer has three ports; the others hear of theirs by PORT or by their command line.
        more |= {"PORT": str(port), "MLSERVER_HTTP_PORT": str(port)}
        more |= {f"MLSERVER_{name}_PORT": str(free_port()) for name in ("GRPC", "METRICS")}
        began = time.monotonic()
        super().__init__(peer.folder.name, plugin, more, port=port)
        self.took = (time.monotonic() - began) * 1000

    def line(self, plugin: str) -> list[str]:
        line = self.peer.line(self.port, self.peer.folder)
        if plugin != "Echo":
            line[line.index("--module") + 1 : line.index("--port")] = [str(BUSY), "--class", plugin]
        return line

    def _wait_ready(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                answer = self.get(self.peer.health)
                if b" 200 " in answer[:16] and self.peer.ready in answer:
                    return
            time.sleep(0.0005)
        self.stop()
        last = self.log.read_text(errors="replace").strip().splitlines()[-1:]
        raise Unusable(f"does not start: {' '.join(last)}")

    def stop(self) -> None:
        # Some leave processes behind if they are told by the first of them alone.
        for number, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)

    def call(self, body: bytes) -> list[object]:
        """The load generator's arguments for a call."""
        path = body_file(f"{self.kind}-call", self.peer.body % body)
        return ["-m", "POST", "-u", self.peer.execute, "-b", path, "-r", self.peer.refusal]

    def health_beside_a_call(self) -> dict[str, float]:
        """Twenty /health, one after the other, from 100 ms into a call that computes for a second."""
        library = self.peer.name == LIBRARY
        with PeerServer(self.peer, "Burn") if library else contextlib.nullcontext(self) as asked:
            body = asked.peer.body % (b'{"args":[],"kwargs":{"ms":%d}}' % BUSY_MS)
            with asked.send(asked.peer.execute, body) as client:
                time.sleep(0.1)
                result: dict[str, float] = asked.load("-n", 20, "-u", asked.peer.health)
                client.recv(4096)
        return result
