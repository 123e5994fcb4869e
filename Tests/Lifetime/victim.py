"""The plugin of random_kills.py: in one phase of its life it starts processes, says so, and waits.

VICTIM_PHASE, VICTIM_WAY and VICTIM_FAMILY choose; VICTIM_ANNOUNCE is a FIFO, VICTIM_MEMORY a name.
"""

import os
import subprocess
import threading
import time

PHASE, WAY, FAMILY = (os.environ["VICTIM_" + name] for name in ("PHASE", "WAY", "FAMILY"))
SLEEP = ["sleep", "1000"]
DEAF = ["sh", "-c", "trap '' HUP INT TERM; while :; do sleep 1000; done"]
kept = []


def fork():
    if os.fork() == 0:
        time.sleep(1000)
        os._exit(0)


def pool():
    import multiprocessing

    kept.append(multiprocessing.Pool(2))
    kept[-1].map_async(time.sleep, [1000, 1000])


def memory():
    from multiprocessing.shared_memory import SharedMemory

    kept.append(SharedMemory(os.environ["VICTIM_MEMORY"], create=True, size=4096))


FAMILIES = {
    "none": lambda: None,
    "a child": lambda: kept.append(subprocess.Popen(SLEEP)),
    "a session": lambda: kept.append(subprocess.Popen(SLEEP, start_new_session=True)),
    "an orphan": lambda: subprocess.run(["sh", "-c", "setsid sleep 1000 & :"], check=True),
    "a deaf child": lambda: kept.append(subprocess.Popen(DEAF)),
    "a deaf session": lambda: kept.append(subprocess.Popen(DEAF, start_new_session=True)),
    "a fork": fork,
    "a pool": pool,
    "shared memory": memory,
    "a thread": lambda: threading.Thread(target=time.sleep, args=(1000,)).start(),
}


def sleep():
    time.sleep(1000)


def burn():
    while True:
        pass


def hold():
    sum(range(1 << 60))  # C code that keeps the interpreter's lock


def swallow():
    while True:
        try:
            time.sleep(1000)
        except BaseException:
            pass


def flood():
    while True:
        print("x" * 1000)
        time.sleep(0.0001)  # megabytes a second, not gigabytes


WAYS = {"sleep": sleep, "burn": burn, "hold": hold, "swallow": swallow, "flood": flood}


def reach(phase):
    """Starts the family and waits, if this is the phase to do it in."""
    if phase != PHASE:
        return
    FAMILIES[FAMILY]()
    with open(os.environ["VICTIM_ANNOUNCE"], "w") as announce:
        announce.write("here\n")
    if WAY in WAYS:
        WAYS[WAY]()


class Victim:
    name, version = "Victim", "1.0"

    def __init__(self):
        reach("create")

    def initialize(self, config):
        reach("initialize")

    def execute(self):
        reach("execute")
        return "done"

    def execute_stream(self):
        reach("stream")
        number = 0
        while True:
            yield number
            number += 1

    def cleanup(self):
        reach("cleanup")


class Cancellable(Victim):
    def cancel(self):
        pass


reach("import")
