#!/bin/sh
# Makes .venv/ in the root of the repository hold the original worker and its host.
# Does nothing when it already does; `--force` starts anew.
set -eu

wanted='cjm-plugin-system==0.0.28'
python="${PYTHON:-python3}"
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
venv="$root/.venv"
stamp="$venv/compatibility-stamp"

die() {
    printf 'venv.sh: %s\n' "$1" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 || die "no $python; set PYTHON to a Python of 3.11 or later"
signature="$wanted on $("$python" -c 'import sys; print(*sys.version_info[:3], sep=".")') at $venv"

works() {
    "$venv/bin/python" -c 'import cjm_plugin_system.core.worker, cjm_plugin_system.core.proxy' \
        >/dev/null 2>&1
}

[ "${1:-}" != --force ] || rm -rf "$venv"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$signature" ] && works; then
    exit 0
fi

rm -rf "$venv"
"$python" -m venv "$venv" || die "$python cannot make a virtual environment (python3-venv missing?)"
if ! output=$("$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wanted" 2>&1); then
    rm -rf "$venv"
    printf '%s\n' "$output" | tail -n 5 >&2
    die "pip could not install $wanted. Is there a network, or a mirror in pip's configuration?"
fi
works || die "$wanted is installed, but does not import"
printf '%s' "$signature" >"$stamp"
