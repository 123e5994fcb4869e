"""Workers behind HAProxy and nginx, and asked by clients of other makers: each file of contrib as users copy it."""

import json
import os
import subprocess
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import blackbox
import scrape
import units
import unix_clients
from processes import PATIENCE, Failure, Worker, calls_done, expect, until, workers
from proxies import HEADERS, NAME, Proxy, load, proxy

RESTARTS = 3
# As whom Debian's packages have them serve.
USERS = {"haproxy": "haproxy", "nginx": "www-data"}
# Where workers listen: on ports, on sockets of systemd's, or on their own (`--unix`), which the proxy's group may use.
PLACES = ("tcp", "unix", "own")


class Setting:
    """A proxy, its workers, and a folder for the files that calls wait for."""

    def __init__(self, kind: str, place: str, proxy: Proxy, workers: list[Worker], folder: Path) -> None:
        self.kind, self.place, self.proxy, self.workers, self.folder = kind, place, proxy, workers, folder
        self.gates = 0

    def gate(self) -> Path:
        """The name of a file that calls wait for."""
        self.gates += 1
        return self.folder / f"gate-{self.gates}"

    def holders(self, call: str) -> list[Worker]:
        return [worker for worker in self.workers if call in worker.calls()]


def admits(setting: Setting) -> None:
    """TLS, token and name are asked for outside; workers take the Host that they get"""
    ask = setting.proxy.request
    status, name = ask("POST", "/execute", {})
    expect(status == 200 and json.loads(name) in ("worker-1", "worker-2"), (status, name))
    for expected, answer in (
        (401, ask("POST", "/execute", {}, Authorization="Bearer another")),
        (421, ask("POST", "/execute", {}, Host="other.example")),
        (404, ask("POST", "/initialize", {})),
        (404, ask("GET", "/stats")),
        (200, ask("GET", "/health/ready", Authorization="Bearer another")),
    ):
        expect(answer[0] == expected, f"expected {expected}, found {answer}")
    if setting.place == "tcp":
        status, _ = setting.workers[0].ask("POST", "/execute", {}, host=NAME)
        expect(status == 403, f"a worker answers the proxy's own name with {status}")


def spreads(setting: Setting) -> None:
    """Both workers get calls"""
    seen = {setting.proxy.request("POST", "/execute", {})[1] for _ in range(40)}
    expect(seen == {'"worker-1"', '"worker-2"'}, seen)


def streams(setting: Setting) -> None:
    """The first line of a stream arrives before the last is made; what becomes of its trailer"""
    for fails, end in ((False, "complete"), (True, "error")):
        gate, heads = setting.gate(), setting.folder / "heads"
        body = {"kwargs": {"until": str(gate), "fails": fails}}
        with subprocess.Popen(
            setting.proxy.curl("/execute_stream", "-D", str(heads), body=body), stdout=subprocess.PIPE, text=True
        ) as client:
            assert client.stdout
            first = client.stdout.readline()
            expect(json.loads(first) == {"line": 1}, first)
            gate.touch()
            last = json.loads(client.stdout.readline())
            expect(last == ({"error": "it failed"} if fails else {"line": 2}), last)
            expect(client.stdout.read() == "" and client.wait(PATIENCE) == 0, "the stream does not end there")
        # curl writes trailers behind the headers. nginx takes the worker's, and sends none.
        trailer = f"x-stream-end: {end}" in heads.read_text().lower()
        expect(trailer == (setting.kind == "haproxy"), heads.read_text())


def takes_large_bodies(setting: Setting) -> None:
    """A body of 10 MB arrives"""
    answer = setting.proxy.request("POST", "/execute", {"kwargs": {"text": "x" * 10_000_000}})
    expect(answer[0] == 200, answer)


def expires(setting: Setting) -> None:
    """X-Timeout reaches the worker"""
    answer = setting.proxy.request("POST", "/execute", {"kwargs": {"until": "/never"}}, X_Timeout="0.2")
    expect(answer[0] == 504, answer)


def leaves(setting: Setting) -> None:
    """A client that leaves ends its call, and its stream"""
    for path in ("/execute", "/execute_stream"):
        command = setting.proxy.curl(path, "-H", "X-Request-Id: left", body={"kwargs": {"until": "/never"}})
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as client:
            until(lambda: setting.holders("left"), "the call runs")
            client.kill()
        until(lambda: not setting.holders("left"), "the call of a client that has left ends")


def cancels(setting: Setting) -> None:
    """/progress/ID and /cancel/ID reach the worker that has the call"""
    for number in range(6):
        call = f"a,call/{number}"
        target = urllib.parse.quote(call, safe="")
        command = setting.proxy.curl("/execute", "-w", "%{http_code}", "-o", "/dev/null", "-H",
                                     f"X-Request-Id: {call}", body={"kwargs": {"until": "/never"}})
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
            until(lambda: setting.holders(call), "the call runs")
            for method, path in (("GET", "progress"), ("POST", "cancel")):
                answer = setting.proxy.request(method, f"/{path}/{target}")
                expect(answer[0] == 200, f"/{path}/{target}: {answer}")
            status = client.communicate(timeout=PATIENCE)[0]
            expect(status == "409", f"the call that was cancelled has {status}")


def is_scraped(setting: Setting) -> None:
    """Prometheus scrapes each worker, by the job that docs/operations.md has"""
    scrape.check(setting.proxy, setting.workers, setting.folder)


def shows_metrics(setting: Setting) -> None:
    """The metrics under a worker's name are its own, also while it is not ready"""
    base, token = f"http://127.0.0.1:{setting.proxy.metrics_port}", {"Authorization": HEADERS["Authorization"]}

    def done(worker: Worker) -> int:
        asked = urllib.request.Request(f"{base}/{worker.name}/metrics", headers=token)
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return calls_done(answer.read().decode())

    for count, worker in enumerate(setting.workers, 1):
        before = done(worker)
        for _ in range(count):
            worker.ask("POST", "/execute", {})
        expect(done(worker) == before + count, f"{worker.name}: {done(worker)} calls, not {before} and {count}")
    gate = setting.gate()
    worker = setting.workers[0]
    before = done(worker)
    asker = threading.Thread(target=worker.ask, args=("POST", "/initialize", {"until": str(gate)}))
    asker.start()
    setting.proxy.waits_until(worker.name, "DOWN")
    expect(done(worker) == before, "a worker that is not ready shows another one's metrics")
    gate.touch()
    asker.join(PATIENCE)
    setting.proxy.waits_until(worker.name, "UP")
    for path, headers, status in (("/worker-1/stats", token, 404), ("/worker-9/metrics", token, 404),
                                  ("/worker-1/metrics", {}, 401)):
        try:
            urllib.request.urlopen(urllib.request.Request(base + path, headers=headers), timeout=PATIENCE).close()
            raise Failure(f"{path} is answered")
        except urllib.error.HTTPError as error:
            expect(error.code == status, f"{path}: {error}")


def balances_by_readiness(setting: Setting) -> None:
    """A worker that is not ready gets no calls, and without any the proxy is not ready"""
    gates, askers = [], []
    try:
        for worker in setting.workers:
            gates.append(setting.gate())
            asker = threading.Thread(target=worker.ask, args=("POST", "/initialize", {"until": str(gates[-1])}))
            asker.start()
            askers.append(asker)
            setting.proxy.waits_until(worker.name, "DOWN")
            if len(gates) == 1:
                seen = {setting.proxy.request("POST", "/execute", {}, X_Timeout="20") for _ in range(10)}
                expect(seen == {(200, '"worker-2"')}, seen)
                expect(setting.proxy.request("GET", "/health/ready")[0] == 200, "one worker is enough")
        expect(setting.proxy.request("GET", "/health/ready")[0] == 503, "there is no worker left")
    finally:
        for gate in gates:
            gate.touch()
        for asker in askers:
            asker.join(PATIENCE)
    for worker in setting.workers:
        setting.proxy.waits_until(worker.name, "UP")


def lives_without_one(setting: Setting) -> None:
    """A worker that refuses connections costs no request"""
    setting.workers[0].stop()
    seen = {setting.proxy.request("POST", "/execute", {}) for _ in range(20)}
    setting.workers[0].start()
    expect(seen == {(200, '"worker-2"')}, seen)


def passes_on(setting: Setting) -> None:
    """A call that a worker refuses, as its queue is full, goes to another one"""
    worker = setting.workers[0]
    worker.stop()
    worker.start("--max-queue", "0")
    setting.proxy.waits_until(worker.name, "UP")
    gate = setting.gate()
    asker = threading.Thread(target=worker.ask, args=("POST", "/execute", {"kwargs": {"until": str(gate)}}))
    asker.start()
    until(worker.calls, "the worker is busy")
    expect(worker.ask("POST", "/execute", {})[0] == 503, "its queue is not full")
    seen = {setting.proxy.request("POST", "/execute", {}) for _ in range(10)}
    gate.touch()
    asker.join(PATIENCE)
    expect(seen == {(200, '"worker-2"')}, seen)
    expect(setting.proxy.shows(worker.name, "wredis") != {"0"}, "no call was passed on")
    worker.stop()
    worker.start()
    setting.proxy.waits_until(worker.name, "UP")


def repeats_nothing(setting: Setting) -> None:
    """A call whose worker is killed is an error for its client, and not run again"""
    record = setting.folder / "record"
    command = setting.proxy.curl("/execute", "-w", "%{http_code}", "-o", "/dev/null", "-H", "X-Request-Id: killed",
                                 body={"kwargs": {"until": "/never", "record": str(record)}})
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        until(record.exists, "the call runs")
        (worker,) = setting.holders("killed")
        worker.kill()
        status = client.communicate(timeout=PATIENCE)[0]
    expect(status == "502", status)
    expect(record.read_text().split() == [worker.name], record.read_text())
    worker.start()
    if setting.kind == "haproxy":
        setting.proxy.waits_until(worker.name, "UP")


def restart(setting: Setting, worker: Worker) -> None:
    """As docs/operations.md tells: the place of a worker that ends goes with it, so that HAProxy is told before."""
    told = setting.kind == "haproxy" and setting.place != "unix"
    if told:
        setting.proxy.admin(f"set server workers/{worker.name} state drain")
        until(lambda: setting.proxy.shows(worker.name, "scur") == {"0"}, "HAProxy has no request there")
    worker.stop()
    worker.start()
    if told:
        setting.proxy.admin(f"set server workers/{worker.name} state ready")
        setting.proxy.waits_until(worker.name, "UP")


def drains(setting: Setting) -> None:
    """Workers that are restarted under load lose no request"""
    with load(setting.proxy.port, setting.proxy.certificate, '{"kwargs":{"seconds":0.005}}') as seen:
        for _ in range(RESTARTS):
            for worker in setting.workers:
                before = seen.total()
                until(lambda: seen.total() > before + 50, "there is a load")
                restart(setting, worker)
    expect(set(seen) == {"200"}, seen)


def checks(kind: str, place: str) -> list[Callable[[Setting], None]]:
    found = [admits, spreads, streams, takes_large_bodies, expires, leaves, cancels, repeats_nothing]
    if kind == "haproxy":
        return [*found, passes_on, is_scraped, shows_metrics, balances_by_readiness, drains]
    # What nginx does about a worker that is gone; a restart loses requests then, which docs/operations.md tells.
    return [*found, drains if place == "unix" else lives_without_one]


def main() -> None:
    for kind in USERS:
        for place in PLACES:
            user = USERS[kind] if place == "own" and os.geteuid() == 0 else None
            with tempfile.TemporaryDirectory(prefix="uw-proxy-") as name:
                folder = Path(name)
                folder.chmod(0o711)
                with (
                    workers(folder, place, group=user) as started,
                    proxy(kind, folder, started, user) as before,
                ):
                    setting = Setting(kind, place, before, started, folder)
                    for check in checks(kind, place):
                        try:
                            check(setting)
                        except Failure as failure:
                            logs = "\n".join(log.read_text(errors="replace")[-3000:] for log in folder.glob("*.log"))
                            raise Failure(f"{kind}, {place}: {check.__doc__}: {failure}\n{logs}") from None
                        print(f"ok   {kind}, {place}: {check.__doc__}", flush=True)
    unix_clients.check()
    blackbox.check()
    units.check()


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        raise SystemExit(f"FAILED {failure}") from None
