"""What systemd does about a worker that is slow, crashes, hangs, or has children."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

from bench import HERE, until


class Skip(Exception):
    """Why a check cannot be made here."""


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def is_restarted(bench, unit, old):
    return until(lambda: bench.main_pid(unit) not in (0, old) and bench.is_state(unit, "active"))


def start_waits_for_readiness(bench):
    """systemctl start returns when the plugin is there, not before"""
    gate = bench.gate("create")
    unit = bench.settings("slow", arguments="--port 0", FIXTURE_CREATE_GATE=gate)
    starting = threading.Thread(target=bench.start, args=(unit,))
    starting.start()
    assert until(lambda: bench.main_pid(unit))
    time.sleep(0.5)
    assert starting.is_alive() and bench.is_state(unit, "activating")
    bench.open_gate(gate)
    starting.join(20)
    assert not starting.is_alive() and bench.is_state(unit, "active")
    status = bench.manager.show(unit, "StatusText")
    assert "Lifecycle" in status and "127.0.0.1:" in status, status
    bench.manager.systemctl("stop", unit)


def load_failure_has_a_status(bench):
    """systemctl status says why a plugin could not be loaded"""
    unit = bench.settings("unloadable", module="/nonexistent/plugin.so", arguments="--port 0")
    bench.start(unit, check=False)
    status = bench.manager.show(unit, "StatusText")
    assert "/nonexistent/plugin.so" in status, status


def slow_end_is_granted(bench):
    """An end within --shutdown-grace is waited for, whatever TimeoutStopSec= and WatchdogSec= are"""
    gate = bench.gate("cleanup")
    bench.drop_in("stop", "[Service]", "TimeoutStopSec=1", "WatchdogSec=1", instance="slow-end")
    unit, _ = bench.serve("slow-end", arguments="--shutdown-grace 30", FIXTURE_CLEANUP_GATE=gate)
    bench.manager.systemctl("stop", "--no-block", unit)
    time.sleep(3)
    assert bench.is_state(unit, "deactivating"), bench.manager.show(unit, "ActiveState", "Result")
    bench.open_gate(gate)
    assert until(lambda: bench.is_state(unit, "inactive"))
    assert bench.manager.show(unit, "Result") == "success"


def healthy_worker_is_left_alone(bench):
    """A worker that serves outlives many watchdog limits"""
    bench.drop_in("watchdog", "[Service]", "WatchdogSec=1", instance="healthy")
    unit, port = bench.serve("healthy")
    pid = bench.main_pid(unit)
    time.sleep(5)
    assert bench.main_pid(unit) == pid and bench.request(port)[0] == 200
    bench.manager.systemctl("stop", unit)


def frozen_worker_is_restarted(bench):
    """A worker that is stopped as a whole is killed and started again"""
    bench.drop_in("watchdog", "[Service]", "WatchdogSec=1", "LimitCORE=0", instance="frozen")
    unit, port = bench.serve("frozen")
    pid = bench.main_pid(unit)
    os.kill(pid, signal.SIGSTOP)
    assert is_restarted(bench, unit, pid) and bench.request(port)[0] == 200
    assert bench.manager.show(unit, "NRestarts") == "1"
    bench.manager.systemctl("stop", unit)


def wedged_http_is_restarted(bench):
    """A worker that lives but no longer answers over HTTP is killed and started again"""
    bench.drop_in("watchdog", "[Service]", "WatchdogSec=1", "LimitCORE=0", instance="wedged")
    unit, port = bench.serve("wedged")
    pid = bench.main_pid(unit)
    threads = []
    for tid in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{tid}/comm", encoding="utf-8") as file:
            if file.read().startswith("uw-http"):
                threads.append(tid)
    assert len(threads) == 1, threads
    freezer = subprocess.Popen(
        [sys.executable, os.path.join(HERE, "freeze_thread.py"), threads[0]], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        if freezer.stdout.readline() != "frozen\n":
            raise Skip(freezer.stderr.read().strip())
        assert is_restarted(bench, unit, pid) and bench.request(port)[0] == 200
    finally:
        freezer.kill()
        freezer.communicate()
    bench.manager.systemctl("stop", unit)


def crash_is_restarted(bench):
    """A worker that crashes is started again"""
    unit, port = bench.serve("crash")
    pid = bench.main_pid(unit)
    os.kill(pid, signal.SIGSEGV)
    assert is_restarted(bench, unit, pid)
    assert until(lambda: bench.request(port)[0] == 200)
    assert bench.manager.show(unit, "NRestarts") == "1"
    bench.manager.systemctl("stop", unit)


def crash_loop_ends(bench):
    """A worker that crashes again and again is given up"""
    unit, _ = bench.serve("loop")
    for _ in range(10):
        pid = bench.main_pid(unit)
        if pid:
            os.kill(pid, signal.SIGKILL)
        if until(lambda: bench.is_state(unit, "failed") or bench.main_pid(unit) not in (0, pid),
                 5) and bench.is_state(unit, "failed"):
            break
    shown = bench.manager.show(unit, "ActiveState", "NRestarts")
    assert shown["ActiveState"] == "failed" and int(shown["NRestarts"]) <= 5, shown
    bench.manager.systemctl("reset-failed", unit)


def leave_child(bench, port):
    body = json.dumps({"kwargs": {"mode": "child"}})
    status, text = bench.request(port, "POST", "/execute", body)
    assert status == 200 and is_alive(int(text)), text
    return int(text)


def children_end_with_the_worker(bench):
    """A plugin's children, in sessions of their own, are gone after stop"""
    unit, port = bench.serve("children", module="calls.so", class_name="Calls")
    child = leave_child(bench, port)
    bench.manager.systemctl("stop", unit)
    assert until(lambda: not is_alive(child), 5)
    assert not bench.group(unit)


def children_end_with_a_killed_worker(bench):
    """They are gone, too, when the worker itself is killed outright"""
    unit, port = bench.serve("orphans", module="calls.so", class_name="Calls")
    child = leave_child(bench, port)
    pid = bench.main_pid(unit)
    os.kill(pid, signal.SIGKILL)
    assert is_restarted(bench, unit, pid)
    assert not is_alive(child)
    bench.manager.systemctl("stop", unit)


def sandboxed_worker_serves(bench):
    """With sandbox.conf a worker serves, its home is read-only and its keys are hidden"""
    probe = bench.manager.run("systemd-run", "--user", "--wait", "--property=PrivateUsers=yes",
                              "--property=InaccessiblePaths=-/boot", "true", check=False)
    if probe.returncode != 0:
        raise Skip("a user manager can have no mount namespaces here")
    drop_ins = bench.manager.make("config", "systemd", "user",
                                  "universal-worker@sandboxed.service.d")
    shutil.copy(os.path.join(bench.prefix, "share/universal-worker/sandbox.conf"), drop_ins)
    bench.manager.write("key", "home", ".ssh", "id")
    home = bench.manager.path("home")
    # The home of the tests lies in /tmp, which the sandbox leaves writable.
    bench.drop_in("home", "[Service]", "ReadWritePaths=", instance="sandboxed")
    # The log is opened outside of the sandbox, so that it needs no exception.
    unit, port = bench.serve("sandboxed")
    pid = bench.main_pid(unit)
    assert bench.request(port)[0] == 200
    with open(f"/proc/{pid}/mountinfo", encoding="utf-8") as file:
        mounts = {line.split()[4]: line.split()[5] for line in file}
    assert mounts["/"].startswith("ro"), mounts
    assert f"{home}/.ssh" in mounts, mounts
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        assert "CapBnd:\t0000000000000000" in file.read()
    bench.manager.systemctl("stop", unit)


NEED_NOTIFY = [start_waits_for_readiness, load_failure_has_a_status, slow_end_is_granted,
               healthy_worker_is_left_alone, frozen_worker_is_restarted, wedged_http_is_restarted]
CHECKS = NEED_NOTIFY + [crash_is_restarted, crash_loop_ends, children_end_with_the_worker,
                        children_end_with_a_killed_worker, sandboxed_worker_serves]
