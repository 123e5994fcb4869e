#!/bin/sh
# Runs the built tests again and again on a machine that is busy with other things.
#
#   repeat.sh N
#
# A process for each core burns it meanwhile. Stops at the first run that fails, and says which
# tests did; all that the last run said is in .build/repeat.log.
cd "$(dirname "$0")/.." || exit 1
log=.build/repeat.log

# Ends also if this script is killed.
burn() { while kill -0 $$ 2>/dev/null; do :; done; }

burners=
end() { [ -z "$burners" ] || { kill $burners 2>/dev/null; wait $burners 2>/dev/null; }; }
trap end EXIT
trap 'exit 130' INT TERM HUP

for core in $(seq "$(nproc)"); do
    burn &
    burners="$burners $!"
done
for run in $(seq "$1"); do
    start=$(date +%s)
    if swift test --skip-build --skip WorkerSDKTestingTests >"$log" 2>&1 &&
        swift test --skip-build --filter WorkerSDKTestingTests >>"$log" 2>&1; then
        echo "run $run of $1: passed in $(($(date +%s) - start)) s"
    else
        echo "run $run of $1: failed in $(($(date +%s) - start)) s, $log has all of it"
        grep -E '✘ Test (".*"|[^"].*\)) |recorded an issue|error: ' "$log" || tail -n 20 "$log"
        exit 1
    fi
done
