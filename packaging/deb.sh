#!/usr/bin/env bash
# deb.sh VERSION FOLDER: packs what `make install` installs into a .deb in FOLDER, and prints its path.
#
# By dpkg's own tools: debhelper would want a folder `debian` in the root, with the version once more, and the few
# steps that it would save are the ones below. SOURCE_DATE_EPOCH dates all that is in it.
set -euo pipefail
umask 022

version=$1-1
mkdir -p "$2"
out=$(cd "$2" && pwd)
source=$(cd "$(dirname "$0")/.." && pwd)
package=$out/root
share=$package/usr/share
rm -rf "$package" "$out/debian" "$out"/*.deb
mkdir -p "$package/DEBIAN" "$out/debian"
cp "$source/packaging/control" "$out/debian/control"

make --no-print-directory -s -C "$source" install DESTDIR="$package" PREFIX=/usr ZSH_DIR=/usr/share/zsh/vendor-completions
"$source/packaging/strip.sh" "$package/usr/bin/universal-worker"
# SwiftPM has libraries looked for beside the binary: here they are the system's alone.
chrpath --delete "$package/usr/bin/universal-worker" > /dev/null

doc=$share/doc/universal-worker
maintainer=$(sed -n 's/^Maintainer: //p' "$source/packaging/control")
date=$(date -u -R -d "@$SOURCE_DATE_EPOCH")
cat > "$out/debian/changelog" << END
universal-worker ($version) unstable; urgency=medium

  * What is new in this version: changelog.gz.

 -- $maintainer  $date
END
install -m 644 "$source/packaging/copyright" "$doc/copyright"
install -D -m 644 "$source/packaging/lintian-overrides" "$share/lintian/overrides/universal-worker"
install -m 644 "$source/CHANGELOG.md" "$doc/changelog"
install -m 644 "$out/debian/changelog" "$doc/changelog.Debian"
gzip -9n "$doc/changelog" "$doc/changelog.Debian" "$share"/man/man?/*

cd "$out"
dpkg-shlibdeps -Tdebian/substvars "$package/usr/bin/universal-worker"
dpkg-gencontrol -puniversal-worker -Tdebian/substvars -P"$package"
(cd "$package" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum > DEBIAN/md5sums)
dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$package" "$out" > /dev/null
ls "$out"/universal-worker_"$version"_*.deb
