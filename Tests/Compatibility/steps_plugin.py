"""What the managers' and queues' checks ask of a plugin, beside what probe.py has."""

import os
import subprocess
import time

import probe


class Steps(probe.Probe):
    def prefetch(self):
        for number in range(int(self.config.get("steps", 0))):
            self.do_progress(number / 10, f"step {number}")
            time.sleep(0.4)
        if self.config.get("stall"):
            time.sleep(600)

    def do_climb(self, steps):
        for number in range(steps):
            self.do_progress((number + 1) / steps, f"step {number}")
            time.sleep(0.5)
        return steps

    def do_hold(self):
        """Looks at no flag."""
        print("holding\n", end="")
        time.sleep(600)

    def do_process(self):
        return os.getpid()

    def do_short(self, path):
        """Lacks memory the first time, in whichever process."""
        if not os.path.exists(path):
            with open(path, "w"):
                self.do_raise("resource")
        return os.getpid()

    def do_child(self, session):
        """A process that outlives its parent if it is let."""
        return subprocess.Popen(["sleep", "600"], start_new_session=session).pid

    def do_slow_look(self):
        """Looks at its flag a while after a cancel has come, when other calls have begun."""
        print("looks in a while\n", end="")
        time.sleep(1.5)
        self.check_cancel()

    def cleanup(self):
        if self.config.get("trace"):
            with open(self.config["trace"], "a") as file:
                file.write("cleanup\n")


class Gpu(Steps):
    """A monitor that says what it has been told."""

    def list_processes(self):
        return self.config["processes"]


class Slow(Steps):
    def __init__(self):
        time.sleep(7)
        super().__init__()


class Unmade(Steps):
    def __init__(self):
        raise RuntimeError("out of paint")
