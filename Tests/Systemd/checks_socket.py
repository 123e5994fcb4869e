"""Socket activation: the worker that starts with its first request."""

import os
import signal
import stat
import threading

from bench import free_port, until

SOCKET = "universal-worker@{}.socket"


def first_request_waits(bench):
    """The first request starts the worker, and is held until the plugin is there"""
    gate = bench.gate("create-activated")
    unit = bench.settings("activated", FIXTURE_CREATE_GATE=gate)
    bench.start(SOCKET.format("activated"))
    path = bench.manager.path("runtime", "universal-worker", "activated.sock")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    assert bench.is_state(unit, "inactive")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(bench.request(path)))
    asking.start()
    assert until(lambda: bench.main_pid(unit))
    asking.join(0.5)
    assert asking.is_alive() and not answers
    bench.open_gate(gate)
    asking.join(20)
    assert answers and answers[0][0] == 200, answers


def socket_outlives_the_worker(bench):
    """After a stop the next request starts the worker again"""
    unit = bench.settings("again")
    bench.start(SOCKET.format("again"))
    path = bench.manager.path("runtime", "universal-worker", "again.sock")
    assert bench.request(path)[0] == 200
    pid = bench.main_pid(unit)
    bench.manager.systemctl("stop", unit)
    assert bench.manager.show(unit, "Result") == "success"
    assert bench.request(path)[0] == 200 and bench.main_pid(unit) != pid
    bench.manager.systemctl("stop", unit, SOCKET.format("again"))
    assert not os.path.exists(path)


def port_by_drop_in(bench):
    """A drop-in of the socket makes it a TCP port"""
    port = free_port()
    unit = bench.settings("tcp")
    bench.manager.write(f"[Socket]\nListenStream=\nListenStream=127.0.0.1:{port}\n", "config",
                        "systemd", "user", "universal-worker@tcp.socket.d", "port.conf")
    bench.manager.systemctl("daemon-reload")
    bench.start(SOCKET.format("tcp"))
    assert bench.request(port)[0] == 200
    bench.manager.systemctl("stop", unit, SOCKET.format("tcp"))


def own_socket_under_the_unit(bench):
    """A socket of the worker's own, in the unit's folder: its mode, its name in the status, a kill, the end"""
    folder = bench.manager.path("runtime", "own-socket")
    path = os.path.join(folder, "worker.sock")
    unit = bench.settings("own-socket", UNIVERSAL_WORKER_UNIX=path)
    bench.drop_in("folder", "[Service]", "RuntimeDirectory=own-socket", instance="own-socket")
    bench.start(unit)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert bench.request(path)[0] == 200
    if bench.speaks:
        status = bench.manager.show(unit, "StatusText")
        assert f"unix:{path}" in status, status
    pid = bench.main_pid(unit)
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: bench.main_pid(unit) not in (0, pid))
    assert until(lambda: bench.is_state(unit, "active")), bench.log()
    assert bench.request(path)[0] == 200
    bench.manager.systemctl("stop", unit)
    assert bench.manager.show(unit, "Result") == "success" and not os.path.exists(folder)


def broken_plugin_closes_the_socket(bench):
    """A socket whose worker cannot start is given up instead of starting it for ever"""
    unit = bench.settings("hopeless", module="/nonexistent/plugin.so")
    socket = SOCKET.format("hopeless")
    bench.start(socket)
    path = bench.manager.path("runtime", "universal-worker", "hopeless.sock")
    answers = []

    def ask():
        try:
            answers.append(bench.request(path))
        except OSError as error:
            answers.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert until(lambda: bench.is_state(socket, "failed"), 20), bench.manager.show(
        socket, "SubState", "Result")
    asking.join(20)
    assert answers and isinstance(answers[0], OSError), answers
    assert bench.manager.show(unit, "ExecMainStatus") == "1"
    bench.manager.systemctl("reset-failed", unit, socket)


CHECKS = [first_request_waits, socket_outlives_the_worker, port_by_drop_in, own_socket_under_the_unit,
          broken_plugin_closes_the_socket]
