#!/usr/bin/env bash
# release.sh check|files|tag: what a release is made of, in .build/dist.
#
# check: the tree is clean, CHANGELOG.md has a section of the version, and its tag, if there is one, is this commit.
# files: archive, package, wheel, bills of materials and SHA256SUMS, of what has been built.
# tag: the tag, annotated with the section.
set -euo pipefail
cd "$(dirname "$0")/.."
fail() { echo "release: $1" >&2; exit 1; }

version=$(sed -n 's/.*static let current = "\(.*\)"$/\1/p' Sources/WorkerCore/Version.swift)
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "Version.swift has no version: '$version'"
tag=v$version

# The section of CHANGELOG.md without its heading, which is `## 1.2.3`, perhaps with more behind it.
section() { awk -v version="$version" '/^## /{ on = $2 == version; next } on' CHANGELOG.md; }

check() {
    local changes
    changes=$(git status --short)
    [ -z "$changes" ] || fail "the tree has changes that are not committed: $(head -3 <<< "$changes")"
    [[ $(section) == *[![:space:]]* ]] || fail "CHANGELOG.md has no section '## $version', or an empty one"
    [ -z "$(awk '/^## /{ on = $2 == "Unreleased"; next } on && NF' CHANGELOG.md)" ] ||
        fail "CHANGELOG.md still has changes under 'Unreleased'"
    if git rev-parse --quiet --verify "refs/tags/$tag" > /dev/null; then
        [ "$(git rev-parse "$tag^{commit}")" = "$(git rev-parse HEAD)" ] ||
            fail "$tag is another commit: a new version is needed"
    fi
    echo "release: $tag at $(git rev-parse --short HEAD)"
}

files() {
    local out=.build/dist name=universal-worker-$version-linux-$(uname -m)
    rm -rf $out
    mkdir -p "$out/$name"
    # For below /usr/local: tar -C /usr/local --strip-components=1 -xf …
    make --no-print-directory -s install DESTDIR="$PWD/$out/root" PREFIX=/usr/local
    mv $out/root/usr/local/* "$out/$name"
    packaging/strip.sh "$out/$name/bin/universal-worker"
    install -m 644 LICENSE CHANGELOG.md "$out/$name/share/doc/universal-worker"
    tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -C $out -cf - "$name" |
        gzip -9n > "$out/$name.tar.gz"
    rm -rf "$out/root" "${out:?}/$name"
    packaging/sbom.py .build/release/universal-worker "$version" > "$out/$name.cdx.json"
    cp .build/deb/universal-worker_"$version"-*.deb .build/wheel/universal_worker-"$version"-*.whl $out
    packaging/sbom.py .build/wheel/swift/release/universal-worker "$version" \
        .build/wheel/libmicrohttpd/lib/libmicrohttpd.a > "$out/universal_worker-$version.whl.cdx.json"
    (cd $out && sha256sum -- * > SHA256SUMS && sha256sum --quiet --check SHA256SUMS)
    ls -l $out
}

case ${1:-} in
check) check ;;
files) files ;;
tag)
    git rev-parse --quiet --verify "refs/tags/$tag" > /dev/null ||
        { printf 'universal-worker %s\n\n' "$version"; section; } |
        git tag --annotate "$tag" --cleanup=whitespace --file=-
    echo "release: $tag is $(git rev-parse --short "$tag^{commit}")"
    ;;
*) fail "expected check, files or tag" ;;
esac
