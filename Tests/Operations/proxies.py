"""HAProxy and nginx with the files of contrib, and clients that ask them."""

import contextlib
import getpass
import http.client
import json
import os
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processes import PATIENCE, Process, Worker, expect, free_port, from_contrib, until

NAME = "workers.example"
TOKEN = "a-token-of-the-check"
HEADERS = {"Host": NAME, "Authorization": f"Bearer {TOKEN}"}


def certificate(folder: Path) -> Path:
    """Key and self-signed certificate in one file, as both proxies take them."""
    file = folder / "universal-worker.pem"
    if not file.exists():
        key = folder / "key.pem"
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split()
        command += ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", str(key)]
        done = subprocess.run([*command, "-out", str(file)], capture_output=True, text=True, timeout=PATIENCE)
        expect(done.returncode == 0, done.stderr)
        file.write_text(file.read_text() + key.read_text())
    return file


def context_for(file: Path) -> ssl.SSLContext:
    """Trusts this certificate alone."""
    return ssl.create_default_context(cafile=os.fspath(file))


class Proxy(Process):
    """A proxy before workers, and how it is asked; it serves as a user, and in the group of that name."""

    def __init__(self, kind: str, folder: Path, workers: list[Worker], user: str | None) -> None:
        self.port, self.user = free_port(), user
        self.certificate = certificate(folder)
        command = getattr(self, f"_{kind}")(folder, workers)
        super().__init__(command, folder / f"{kind}.log")

    def _haproxy(self, folder: Path, workers: list[Worker]) -> list[str]:
        (folder / "universal-worker.tokens").write_text(f"Bearer {TOKEN}\n")
        changes = {":8443": f":{self.port}", "/etc/haproxy/": f"{folder}/", "/run/haproxy/": f"{folder}/"}
        self.admin_socket, self.metrics_port = folder / "admin.sock", free_port()
        changes["127.0.0.1:9101"] = f"127.0.0.1:{self.metrics_port}"
        for number, worker in enumerate(workers, 1):
            place = f"127.0.0.1:{worker.place}" if isinstance(worker.place, int) else f"unix@{worker.place}"
            changes[f"127.0.0.1:808{number}"] = place
        file = from_contrib("haproxy.cfg", folder / "haproxy.cfg", changes)
        drops = folder / "user.cfg"
        drops.write_text(f"global\n    user {self.user}\n    group {self.user}\n" if self.user else "")
        return ["/usr/sbin/haproxy", "-db", "-f", str(file), "-f", str(drops)]

    def _nginx(self, folder: Path, workers: list[Worker]) -> list[str]:
        (folder / "universal-worker.tokens").write_text(f'"Bearer {TOKEN}" 1;\n')
        changes = {"listen 8443": f"listen 127.0.0.1:{self.port}", "/etc/nginx/": f"{folder}/"}
        for number, worker in enumerate(workers, 1):
            place = f"127.0.0.1:{worker.place}" if isinstance(worker.place, int) else f"unix:{worker.place}"
            changes[f"127.0.0.1:808{number}"] = place
        file = from_contrib("nginx.conf", folder / "universal-worker.conf", changes)
        kept = [f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
        user = f"user {self.user or getpass.getuser()};" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"daemon off; {user} pid {folder}/nginx.pid; error_log stderr; worker_processes 2;\n"
            f"events {{}}\nhttp {{ access_log off; {' '.join(kept)} include {file}; }}\n"
        )
        return ["/usr/sbin/nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]

    def admin(self, command: str) -> str:
        """What HAProxy answers to a command of its runtime API."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(PATIENCE)
            client.connect(os.fspath(self.admin_socket))
            client.sendall(f"{command}\n".encode())
            return b"".join(iter(lambda: client.recv(65536), b"")).decode()

    def shows(self, server: str, column: str) -> set[str]:
        """What HAProxy's statistics have of a server, of both backends."""
        names, *rows = (line.split(",") for line in self.admin("show stat").splitlines() if line)
        return {row[names.index(column)] for row in rows if row[1] == server}

    def waits_until(self, server: str, state: str) -> None:
        """Until HAProxy has found a server UP, or DOWN."""
        until(lambda: all(state in shown for shown in self.shows(server, "status")), f"{server} is {state}")

    def curl(self, path: str, *options: str, body: Any = None) -> list[str]:
        """The command of a client that knows the certificate and the token."""
        command = ["curl", "-sS", "-N", "--max-time", str(PATIENCE), "--cacert", str(self.certificate)]
        command += ["--resolve", f"{NAME}:{self.port}:127.0.0.1", "-H", f"Authorization: Bearer {TOKEN}"]
        if body is not None:
            command += ["-d", json.dumps(body)]
        return [*command, *options, f"https://{NAME}:{self.port}{path}"]

    def request(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, str]:
        """One request on a connection of its own; `X_Timeout` is the header X-Timeout."""
        with contextlib.closing(TLSConnection(self.port, context_for(self.certificate))) as connection:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, HEADERS | given)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


class TLSConnection(http.client.HTTPSConnection):
    """To a port of this machine that has the certificate of another name."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__("127.0.0.1", port, timeout=PATIENCE)
        self.tls = context

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = self.tls.wrap_socket(plain, server_hostname=NAME)


@contextlib.contextmanager
def load(port: int, certificate: Path, body: str, clients: int = 6) -> Iterator[Counter[str]]:
    """Clients that call again and again, each on one connection as long as that lasts; how their calls ended."""
    ended, seen = threading.Event(), Counter[str]()

    def call() -> None:
        with contextlib.closing(TLSConnection(port, context_for(certificate))) as connection:
            while not ended.is_set():
                try:
                    connection.request("POST", "/execute", body, HEADERS)
                    answer = connection.getresponse()
                    answer.read()
                    seen[str(answer.status)] += 1
                except Exception as error:
                    seen[repr(error)] += 1
                    connection.close()

    threads = [threading.Thread(target=call) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        ended.set()
        for thread in threads:
            thread.join(PATIENCE)


@contextlib.contextmanager
def proxy(kind: str, folder: Path, workers: list[Worker], user: str | None = None) -> Iterator[Proxy]:
    started = Proxy(kind, folder, workers, user)
    try:
        started.wait_for(lambda: started.request("GET", "/health/ready")[0] == 200, f"{kind} has a worker")
        yield started
    finally:
        started.end()
