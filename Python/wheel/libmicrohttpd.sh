#!/usr/bin/env bash
# libmicrohttpd.sh DIR: builds Debian's own libmicrohttpd without TLS, as a static library below DIR.
#
# The archive's build brings GnuTLS, which the worker never uses and which has no static library. The
# source package is the one of the distribution that apt knows, with its patches; apt checks it.
set -euo pipefail

mkdir -p "$1"
out=$(cd "$1" && pwd)
if [ -f "$out/lib/pkgconfig/libmicrohttpd.pc" ]; then exit 0; fi

work=$out/build
mkdir -p "$work/lists/partial" "$work/archives/partial"
# The same archives as apt's, for their sources.
{
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        sed 's/^Types:.*/Types: deb-src/' "$file"
        echo
    done
} > "$work/archives.sources"
sed -n 's/^deb /deb-src /p' /etc/apt/sources.list 2> /dev/null > "$work/archives.list" || true

fetch() {
    apt-get -qq -o APT::Sandbox::User=root -o Dir::Cache="$work" -o Dir::State::lists="$work/lists" \
        -o Dir::Etc::sourcelist="$1" -o Dir::Etc::sourceparts=/dev/null "${@:2}"
}
cd "$work"
for archives in archives.sources archives.list; do
    [ -s "$archives" ] || continue
    # An archive of others may have no sources: what counts is whether the package is found.
    fetch "$work/$archives" update || true
    if fetch "$work/$archives" source libmicrohttpd; then break; fi
done
cd "$work"/libmicrohttpd-*/ || { echo "libmicrohttpd.sh: apt has no source of libmicrohttpd" >&2; exit 1; }

flags=$(DEB_BUILD_OPTIONS=nostrip dpkg-buildflags --get CFLAGS)
log=$out/build.log
{
    ./configure --quiet --prefix="$out" --disable-https --disable-shared --enable-static --with-pic \
        --disable-doc --disable-examples --disable-curl CFLAGS="$flags" \
        CPPFLAGS="$(dpkg-buildflags --get CPPFLAGS)"
    make --silent -C src/microhttpd install
} > "$log" 2>&1 || { tail "$log" >&2; exit 1; }
install -D -m 644 src/include/microhttpd.h "$out/include/microhttpd.h"
install -D -m 644 COPYING "$out/COPYING"
install -D -m 644 libmicrohttpd.pc "$out/lib/pkgconfig/libmicrohttpd.pc"
rm -rf "$work"
