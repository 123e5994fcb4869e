#!/usr/bin/env bash
# check.sh WHEEL: installs the wheel into a fresh environment, has it serve a class there, checks the switch, and
# removes it again.
set -euo pipefail

wheel=$(realpath "$1")
switch=$(realpath "$(dirname "$0")/check_switch.py")
folder=$(mktemp -d)
worker=
trap '[ -z "$worker" ] || kill "$worker" 2> /dev/null || true; rm -rf "$folder"' EXIT

python3 -m venv "$folder/an environment"
bin="$folder/an environment/bin"
"$bin/python" -m pip --quiet --disable-pip-version-check install auditwheel "$wheel"

size=$(stat -c %s "$wheel")
[ "$size" -lt 20000000 ] || { echo "the wheel has $size bytes" >&2; exit 1; }
platform=${wheel##*-}
audit=$("$bin/python" -m auditwheel show "$wheel" | tr '\n' ' ')
[[ $audit == *"platform tag: \"${platform%.whl}\""* ]] || { echo "the wheel has another tag than this: $audit" >&2; exit 1; }
! ldd "$bin/universal-worker" | grep -qE 'microhttpd|gnutls' || { echo "libmicrohttpd is not linked in" >&2; exit 1; }
for header in plugin testing; do [ -f "$bin/../share/universal-worker/universal_worker_$header.h" ]; done
(cd "$folder" && "$bin/universal-worker" new tried --language swift > /dev/null)
grep -qF "$folder/an environment/share/universal-worker/sdk" "$folder/tried/Package.swift"

cat > "$folder/where.py" << 'PY'
import sys


class Where:
    name = "where"
    version = "1"

    def initialize(self, config=None):
        pass

    def execute(self):
        return sys.prefix
PY
cd "$folder"
mkfifo log
"$bin/universal-worker" --module where --class Where --port 0 2> log &
worker=$!
port=$(sed -n '/listening on/{s/.*listening on 127.0.0.1:\([0-9]*\),.*/\1/p;q}' log)
[ "$(curl -sS --fail -d '{}' "http://127.0.0.1:$port/execute")" = "\"$folder/an environment\"" ]
kill "$worker"
wait "$worker"
worker=

cat > test_where.py << 'PY'
from universal_worker import counter
from universal_worker.testing import Plugin, Worker
from where import Where

with Plugin(Where) as plugin, Worker(Where) as worker:
    assert plugin.call() == worker.call()
counter("one", "One.").inc()
PY
"$bin/python" test_where.py

python3 "$switch" "$folder/an environment"
"$bin/python" -m pip --quiet --disable-pip-version-check uninstall --yes universal-worker
[ -z "$(find "$folder/an environment" -iname '*universal*worker*')" ]
echo "$(basename "$wheel"): $((size / 1000)) kB, installed, served, removed"
