#!/usr/bin/env python3
"""sbom.py BINARY VERSION [ARCHIVE...]: what a built binary is made of, as CycloneDX 1.5 in JSON.

All of it is read off the binary, which is not stripped, and off this machine. A shared library is what the binary
names and the loader finds, with the package that dpkg says it is from. An archive is linked in if the binary has a
function that no other archive defines; those of Swift are looked at, and the ones given, of which each lies beside
its pkg-config file.
"""

import collections
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import time
import urllib.parse
import uuid
from pathlib import Path
from typing import Any

Component = dict[str, Any]


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def component(name: str, version: str, file: Path, linked: str, **more: Any) -> Component:
    return {
        "type": "library", "bom-ref": f"{name}@{version}", "name": name, "version": version,
        "hashes": [{"alg": "SHA-256", "content": digest(file)}],
        "properties": [{"name": "linked", "value": linked}, {"name": "file", "value": file.name}],
        **more,
    }


def shared(binary: Path) -> list[Component]:
    """The libraries that the loader finds for it, those that they need themselves included."""
    system = platform.freedesktop_os_release()
    found = []
    for path in sorted(re.findall(r"(?:=> |^\s*)(/\S+) \(0x", run("ldd", binary), re.MULTILINE)):
        file = Path(path).resolve()
        # dpkg has some files by the names that they had before /lib became a link.
        names = [path, str(file), str(file).removeprefix("/usr")]
        owner = next(package for name in names if (package := owner_of(name)))
        fields = run("dpkg-query", "-W", "-f", "${Package}\t${Version}\t${Architecture}", owner)
        name, version, architecture = fields.split("\t")
        place = f"arch={architecture}&distro={system['ID']}-{system['VERSION_ID']}"
        purl = f"pkg:deb/{system['ID']}/{name}@{urllib.parse.quote(version, safe='~')}?{place}"
        found.append(component(name, version, file, "shared", purl=purl))
    # One package may have several libraries, of which the first stands for it.
    return list({entry["bom-ref"]: entry for entry in reversed(found)}.values())[::-1]


def owner_of(path: str) -> str:
    """The package that a file is from; empty if it is from none."""
    done = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True, check=False)
    return done.stdout.partition(": ")[0].split(",")[0] if done.returncode == 0 else ""


def functions(path: Path, kinds: str) -> set[str]:
    """The functions that a binary, or a member of an archive, defines; a T is for others, a t its own."""
    lines = run("nm", "--defined-only", "--format=posix", path).splitlines()
    return {words[0] for line in lines if len(words := line.split()) > 2 and words[1] in kinds}


def static(binary: Path, given: list[Path]) -> list[Component]:
    target = json.loads(run("swiftc", "-print-target-info"))
    version = re.search(r"Swift version (\S+)", target["compilerVersion"])
    assert version, target["compilerVersion"]
    folder = Path(f"{target['paths']['runtimeResourcePath']}_static/linux")
    archives = {path: functions(path, "T") for path in [*sorted(folder.glob("*.a")), *given]}
    times = collections.Counter(name for names in archives.values() for name in names)
    mine = functions(binary, "Tt")
    found = []
    for path, names in archives.items():
        if not any(times[name] == 1 for name in names & mine):
            continue
        if path in given:
            number = run("pkg-config", "--modversion", path.parent / f"pkgconfig/{path.stem}.pc").strip()
            found.append(component(path.stem, number, path, "static"))
        else:
            licence = [{"license": {"id": "Apache-2.0"}}]
            found.append(component(path.stem, version[1], path, "static", group="swift", licenses=licence))
    return found


def main() -> None:
    binary, number = Path(sys.argv[1]), sys.argv[2]
    parts = shared(binary) + static(binary, [Path(name) for name in sys.argv[3:]])
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))
    whole = f"universal-worker@{number}"
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        # The same parts make the same bill.
        "serialNumber": uuid.uuid5(uuid.NAMESPACE_OID, whole + json.dumps(parts)).urn,
        "metadata": {
            "timestamp": moment,
            "component": {
                "type": "application", "bom-ref": whole, "name": "universal-worker", "version": number,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": parts,
        "dependencies": [
            {"ref": whole, "dependsOn": [part["bom-ref"] for part in parts]},
            *({"ref": part["bom-ref"]} for part in parts),
        ],
    }
    json.dump(bill, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
