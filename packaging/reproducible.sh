#!/usr/bin/env bash
# reproducible.sh: builds the package of the last commit in two folders, and compares.
#
# Each folder is a clone, with a build from nothing; their paths differ in length too. If the packages differ, they stay.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
places=("$folder/one" "$folder/another/place")
for place in "${places[@]}"; do git clone --quiet . "$place"; done
for place in "${places[@]}"; do
    make --no-print-directory -C "$place" deb > "$folder/log" 2>&1 || { tail "$folder/log" >&2; exit 1; }
done
sha256sum "${places[0]}"/.build/deb/*.deb "${places[1]}"/.build/deb/*.deb
cmp "${places[0]}"/.build/deb/*.deb "${places[1]}"/.build/deb/*.deb ||
    { echo "FAILED the packages below $folder differ"; exit 1; }
rm -rf "$folder"
echo "ok   two builds in two folders give one package"
