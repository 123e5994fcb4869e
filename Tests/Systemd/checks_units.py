"""What can be said of the units, and how they start, end and fail."""

import os
import socket
import time

from bench import UNIT, free_port, until

# systemd counts what a user unit cannot have too: capabilities of a process that has none anyway,
# mounts and devices. The rest is what these bounds keep from growing.
EXPOSURE = 6.6
SANDBOX_EXPOSURE = 2.8


def exposure(bench, *paths):
    text = bench.manager.run("systemd-analyze", "--user", "--no-pager", "security",
                             "--offline=true", *paths, check=False).stdout
    return float(text.split("Overall exposure level for", 1)[1].split(": ", 1)[1].split()[0])


def units_verify(bench):
    """systemd-analyze verify has nothing to say about the units"""
    units = [os.path.join(bench.units, f"universal-worker@.{kind}")
             for kind in ("service", "socket")]
    done = bench.manager.run("systemd-analyze", "--user", "verify", *units, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done


def units_are_fenced(bench):
    """systemd-analyze security finds no more exposure than it did"""
    unit = os.path.join(bench.units, "universal-worker@.service")
    plain = exposure(bench, unit)
    with open(unit, encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(bench.prefix, "share/universal-worker/sandbox.conf"),
              encoding="utf-8") as file:
        sandbox = file.read().split("[Service]", 1)[1]
    both = bench.manager.write(text.replace("\n[Install]", f"{sandbox}\n[Install]"), "home",
                               "universal-worker@.service")
    fenced = exposure(bench, both)
    print(f"   exposure {plain}, with sandbox.conf {fenced}")
    assert plain <= EXPOSURE and fenced <= SANDBOX_EXPOSURE, (plain, fenced)


def settings_are_needed(bench):
    """Without settings nothing starts, and the reason is said"""
    done = bench.start(UNIT.format("unset"), check=False)
    assert done.returncode != 0 and "Assertion failed" in done.stderr, done


def start_and_stop(bench):
    """A worker starts, serves, and ends cleanly"""
    unit, port = bench.serve("plain", arguments="--max-queue 5")
    assert bench.request(port)[0] == 200
    bench.manager.systemctl("stop", unit)
    shown = bench.manager.show(unit, "Result", "ExecMainStatus", "ActiveState", "NRestarts")
    assert shown == {"Result": "success", "ExecMainStatus": "0", "ActiveState": "inactive",
                     "NRestarts": "0"}, shown
    lines = [line for line in bench.log().splitlines() if " listening on " in line]
    assert lines and not lines[-1].startswith("<"), "a priority where no journal reads"


def limits_hold(bench):
    """Limits are in force, and a drop-in changes them"""
    unit, port = bench.serve("limits")
    shown = bench.manager.show(unit, "MemoryMax", "MemoryHigh", "TasksMax", "LimitNOFILE", "UMask",
                               "OOMPolicy", "NoNewPrivileges", "KillMode")
    assert 0 < int(shown["MemoryHigh"]) < int(shown["MemoryMax"]) < 1 << 60, shown
    for key, value in {"TasksMax": "1024", "LimitNOFILE": "65536", "UMask": "0077",
                       "OOMPolicy": "continue", "KillMode": "mixed"}.items():
        assert shown[key] == value, shown
    pid = bench.main_pid(unit)
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
    assert status["Umask"] == "0077", status
    with open(f"/proc/{pid}/oom_score_adj", encoding="ascii") as file:
        assert int(file.read()) == 300
    bench.drop_in("memory", "[Service]", "MemoryMax=3G", "MemoryHigh=2G", instance="limits")
    assert bench.manager.show(unit, "MemoryMax") == str(3 << 30)
    assert bench.request(port)[0] == 200
    bench.manager.systemctl("stop", unit)


def stays_down(bench, unit, status):
    """Starts a worker that cannot start, and looks whether it is tried again."""
    bench.start(unit, check=False)
    assert until(lambda: bench.is_state(unit, "failed"), 20), bench.manager.show(unit, "SubState")
    # Five times as long as the restart of these tests would take.
    time.sleep(1)
    shown = bench.manager.show(unit, "ExecMainStatus", "NRestarts", "ActiveState")
    assert shown == {"ExecMainStatus": str(status), "NRestarts": "0",
                     "ActiveState": "failed"}, shown


def load_failure_stays_down(bench):
    """A plugin that cannot be loaded is tried once, and the log says why"""
    unit = bench.settings("missing", module="/nonexistent/plugin.so",
                          arguments=f"--port {free_port()}")
    stays_down(bench, unit, 1)
    assert "FATAL: Failed to load /nonexistent/plugin.so:Lifecycle - " in bench.log(), bench.log()


def module_defaults_to_the_instance(bench):
    """Where the settings name no module, it is the instance's name"""
    unit = bench.settings("no-such-plugin", arguments=f"--port {free_port()}")
    bench.manager.write("UNIVERSAL_WORKER_CLASS=Any\nUNIVERSAL_WORKER_PORT=0\n", "config",
                        "universal-worker", "no-such-plugin.env")
    stays_down(bench, unit, 1)
    assert "FATAL: Failed to load no-such-plugin:Any - " in bench.log(), bench.log()


def usage_error_stays_down(bench):
    """A wrong command line is tried once"""
    stays_down(bench, bench.settings("usage", arguments="--nonsense"), 2)
    assert "--nonsense" in bench.log()
    stays_down(bench, bench.settings("nowhere"), 2)


def taken_port_stays_down(bench):
    """A port that another program has is tried once"""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        stays_down(bench, bench.settings("taken", arguments=f"--port {port}"), 3)


CHECKS = [units_verify, units_are_fenced, settings_are_needed, start_and_stop, limits_hold,
          load_failure_stays_down, module_defaults_to_the_instance, usage_error_stays_down,
          taken_port_stays_down]
