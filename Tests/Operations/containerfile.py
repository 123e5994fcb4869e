"""Does what a Containerfile says in a folder that holds a Debian, and runs what it starts, without an engine."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from processes import PATIENCE, ROOT, Process, expect, until

BUILD = ROOT / ".build/containers"
STEP_PATIENCE = 600
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def run(*command: str | Path, **options: Any) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=STEP_PATIENCE, check=False, **options)
    expect(done.returncode == 0, f"{command[0]} {command[1]}: {done.stdout}{done.stderr}")
    return done.stdout


def debian(root: Path) -> None:
    """A Debian of its own, from an archive that is made once."""
    archive = BUILD / "debian.tar"
    if not archive.exists():
        print("making a Debian root, which takes a minute", flush=True)
        archive.parent.mkdir(parents=True, exist_ok=True)
        part = archive.with_suffix(".part.tar")
        run("mmdebstrap", "--variant=minbase", "--quiet", "bookworm", part)
        part.rename(archive)
    run("tar", "--extract", "--file", archive, "--directory", root)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")


def ways() -> dict[str, str]:
    """The variables by which packages come to this machine."""
    return {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}


class Image:
    """A root folder to which the steps of a Containerfile are applied; it understands those that ours has."""

    def __init__(self, root: Path, context: Path) -> None:
        self.root, self.context = root, context
        self.environment = {"PATH": PATH}
        self.user = "0:0"
        self.entrypoint: list[str] = []
        self.health: list[str] = []

    def build(self, file: Path) -> None:
        text = re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
        for line in filter(None, text.splitlines()):
            word, _, rest = line.partition(" ")
            step = getattr(self, f"_{word.lower()}", None)
            expect(step is not None, f"{file.name}: this check does not know {word}")
            step(rest.strip())
        expect(self.user.split(":")[0] != "0", f"{file.name}: what it starts runs as root")

    def _from(self, image: str) -> None:
        expect(image.startswith("docker.io/library/debian:bookworm"), f"the root is bookworm's, not {image}")

    def _run(self, command: str) -> None:
        done = subprocess.run(
            ["chroot", f"--userspec={self.user}", str(self.root), "/bin/sh", "-c", command],
            env=self.environment | ways(), capture_output=True, text=True, timeout=STEP_PATIENCE,
        )
        expect(done.returncode == 0, f"RUN {command}: {done.stdout}{done.stderr}")

    def _copy(self, paths: str) -> None:
        source, target = shlex.split(paths)
        shutil.copytree(self.context / source, self.root / target.lstrip("/"), dirs_exist_ok=True)

    def _env(self, pairs: str) -> None:
        self.environment |= dict(pair.split("=", 1) for pair in shlex.split(pairs))

    def _user(self, user: str) -> None:
        self.user = user

    def _healthcheck(self, text: str) -> None:
        self.health = json.loads(text.partition("CMD ")[2])

    def _entrypoint(self, text: str) -> None:
        self.entrypoint = json.loads(text)

    def inside(self, *command: str) -> list[str]:
        """As the image's user and with its variables, after chroot."""
        variables = [f"{name}={value}" for name, value in self.environment.items()]
        return ["chroot", f"--userspec={self.user}", str(self.root), "/usr/bin/env", "-i", *variables, *command]


class Container(Process):
    """The image's entry point as process 1 of namespaces of its own, on a root that is read-only; its network is
    loopback, and perhaps an address more."""

    def __init__(
        self, image: Image, log: Path, environment: dict[str, str] | None = None, address: str | None = None
    ) -> None:
        self.image = image
        root = shlex.quote(str(image.root))
        start = image.inside(*(f"{name}={value}" for name, value in (environment or {}).items()), *image.entrypoint)
        more = f"ip address add {address} dev lo && " if address else ""
        prepare = (
            f"ip link set lo up && {more}mount --bind {root} {root} && mount -t proc proc {root}/proc && "
            f"mount -o remount,bind,ro {root} && exec {shlex.join(start)}"
        )
        namespaces = ["unshare", "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child"]
        super().__init__([*namespaces, "sh", "-c", prepare], log)

    def first(self) -> int:
        """Its process 1, by the number that it has out here."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(until(lambda: children.read_text().split(), "it has a process")[0])

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in it, as engines run probes."""
        enter = ["nsenter", "--target", str(self.first()), "--mount", "--net", "--pid"]
        return subprocess.run(
            [*enter, *self.image.inside(*command)], capture_output=True, text=True, timeout=PATIENCE
        )
