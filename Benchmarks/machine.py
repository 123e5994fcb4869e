"""What machine a run is made on, and when."""

import datetime
import os
import platform
import subprocess
from pathlib import Path


def version(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except OSError:
        return "unknown"
    return done.stdout.strip().splitlines()[0] if done.returncode == 0 and done.stdout else "unknown"


def machine() -> dict[str, str]:
    """What a run was made on."""
    cpu = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    pressure = os.getloadavg()[0]
    return {
        "CPU": f"{cpu[0].split(':')[1].strip() if cpu else platform.machine()}, {os.cpu_count()} cores",
        "kernel": platform.release(),
        "glibc": platform.libc_ver()[1],
        "libmicrohttpd": version("pkg-config", "--modversion", "libmicrohttpd"),
        "compilers": f"{version('swift', '--version')}; {version('cc', '--version')}",
        "Python": platform.python_version(),
        "load average at the start": f"{pressure:.2f}",
        "time": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }
