"""The .deb in a fresh Debian: what lintian says, the README's quick start in it, and what a purge leaves behind."""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from containerfile import PATH, STEP_PATIENCE, debian, run, ways
from processes import ROOT, Failure, expect

# What apt and dpkg write for themselves.
OWN = ("var/cache/", "var/lib/apt/", "var/lib/dpkg/", "var/log/", "etc/ld.so.cache", "tmp/", "root/", "proc/", "dev/")


class Root:
    """A folder with a Debian, which commands run in, with a /proc and process numbers of their own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        debian(path)

    def run(self, script: str) -> str:
        enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" /bin/sh -ec "$1"'
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter, self.path, script],
            env={"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"} | ways(),
            capture_output=True, text=True, timeout=STEP_PATIENCE, check=False,
        )
        expect(done.returncode == 0, f"{script}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def files(self) -> set[str]:
        names = {str(path.relative_to(self.path)) for path in self.path.rglob("*")}
        return {name for name in names if not f"{name}/".startswith(OWN)}


def check_guides(folder: Path) -> None:
    """A guide links to no file that is not installed."""
    guides = list(folder.glob("*.md"))
    for guide in guides:
        for link in re.findall(r"\]\(([^)#\s]+)", guide.read_text()):
            expect(":" in link or (folder / link).exists(), f"{guide.name} links to {link}, which is not installed")
    print(f"ok   the links of {len(guides)} guides lead to what is installed")


def check_installed(root: Root, version: str) -> None:
    expect(root.run("universal-worker --version").strip().endswith(version), "it says another version")
    expect(root.run("dpkg --verify universal-worker") == "", "files are not as the package has them")
    unit = (root.path / "usr/lib/systemd/user/universal-worker@.service").read_text()
    for path in re.findall(r"(?:ExecStart=|file://)(/\S+)", unit):
        expect((root.path / path[1:]).exists(), f"the unit names {path}, which is not there")
    source = root.path / "usr/share/doc/universal-worker/examples/echo"
    echo = root.path / "tmp/echo.so"
    run("cc", "-std=c11", "-fPIC", "-shared", "-I", root.path / "usr/include", source / "echo.c", "-o", echo)
    report = "universal-worker --module /tmp/echo.so --class Echo --port 0 --check-config"
    expect("--module /tmp/echo.so" in root.run(report), "the configuration is not shown")
    root.run("cd /tmp && universal-worker new tried --language swift")
    expect("/usr/share/universal-worker/sdk" in (root.path / "tmp/tried/Package.swift").read_text(), "no WorkerSDK")
    check_guides(root.path / "usr/share/doc/universal-worker")


def check_quick_start(root: Root) -> None:
    """As Tests/quick_start.py runs it, with the installed binary in the place of the built one."""
    project = root.path / "tmp/project"
    (project / ".build/release").mkdir(parents=True)
    (project / ".build/release/universal-worker").symlink_to("/usr/bin/universal-worker")
    (project / "Tests").mkdir()
    shutil.copy(ROOT / "README.md", project)
    shutil.copy(ROOT / "Tests/quick_start.py", project / "Tests")
    said = root.run("python3 /tmp/project/Tests/quick_start.py README.md")
    print(f"ok   {said.strip()}, in a fresh Debian")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("package", type=Path)
    package = options.parse_args().package
    said = run("lintian", "--allow-root", "--fail-on", "error,warning", package)
    expect(not said, said)
    version = run("dpkg-deb", "--field", package, "Version").strip().rpartition("-")[0]
    print(f"ok   lintian takes {package.name}")
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode:
        print("skipped: a Debian root needs root, and namespaces")
        return
    with tempfile.TemporaryDirectory(prefix="uw-package-") as name:
        root = Root(Path(name) / "root")
        # What the quick start needs beside the package: it stays.
        root.run("apt-get -qq update && apt-get -qq install --no-install-recommends bash curl python3")
        before = root.files()
        shutil.copy(package, root.path / "tmp/worker.deb")
        root.run("apt-get -qq install --no-install-recommends /tmp/worker.deb")
        os.chmod(root.path / "tmp", 0o1777)
        check_installed(root, version)
        check_quick_start(root)
        root.run("apt-get -qq purge --autoremove universal-worker")
        left = root.files() - before
        expect(not left, f"a purge leaves {sorted(left)[:20]}")
        expect(before <= root.files(), f"a purge takes {sorted(before - root.files())[:20]}")
        print("ok   installed with what it depends on, and purged without a trace")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        raise SystemExit(f"FAILED {failure}") from None
