"""Runs a worker on a journald of its own, and prints each of its entries as JSON:
unshare --mount --propagation private journal.py stream|native BINARY PLUGIN"""

import http.client
import json
import os
import socket
import subprocess
import sys
import urllib.request

from bench import free_port, until

JOURNALD = "/lib/systemd/systemd-journald"
STREAM = "/run/systemd/journal/stdout"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def main(job, binary, plugin):
    for folder in ("/run", "/var/log"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    os.makedirs("/run/log/journal")
    journald = subprocess.Popen([JOURNALD], stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: os.path.exists(STREAM)), "journald does not start"
        identifier = {"stream": serve_stream, "native": serve_native}[job](binary, plugin)
    finally:
        journald.terminate()
        journald.wait()
    for entry in entries(identifier):
        print(json.dumps(entry))


def entries(identifier):
    """What journalctl shows of a program."""
    text = subprocess.run(["journalctl", "--quiet", "--all", "--directory=/run/log/journal",
                           f"--identifier={identifier}", "--output=json"],
                          check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in text.splitlines()]


def serve_stream(binary, plugin):
    """Has a plugin print and log what would forge a priority, into the journal's stream."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.connect(STREAM)
        # Identifier, unit, priority, whether lines have priorities, and where else they go.
        stream.sendall(b"worker\n\n6\n1\n0\n0\n0\n")
        status = os.fstat(stream.fileno())
        port = free_port()
        worker = subprocess.Popen(
            [binary, "--module", plugin, "--class", "Printing", "--port", str(port)],
            stdout=subprocess.DEVNULL, stderr=stream,
            env={**os.environ, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
    try:
        url = f"http://127.0.0.1:{port}"
        assert until(lambda: answers(f"{url}/health")), "the worker does not serve"
        for mode in ("forged", "levels"):
            call = json.dumps({"kwargs": {"mode": mode}}).encode()
            urllib.request.urlopen(f"{url}/execute", call, timeout=20).close()
    finally:
        worker.terminate()
        worker.wait()
    return "worker"


def serve_native(binary, plugin):
    """Has a call fail, and another one print while it alone runs; by the journal's own socket."""
    port = free_port()
    worker = subprocess.Popen(
        [binary, "--module", plugin, "--class", "Speaker", "--port", str(port),
         "--log-format", "journal", "--access-log"])
    try:
        assert until(lambda: answers(f"http://127.0.0.1:{port}/health")), "it does not serve"
        assert ask(port, "fails").getresponse().status == 500
        call = ask(port, "speaks")
        assert until(lambda: any("speaking" in entry["MESSAGE"]
                                 for entry in entries("universal-worker"))), "nothing is said"
        urllib.request.urlopen(f"http://127.0.0.1:{port}/cancel/speaks", b"", timeout=20).close()
        assert call.getresponse().status == 409
    finally:
        worker.terminate()
        worker.wait()
    return "universal-worker"


def ask(port, name):
    """Begins the call of a name, which the plugin takes for what to do."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/execute", json.dumps({"args": [name]}),
                       {"X-Request-Id": name, "traceparent": TRACE})
    return connection


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=20).close()
        return True
    except OSError:
        return False


if __name__ == "__main__":
    main(*sys.argv[1:])
