#!/usr/bin/env bash
# release_check.sh: what packaging/release.sh refuses, and the tag that it makes, in a clone.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git clone --quiet --no-tags . "$folder/clone"
# The script as it is here.
cp packaging/release.sh "$folder/clone/packaging/"
cd "$folder/clone"
git config user.name check
git config user.email check@localhost
version=$(sed -n 's/.*current = "\(.*\)"$/\1/p' Sources/WorkerCore/Version.swift)

refuses() {
    if said=$(packaging/release.sh check 2>&1); then echo "FAILED it takes $1"; exit 1; fi
    [[ $said == *"$2"* ]] || { echo "FAILED of $1 it says: $said"; exit 1; }
}
commit() { git add --all && git commit --quiet --allow-empty --message x; }
write() { printf '# Changes\n\n%b\n' "$1" > CHANGELOG.md; commit; }

write "## Unreleased\n\n- One.\n"
refuses "a version without a section" "has no section '## $version'"
write "## $version\n\n## 0.0.1\n\n- One.\n"
refuses "an empty section" "or an empty one"
write "## Unreleased\n\n- Two.\n\n## $version\n\n- One.\n"
refuses "changes that are in no version" "under 'Unreleased'"
write "## $version\n\n- One.\n\n## 0.0.1\n\n- Zero.\n"
packaging/release.sh check > /dev/null
echo >> README.md
refuses "a tree that is not clean" "README.md"
git checkout --quiet README.md
packaging/release.sh tag > /dev/null
[ "$(git cat-file -t "v$version")" = tag ]
[[ $(git tag --list --format='%(contents)' "v$version") == "universal-worker $version"*"- One."* ]]
packaging/release.sh check > /dev/null
commit
refuses "a version that is tagged elsewhere" "v$version is another commit"
echo "ok   a release needs a clean tree, a section of the change log and a tag that is its own"
