"""Several workers on sockets of systemd's, behind HAProxy as a user service, under a user manager of its own."""

import contextlib
import os
import shutil
import stat
import sys
from pathlib import Path

from processes import CONTRIB, ROOT, WORKER, Connection, Failure, calls_done, expect, free_port, from_contrib, until
from proxies import HEADERS, certificate, load

sys.path.append(os.fspath(ROOT / "Tests/Systemd"))
from bench import Bench  # noqa: E402
from user_manager import Unavailable, UserManager  # noqa: E402

COUNT = 2
DOCUMENT = ROOT / "docs/operations.md"
PROXY = "universal-worker-proxy.service"
RUNTIME = "${XDG_RUNTIME_DIR}/universal-worker"


def documented_line(start: str) -> str:
    (line,) = [line for line in DOCUMENT.read_text().splitlines() if line.startswith(start)]
    return line


def configure(bench: Bench, port: int) -> Path:
    """What docs/operations.md has a user do; the certificate."""
    manager = bench.manager
    config = Path(manager.make("config", "universal-worker"))
    # The unit has HAProxy's settings where the workers' are.
    bench.settings("echo", shutil.copy(ROOT / "Examples/Echo/echo.so", bench.plugins), "Echo")
    file = certificate(config)
    changes = {":8443": f":{port}", "/etc/haproxy/": f"{config}/"}
    changes["127.0.0.1:9101"] = f"127.0.0.1:{free_port()}"
    changes["/run/haproxy/admin.sock"] = f'"{RUNTIME}/admin.sock"'
    for number in range(1, COUNT + 1):
        (config / f"echo-{number}.env").symlink_to("echo.env")
        changes[f"127.0.0.1:808{number}"] = f'"unix@{RUNTIME}/echo-{number}.sock"'
    from_contrib("haproxy.cfg", config / "haproxy.cfg", changes)
    (config / "universal-worker.tokens").write_text(f"{HEADERS['Authorization']}\n")
    shutil.copy(CONTRIB / PROXY, bench.units)
    (config / "echo.json").write_text('{"level":1}')
    bench.drop_in("initialize", "[Service]", documented_line("ExecStartPost=").replace("NAME.json", "echo.json"))
    for path in config.iterdir():
        os.chown(path, manager.uid, manager.gid, follow_symlinks=False)
    manager.run("systemd-analyze", "--user", "verify", os.path.join(bench.units, PROXY))
    manager.systemctl("daemon-reload")
    return file


def calls_of(place: Path, endpoint: str = "/execute") -> int:
    with contextlib.closing(Connection(place)) as connection:
        connection.request("GET", "/metrics")
        return calls_done(connection.getresponse().read().decode(), endpoint)


def check_units(bench: Bench) -> None:
    port = free_port()
    trusted = configure(bench, port)
    sockets = [f"universal-worker@echo-{number}.socket" for number in range(1, COUNT + 1)]
    units = [name.replace(".socket", ".service") for name in sockets]
    places = [Path(bench.manager.path("runtime", "universal-worker", f"echo-{n}.sock")) for n in range(1, COUNT + 1)]
    bench.manager.systemctl("start", *sockets, PROXY)
    expect(stat.S_IMODE(places[0].stat().st_mode) == 0o600, "others may reach a worker's socket")
    # HAProxy asks whether they are ready, which starts them.
    until(lambda: all(bench.is_state(unit, "active") for unit in units), "the workers have been started")
    with load(port, trusted, "{}") as seen:
        until(lambda: all(calls_of(place) > 20 for place in places), "all workers have done calls")
        for unit in units:
            before = bench.main_pid(unit)
            bench.manager.systemctl("restart", unit)
            expect(bench.main_pid(unit) != before, f"{unit} has not been restarted")
        until(lambda: all(calls_of(place) > 20 for place in places), "all workers have done calls again")
    expect([calls_of(place, "/initialize") for place in places] == [1] * COUNT, "a worker has not its configuration")
    expect(set(seen) == {"200"}, seen)
    bench.manager.systemctl("reload", PROXY)
    bench.manager.systemctl("stop", PROXY, *sockets, *units)
    expect(bench.manager.show(PROXY, "Result") == "success", bench.manager.show(PROXY, "Result", "ExecMainStatus"))
    print(f"ok   {COUNT} units behind HAProxy as a unit: restarts of each under load lose no request")


def check() -> None:
    try:
        manager = UserManager()
    except Unavailable as reason:
        print(f"skipped: units behind HAProxy: {reason}")
        return
    try:
        bench = Bench(manager, os.fspath(WORKER), os.fspath(ROOT / ".build/fixtures"), True)
        try:
            check_units(bench)
        except (Failure, AssertionError) as failure:
            raise Failure(f"{failure}\n{bench.log()}\n{manager.messages()}") from None
    finally:
        manager.close()
