#!/bin/sh
# The layering of docs/architecture.md, as far as a search can see it. Silent when all is well.
cd "$(dirname "$0")/.." || exit 1
status=0
complain() { echo "check-rooms: $1" >&2; status=1; }

# Decisions are pure: no C, no clock, no other room.
found=$(grep -nE '^(internal |package |public |private )?import ' -r Sources/WorkerCore)
[ -z "$found" ] || complain "WorkerCore imports something: $found"

# Unsafe code stays behind the doors and in the layers under them.
found=$(grep -nwE 'unsafe' -r Sources/WorkerCore Sources/WorkerCheck Sources/Worker --include='*.swift')
[ -z "$found" ] || complain "unsafe code outside of the doors: $found"

# The three doors never import each other.
for pair in WorkerHTTP:PluginHost WorkerHTTP:WorkerOS PluginHost:WorkerHTTP PluginHost:WorkerOS \
    WorkerOS:WorkerHTTP WorkerOS:PluginHost; do
    found=$(grep -nE "import ${pair#*:}\$" -r "Sources/${pair%:*}")
    [ -z "$found" ] || complain "${pair%:*} imports ${pair#*:}: $found"
done

# The daemon does without Foundation.
found=$(grep -nE 'import Foundation' -r Sources --include='*.swift' | grep -v Sources/WorkerSDK)
[ -z "$found" ] || complain "Foundation in the daemon: $found"

# Tests that block run on threads of their own, under the one limit of time that there is.
found=$(grep -nE '\.timeLimit\(|\.serialized' -r Tests --include='*.swift' | grep -v Tests/TestSupport)
[ -z "$found" ] || complain "instead of .blocking: $found"
found=$(grep -nE '^@Suite' -r Tests/WorkerTests Tests/WorkerHTTPTests | grep -v '\.blocking')
[ -z "$found" ] || complain "tests that block, without .blocking: $found"

# Texts name who acts; docs/style.md quotes what it forbids, and `nobody` is a user.
found=$(grep -rniE '\b(whoever|somebody|someone|nobody|is due)\b' README.md CONTRIBUTING.md CHANGELOG.md \
    SECURITY.md docs systemd Sources Python Examples --exclude-dir=.build --exclude-dir=__pycache__ \
    | grep -v '^docs/style.md' | grep -v '`nobody`')
[ -z "$found" ] || complain "words that docs/style.md forbids: $found"
exit $status
