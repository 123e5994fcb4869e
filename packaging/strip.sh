#!/usr/bin/env bash
# strip.sh BINARY: takes out of a binary what only a debugger reads, and what depends on where and when it was built.
#
# That is in two sections, which keep their places: hashes of the flags of its modules, with the build's folder in them,
# and the build id, which becomes a hash of what is left.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strip --remove-section=.comment "$1"
objcopy --dump-section .swift_modhash="$work/hashes" --dump-section .note.gnu.build-id="$work/id" "$1" "$work/same"
head -c "$(stat -c %s "$work/hashes")" /dev/zero > "$work/zeros"
{ head -c 16 "$work/id"; head -c 20 /dev/zero; } > "$work/none"
objcopy --update-section .swift_modhash="$work/zeros" --update-section .note.gnu.build-id="$work/none" "$1"
{ head -c 16 "$work/id"; sha1sum "$1" | perl -ne 'print pack "H*", /^(\w+)/'; } > "$work/new"
objcopy --update-section .note.gnu.build-id="$work/new" "$1"
