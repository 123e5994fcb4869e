#!/usr/bin/env bash
# plugin-page.sh VERSION DATE: universal_worker_plugin(7), made from docs/plugin-abi.md by pandoc.
#
# Of links the text stays. Terminals have no typewriter's font: bold stands for it. Cells of tables are
# narrow: words are not spread there, and JSON may be broken.
set -euo pipefail
cd "$(dirname "$0")/.."
{
    printf '# NAME\nuniversal_worker_plugin - the interface of plugins for universal-worker(1)\n# DESCRIPTION\n'
    sed -e 1d -e 's/\[\([^]]*\)\]([^)]*)/\1/g' -e 's|-I Sources/CWorkerPlugin/include ||' docs/plugin-abi.md
} | pandoc --from gfm --to man --standalone --columns 72 --metadata title=UNIVERSAL_WORKER_PLUGIN --metadata section=7 \
    --metadata date="$2" --metadata footer="Universal Worker $1" --metadata header='Plugin Interface' |
    sed -e '/^\.S[HS]/{n;/^\.PP$/d}' -e 's/\\f\[V*B*C*\]/\\f[B]/g' -e 's/T{$/&\n.na\n.nh/' \
        -e 's/^l l l l\.$/l1 l1 l1 l./' -e 's/\\\[dq\][:,]/&\\:/g'
