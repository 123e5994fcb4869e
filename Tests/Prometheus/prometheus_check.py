"""A real Prometheus scrapes a real worker under load: its metrics, the dashboard's queries, the alert rules."""

import contextlib
import json
import math
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORKER = ROOT / ".build/release/universal-worker"
PATIENCE = 60
BUSY = 32


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: bytes = answer.read()
        return text


def post(port: int, path: str, body: object) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), method="POST")
    # What is refused, or dies, is what is asked for here.
    with contextlib.suppress(urllib.error.HTTPError, OSError), urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


@contextlib.contextmanager
def running(command: list[str], log: Path, ready: str) -> Iterator[None]:
    """A process that answers at a URL; ended in any case."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError):
                get(ready)
                break
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{command[0]} does not answer {ready}:\n{log.read_text(errors='replace')}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def load(port: int, ended: threading.Event) -> None:
    """Something for each query, again and again."""
    post(port, "/initialize", {})
    post(port, "/execute", {"kwargs": {"mode": "die", "signal": 9}})
    while not ended.is_set():
        post(port, "/execute", {})
        post(port, "/execute", {"kwargs": {"mode": "fail"}})
        post(port, "/execute_stream", {"kwargs": {"n": 50}})


def hammer(port: int, ended: threading.Event) -> None:
    """One of many busy connections."""
    request = b"POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        while not ended.is_set():
            client.sendall(request)
            if not client.recv(4096):
                return


def queries() -> dict[str, str]:
    """The dashboard's, by panel, as Grafana sends them."""
    dashboard = json.loads((ROOT / "contrib/grafana-dashboard.json").read_text())
    found = {}
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            query = target["expr"].replace("$__rate_interval", "10s").replace("$job", "universal-worker")
            query = query.replace("$instance", ".*")
            if "$" in query:
                raise SystemExit(f"{panel['title']}: an unknown variable in {query}")
            found[f"{panel['title']} {target['refId']}"] = query
    return found


def ask(prometheus: str, query: str) -> list[Any]:
    """The series that a query has now, as far as they are numbers."""
    answer = json.loads(get(f"{prometheus}/api/v1/query?{urllib.parse.urlencode({'query': query})}"))
    series = answer["data"]["result"]
    return [one for one in series if not math.isnan(float(one["value"][1]))]


def check(folder: Path) -> None:
    port, web = free_port(), free_port()
    worker, prometheus = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{web}"
    plugin = str(ROOT / "Tests/Fixtures/python_plugin.py")
    (folder / "prometheus.yml").write_text(
        "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        f"rule_files: ['{ROOT / 'contrib/alerts.yml'}']\n"
        "scrape_configs:\n"
        "  - job_name: universal-worker\n"
        f"    static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n"
    )
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    work = [str(WORKER), "--module", plugin, "--class", "Echo", "--port", str(port), "--on-crash", "restart"]
    scrape = ["prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    scrape.append(f"--web.listen-address=127.0.0.1:{web}")
    ended = threading.Event()
    with (
        running(work, folder / "worker.log", f"{worker}/health"),
        running(scrape, folder / "prometheus.log", f"{prometheus}/-/ready"),
    ):
        busy = [threading.Thread(target=load, args=(port, ended))]
        busy += [threading.Thread(target=hammer, args=(port, ended)) for _ in range(BUSY)]
        for thread in busy:
            thread.start()
        try:
            missing = queries()
            total, end = len(missing), time.monotonic() + PATIENCE
            while missing:
                missing = {name: query for name, query in missing.items() if not ask(prometheus, query)}
                if time.monotonic() > end:
                    raise SystemExit("without data: " + "; ".join(f"{k}: {v}" for k, v in missing.items()))
                time.sleep(0.5)
            text = get(f"{worker}/metrics")
        finally:
            ended.set()
            for thread in busy:
                thread.join(PATIENCE)
        print(f"ok: each of the dashboard's {total} queries is answered with data")
        lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, timeout=PATIENCE)
        if lint.returncode or lint.stdout or lint.stderr:
            raise SystemExit(f"promtool check metrics: {(lint.stdout + lint.stderr).decode()}")
        print("ok: promtool check metrics finds nothing")
        if ask(prometheus, "min_over_time(up[5m])")[0]["value"][1] != "1":
            raise SystemExit("a scrape beside busy connections has failed")
        slowest = float(ask(prometheus, "max_over_time(scrape_duration_seconds[5m])")[0]["value"][1])
        print(f"ok: no scrape failed beside {BUSY} busy connections; the slowest took {slowest * 1000:.0f} ms")
        rules = json.loads(get(f"{prometheus}/api/v1/rules"))["data"]["groups"][0]["rules"]
        if broken := [rule["name"] for rule in rules if rule["health"] != "ok"]:
            raise SystemExit(f"rules that Prometheus cannot evaluate: {broken}")
        unknown = names_in(rules) - set(re.findall(r"^# TYPE (\w+)", text.decode(), re.MULTILINE)) - {"up"}
        if unknown:
            raise SystemExit(f"rules ask for metrics that the worker does not have: {unknown}")
        print(f"ok: {len(rules)} alert rules are evaluated, on metrics that there are")


def names_in(rules: list[Any]) -> set[str]:
    return {name for rule in rules for name in re.findall(r"\b(?:universal_worker|process)_\w+", rule["query"])}


def main() -> None:
    tested = subprocess.run(["promtool", "test", "rules", str(ROOT / "contrib/alerts_test.yml")], timeout=PATIENCE)
    if tested.returncode:
        raise SystemExit("promtool test rules fails")
    with tempfile.TemporaryDirectory() as folder:
        check(Path(folder))


if __name__ == "__main__":
    main()
