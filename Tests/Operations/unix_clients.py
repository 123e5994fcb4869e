"""curl and httpx at a worker on a Unix socket of its own."""

import asyncio
import json
import subprocess
import tempfile
from pathlib import Path

import httpx
from processes import PATIENCE, WORKER, Worker, expect, until, workers

BASE = "http://worker.example"


def by_curl(worker: Worker) -> None:
    def ask(path: str, *options: str) -> str:
        command = ["curl", "-sS", "--max-time", str(PATIENCE), "--unix-socket", str(worker.place)]
        done = subprocess.run([*command, *options, f"{BASE}{path}"], capture_output=True, text=True)
        expect(done.returncode == 0, done.stderr)
        return done.stdout

    expect(json.loads(ask("/health"))["state"] == "ready", "/health")
    expect(ask("/execute", "-d", "{}") == f'"{worker.name}"', "/execute")
    # With -i, the trailer stands behind the lines.
    answer = ask("/execute_stream", "-i", "-d", "{}")
    lines = '{"line":1}\n{"line":2}\nX-Stream-End: complete'
    expect(lines in answer.replace("\r\n", "\n"), answer)
    large = json.dumps({"kwargs": {"text": "x" * 10_000_000}})
    done = subprocess.run(
        ["curl", "-sS", "--unix-socket", str(worker.place), "-d", "@-", f"{BASE}/execute"],
        input=large, capture_output=True, text=True, timeout=PATIENCE,
    )
    expect(done.stdout == f'"{worker.name}"', f"10 MB: {done.stdout}{done.stderr}")


def by_httpx(worker: Worker) -> None:
    transport = httpx.HTTPTransport(uds=str(worker.place))
    with httpx.Client(transport=transport, base_url=BASE, timeout=PATIENCE) as client:
        for _ in range(3):  # on one connection
            expect(client.get("/health").json()["state"] == "ready", "/health")
            expect(client.post("/execute", json={}).json() == worker.name, "/execute")
        with client.stream("POST", "/execute_stream", json={}) as answer:
            lines = [json.loads(line) for line in answer.iter_lines()]
        expect(lines == [{"line": 1}, {"line": 2}], lines)
        expect(client.get("/nowhere").json() == {"detail": "Not Found"}, "/nowhere")


async def by_httpx_at_once(worker: Worker) -> None:
    transport = httpx.AsyncHTTPTransport(uds=str(worker.place))
    async with httpx.AsyncClient(transport=transport, base_url=BASE, timeout=PATIENCE) as client:
        answers = await asyncio.gather(*(client.post("/execute", json={}) for _ in range(20)))
        expect({answer.text for answer in answers} == {f'"{worker.name}"'}, answers)
        headers = {"X-Request-Id": "left"}
        body = {"kwargs": {"until": "/never"}}
        call = asyncio.create_task(client.post("/execute", json=body, headers=headers))
        await asyncio.to_thread(until, lambda: "left" in worker.calls(), "the call runs")
        call.cancel()
        await asyncio.to_thread(until, lambda: not worker.calls(), "the call of a client that has left ends")


def check() -> None:
    with tempfile.TemporaryDirectory(prefix="uw-unix-") as folder, workers(Path(folder), "own", 1) as (worker,):
        by_curl(worker)
        by_httpx(worker)
        asyncio.run(by_httpx_at_once(worker))
        done = subprocess.run([WORKER, "probe", f"unix:{worker.place}", "--ready"], timeout=PATIENCE)
        expect(done.returncode == 0, "probe")
    print("ok   curl and httpx at a worker on a Unix socket of its own: calls, streams, 10 MB, a client that leaves")
