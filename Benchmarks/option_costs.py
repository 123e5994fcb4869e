"""What options cost a call: tokens, with a scraper beside, and the access log."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from rows import Row, Section
from servers import BUILD, WORKER, Server, command
from traffic import SMALL, Effort, body_file

TOKEN = "a-token-for-the-benchmarks-alone"
BEARER = f"Authorization: Bearer {TOKEN}"
SCRAPE_SECONDS = 0.1


@contextlib.contextmanager
def scraped(port: int) -> Iterator[None]:
    """GET /metrics ten times a second, a hundred times as often as Prometheus mostly asks."""
    ended = threading.Event()

    def scrape() -> None:
        request = f"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n{BEARER}\r\nConnection: close\r\n\r\n".encode()
        while not ended.wait(SCRAPE_SECONDS):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
                client.sendall(request)
                while client.recv(1 << 16):
                    pass

    thread = threading.Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def measure(effort: Effort) -> Section:
    """Each beside the worker without options, in rounds side by side."""
    tokens = BUILD / "tokens"
    tokens.touch(mode=0o600)
    tokens.write_text(TOKEN + "\n")
    variants = {"without": [], "token, /metrics scraped": ["--token-file", str(tokens)], "--access-log": ["--access-log"]}
    call = ["-c", 32, "-m", "POST", "-u", "/execute", "-b", body_file("small", SMALL), "-H", BEARER]
    rows = {name: Row(f"/execute  32 conns CPU/request, {name}", "µs") for name in variants}
    over = {name: Row("  over without", "ratio") for name in variants}
    with contextlib.ExitStack() as stack:
        program = command(WORKER, 0)[0]
        servers = {
            name: stack.enter_context(Server(WORKER, program=[program, *flags])) for name, flags in variants.items()
        }
        for _ in range(effort.rounds):
            values = {}
            for name, server in servers.items():
                with scraped(server.port) if "scraped" in name else contextlib.nullcontext():
                    values[name] = server.load("-d", effort.window, "-w", effort.warmup, *call)["cpu_us"]
            for name, value in values.items():
                rows[name].add(WORKER, value)
                over[name].add(WORKER, value / values["without"])
    without, *others = variants
    return Section("options", [rows[without], *(row for name in others for row in (rows[name], over[name]))])
