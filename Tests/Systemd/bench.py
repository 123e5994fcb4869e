"""The worker under its units: installed into a temporary prefix, asked over HTTP."""

import glob
import http.client
import os
import shutil
import socket
import subprocess
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
HERE = os.path.join(ROOT, "Tests", "Systemd")
UNIT = "universal-worker@{}.service"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds=20):
    """Looks until a condition holds; returns what it returned last."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


class Bench:
    def __init__(self, manager, binary, fixtures, speaks):
        self.manager = manager
        self.speaks = speaks
        self.units = manager.make("config", "systemd", "user")
        self.prefix = manager.make("prefix")
        subprocess.run(
            ["make", "-s", "-C", ROOT, "install-units", f"PREFIX={self.prefix}",
             f"USER_UNIT_DIR={self.units}"], check=True, stdout=subprocess.DEVNULL)
        manager.make("prefix", "bin")
        self.binary = shutil.copy(binary, os.path.join(self.prefix, "bin", "universal-worker"))
        self.plugins = manager.make("plugins")
        for name in ("lifecycle", "calls", "printing"):
            shutil.copy(os.path.join(fixtures, f"{name}.so"), self.plugins)
        self.log_path = manager.path("home", "worker.log")
        # No journal runs in a container: what would go there goes into a file.
        self.drop_in("all", "[Service]", f"StandardOutput=append:{self.log_path}",
                     f"StandardError=append:{self.log_path}", "RestartSec=200ms")
        if not speaks:
            stand_in = shutil.copy(os.path.join(HERE, "stand_in.py"), self.plugins)
            with open(os.path.join(self.units, "universal-worker@.service"),
                      encoding="utf-8") as file:
                text = file.read()
            command = text.split("ExecStart=", 1)[1].split("\nSyslog", 1)[0]
            self.drop_in("stand-in", "[Service]", "WatchdogSec=0", "ExecStart=",
                         f"ExecStart=/usr/bin/python3 {stand_in} {command}")

    def drop_in(self, name, *lines, instance=""):
        """Adds a drop-in for one instance, or for all."""
        self.manager.write("\n".join(lines) + "\n", "config", "systemd", "user",
                           f"universal-worker@{instance}.service.d", f"{name}.conf")
        self.manager.systemctl("daemon-reload")

    def settings(self, instance, module="lifecycle.so", class_name="Lifecycle", arguments="",
                 **more):
        """Writes the settings of an instance; a lone file name is one of the fixtures."""
        if module.endswith(".so") and "/" not in module:
            module = os.path.join(self.plugins, module)
        values = {"UNIVERSAL_WORKER_MODULE": module, "UNIVERSAL_WORKER_CLASS": class_name,
                  "UNIVERSAL_WORKER_ARGS": arguments, **more}
        text = "".join(f"{key}={value}\n" for key, value in values.items())
        self.manager.write(text, "config", "universal-worker", f"{instance}.env", mode=0o600)
        return UNIT.format(instance)

    def start(self, unit, *flags, check=True):
        return self.manager.systemctl("start", *flags, unit, check=check)

    def serve(self, instance, **settings):
        """Starts a worker on a free port, and returns its unit and that port."""
        port = free_port()
        unit = self.settings(instance, UNIVERSAL_WORKER_PORT=port, **settings)
        self.start(unit)
        if not self.speaks:
            assert until(lambda: self.is_listening(port)), self.log()
        return unit, port

    @staticmethod
    def is_listening(port):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    def gate(self, name):
        """Makes a FIFO that a fixture waits at; the fixture and the test may open it."""
        path = self.manager.path("home", name)
        os.mkfifo(path)
        os.chmod(path, 0o666)
        return path

    @staticmethod
    def open_gate(path):
        with open(path, "wb") as gate:
            gate.write(b"\n")

    def request(self, where, method="GET", path="/health", body=None, timeout=20, headers=None):
        """Asks a worker at a port or at the path of a socket; returns status and text."""
        if isinstance(where, int):
            connection = http.client.HTTPConnection("127.0.0.1", where, timeout=timeout)
        else:
            connection = UnixConnection(where, timeout)
        try:
            connection.request(method, path, body, headers or {})
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def main_pid(self, unit):
        return int(self.manager.show(unit, "MainPID"))

    def is_state(self, unit, state):
        return self.manager.show(unit, "ActiveState") == state

    def log(self):
        try:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def group(self, unit):
        """The processes of a unit's control group."""
        name = self.manager.show(unit, "ControlGroup")
        found = []
        for root in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup"):
            for path in glob.glob(glob.escape(f"{root}{name}") + "/cgroup.procs") if name else []:
                with open(path, encoding="ascii") as file:
                    found = found or [int(pid) for pid in file.read().split()]
        return found
