"""build.py BINARY LICENSES DESTINATION: packs the built worker into a wheel, and prints its path.

The wheel puts the binary as a real file into an environment's bin, where it finds that environment's
Python beside it; the headers, the guide and the examples lie under share/universal-worker. site-packages gets
universal_worker, for tests of plugins, with the runner whose code it uses.
"""

import base64
import hashlib
import re
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NAME = "universal_worker"
# The oldest C library that has all symbols of the binary, linked on Debian 12: `make check-wheel` has auditwheel
# say the same.
TAG = "py3-none-manylinux_2_35_x86_64"
# What stands in an environment's site-packages: the switch, off; docs/drop-in.md.
SWITCH = ["universal_worker.pth", "universal_worker_switch.py", "universal_worker_switch.txt"]
PACKAGES = ["universal_worker", "universal_worker_runner"]
SHARED = [
    "Sources/CWorkerPlugin/include/universal_worker_plugin.h",
    "Sources/CWorkerPlugin/include/universal_worker_testing.h",
    "docs/plugin-abi.md",
    "docs/process-plugins.md",
    "Examples/Echo/echo.c",
    "Examples/transcriber-python/transcriber.py",
]


class Wheel:
    """A wheel that is being written; its RECORD comes last (PyPA's binary distribution format)."""

    def __init__(self, path: Path, info: str) -> None:
        self.archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
        self.info = info
        self.record: list[str] = []

    def add(self, name: str, content: bytes, *, executable: bool = False) -> None:
        # The first moment that a zip knows: the same content makes the same wheel.
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = (0o100755 if executable else 0o100644) << 16
        self.archive.writestr(entry, content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        self.record.append(f"{name},sha256={digest},{len(content)}")

    def close(self) -> None:
        name = f"{self.info}/RECORD"
        lines = [*self.record, f"{name},,"]
        self.archive.writestr(name, "\n".join(lines) + "\n")
        self.archive.close()


def stripped(binary: Path) -> bytes:
    """The binary without what only a debugger reads."""
    copy = binary.with_suffix(".stripped")
    subprocess.run(["objcopy", "--strip-debug", binary, copy], check=True)
    return copy.read_bytes()


def sdk() -> dict[str, Path]:
    """The files of WorkerSDK, as `make install` installs them, by their names there."""
    folders = [ROOT / "Sources" / name for name in ("CWorkerPlugin", "WorkerSDK", "WorkerSDKTesting")]
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    return {"Package.swift": ROOT / "packaging/sdk.swift"} | {str(file.relative_to(ROOT)): file for file in files}


def metadata(version: str) -> str:
    summary = "Turns one plugin, a Python class or a native library, into a supervised local HTTP service"
    return (
        f"Metadata-Version: 2.1\nName: universal-worker\nVersion: {version}\nSummary: {summary}\n"
        "License: Apache-2.0\nRequires-Python: >=3.8\nClassifier: Operating System :: POSIX :: Linux\n"
        "Description-Content-Type: text/markdown\n\n" + (ROOT / "README.md").read_text()
    )


def main() -> None:
    binary, licenses, destination = (Path(argument) for argument in sys.argv[1:])
    told = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"\d+\.\d+\.\d+", told)[0]
    info, data = f"{NAME}-{version}.dist-info", f"{NAME}-{version}.data"
    destination.mkdir(parents=True, exist_ok=True)
    path = destination / f"{NAME}-{version}-{TAG}.whl"
    wheel = Wheel(path, info)
    wheel.add(f"{data}/scripts/universal-worker", stripped(binary), executable=True)
    for name in SWITCH:
        wheel.add(name, (HERE / name).read_bytes())
    for name in PACKAGES:
        for file in sorted((HERE.parent / name).rglob("*.py")):
            wheel.add(str(file.relative_to(HERE.parent)), file.read_bytes())
    for name in SHARED:
        file = ROOT / name
        wheel.add(f"{data}/data/share/universal-worker/{file.name}", file.read_bytes())
    for name, file in sdk().items():
        wheel.add(f"{data}/data/share/universal-worker/sdk/{name}", file.read_bytes())
    wheel.add(f"{info}/LICENSE", (ROOT / "LICENSE").read_bytes())
    wheel.add(f"{info}/LICENSE.libmicrohttpd", licenses.read_bytes())
    wheel.add(f"{info}/METADATA", metadata(version).encode())
    wheel.add(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: universal-worker\nRoot-Is-Purelib: false\nTag: {TAG}\n".encode())
    wheel.close()
    print(path)


if __name__ == "__main__":
    main()
