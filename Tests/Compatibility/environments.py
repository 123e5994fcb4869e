"""Environments of Python plugins, each of its own, with our binary beside their interpreter."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from workers import ROOT, Unusable

PLACE = ROOT / ".build/compatibility/environments"


def environment(name: str, worker: Path, packages: Sequence[str] = (), needs: Sequence[str] = ()) -> Path:
    """An environment that holds these packages, `needs` with what they depend on; nothing more.

    There is no FastAPI, uvicorn or psutil in it.

    Raises Unusable where the packages cannot be had.
    """
    place = PLACE / name
    stamp = place / "packages"
    wanted = " ".join([sys.version, *packages, *needs])
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(place, ignore_errors=True)
        _run([sys.executable, "-m", "venv", "--without-pip", str(place)])
        site = next(place.glob("lib/python3.*/site-packages"))
        for given, more in ((packages, ["--no-deps"]), (needs, [])):
            if given:
                pip = [str(ROOT / ".venv/bin/python"), "-m", "pip", "--disable-pip-version-check"]
                _run([*pip, "install", "--quiet", *more, "--target", str(site), *given])
        stamp.write_text(wanted)
    beside = place / "bin/universal-worker"
    beside.unlink(missing_ok=True)
    try:
        os.link(worker, beside)
    except OSError:
        shutil.copy2(worker, beside)
    return place


def switched(name: str, worker: Path) -> Path:
    """The Python of an environment that holds a wheel of the binary, with the switch on; docs/drop-in.md."""
    place = PLACE / name
    shutil.rmtree(place, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(place)])
    build = [sys.executable, str(ROOT / "Python/wheel/build.py"), str(worker)]
    _run([*build, str(ROOT / "LICENSE"), str(PLACE / "wheel")])
    (wheel,) = (PLACE / "wheel").glob("*.whl")
    python = place / "bin/python"
    _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)])
    _run([str(place / "bin/universal-worker"), "enable"])
    return python


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Unusable(f"{' '.join(command[:4])} … failed: {said[-1] if said else done.returncode}")
