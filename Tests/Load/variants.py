"""The builds of the worker that are put under load, and what their sanitizers report."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from worker import ROOT, Failure, Worker, expect

BUILD = ROOT / ".build"
# How a report begins, on a line of its own.
REPORT = re.compile(r"^.*(?:WARNING: ThreadSanitizer|ERROR: AddressSanitizer|runtime error).*$", re.MULTILINE)
REPORT_LINES = 60


@dataclass(frozen=True)
class Variant:
    """One build. `patience` is how many times as long as the release build it may take."""

    name: str
    binary: Path
    module: Path
    patience: float = 1.0
    # Where the sanitizer's options are read from, and the mode of the fixture that it is to find.
    variable: str = ""
    options: str = ""
    mistake: str = ""

    @property
    def is_sanitized(self) -> bool:
        return bool(self.variable)


def _sanitized(name: str, variable: str, options: str, mistake: str) -> Variant:
    folder = BUILD / name
    binary, module = folder / "debug/universal-worker", folder / "fixtures/mixed.so"
    return Variant(name, binary, module, 5, variable, options, mistake)


VARIANTS = {
    # Goes on after a report, and ends with 66 instead of 0.
    "thread": _sanitized("thread", "TSAN_OPTIONS", "halt_on_error=0:exitcode=66", "race"),
    # Ends at the first report. Leaks need ptrace; they are looked for in the release build.
    "address": _sanitized("address", "ASAN_OPTIONS", "detect_leaks=0:exitcode=66", "overrun"),
    "release": Variant("release", BUILD / "release/universal-worker", BUILD / "fixtures/mixed.so"),
}


class Watched:
    """A worker of a variant, whose sanitizer writes its reports where they are found."""

    def __init__(self, variant: Variant, name: str, flags: Sequence[str]) -> None:
        self.variant = variant
        self.folder = tempfile.TemporaryDirectory(prefix="universal-worker-")
        environment = {}
        if variant.is_sanitized:
            path = Path(self.folder.name, "report")
            environment[variant.variable] = f"{variant.options}:log_path={path}"
        self.worker = Worker(variant.binary, variant.module, name, flags, environment)

    def reports(self) -> list[str]:
        """All reports so far, each from its first line on."""
        found = []
        for file in sorted(Path(self.folder.name).iterdir()):
            text = file.read_text(errors="replace")
            starts = [match.start() for match in REPORT.finditer(text)]
            # A file without a known beginning is a report too.
            starts = starts or [0]
            for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
                found.append("\n".join(text[start:end].splitlines()[:REPORT_LINES]))
        return found

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self.worker.kill()
        self.folder.cleanup()


def check_detection(variant: Variant, body: bytes) -> None:
    """A mistake made on purpose is reported, and seen here: no report means something afterwards."""
    with Watched(variant, "Concurrent", []) as watched:
        worker = watched.worker
        with worker.connect() as client:
            client.sendall(body)
            # The answer, or the worker's end.
            try:
                client.recv(4096)
            except ConnectionError:
                pass
        worker.terminate()
        code = worker.exit_code(10 * variant.patience)
        expect(code == 66, f"after a {variant.mistake} made on purpose the worker ends with {code}, not with 66")
        if not watched.reports():
            raise Failure(f"the {variant.name} sanitizer's report of a {variant.mistake} is not found")
