"""Runs a worker on a journald of its own, and prints each entry's priority and message as JSON:
unshare --mount --propagation private journal.py BINARY PLUGIN"""

import json
import os
import socket
import subprocess
import sys
import urllib.request

from bench import free_port, until

JOURNALD = "/lib/systemd/systemd-journald"
STREAM = "/run/systemd/journal/stdout"


def main(binary, plugin):
    for folder in ("/run", "/var/log"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    os.makedirs("/run/log/journal")
    journald = subprocess.Popen([JOURNALD], stderr=subprocess.DEVNULL)
    try:
        assert until(lambda: os.path.exists(STREAM)), "journald does not start"
        serve(binary, plugin)
    finally:
        journald.terminate()
        journald.wait()
    text = subprocess.run(["journalctl", "--quiet", "--all", "--directory=/run/log/journal",
                           "--identifier=worker", "--output=json"],
                          check=True, stdout=subprocess.PIPE).stdout
    for line in text.splitlines():
        entry = json.loads(line)
        print(json.dumps([int(entry["PRIORITY"]), entry["MESSAGE"]]))


def serve(binary, plugin):
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


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=20).close()
        return True
    except OSError:
        return False


if __name__ == "__main__":
    main(*sys.argv[1:])
