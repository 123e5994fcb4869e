#!/usr/bin/env bash
# Shows the worker at work: a plugin that turns speech into text, as a Python class and as a native
# library, start to end, with the same recordings and the same answers, in about ten seconds.
#
#   Examples/demo.sh [WORKER [PYTHON [LIBRARY]]]
#
# Exit code 0: every step was answered as expected. 1: the first that was not is named.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root"
worker=${1:-.build/release/universal-worker}
python=${2:-.build/transcriber-python/bin/python}
library=${3:-Examples/Transcriber/.build/release/libTranscriber.so}
recordings=/usr/share/pocketsphinx/test/data
sentence=$recordings/librivox/sense_and_sensibility_01_austen_64kb-0930.wav
for needed in "$worker" "$python" "$library" "$recordings/goforward.raw"; do
    [[ -e $needed ]] || { echo "demo: there is no $needed; 'make demo' makes what is needed" >&2; exit 1; }
done
. Examples/demo/helpers.sh

declare -A measured # KIND.WHAT
kind='' # python or native
measure() { measured[$kind.$1]=$2; }

start() { # COMMAND...
    local begin took
    step 'Start the worker with it'
    print_command "$@"
    : >"$log"
    begin=$(now)
    "$@" >"$log" 2>&1 &
    pid=$!
    announced() { [[ $(<"$log") == *'listening on '* ]] || ! kill -0 "$pid" 2>/dev/null; }
    within 20 announced || fail 'It announced no port within 20 seconds.'
    took=$(since "$begin")
    address=$(sed -n 's/.*listening on \([0-9.]*:[0-9]*\).*/\1/p' "$log")
    [[ -n $address ]] || fail 'It ended at once.'
    measure start "$took"
    printf '  listening on %s after %s\n' "$address" "$took"
}

questions() { # NAME
    step 'Is it well?'
    ask health 200 "$address/health"
    answers show 'status="running"' "name=\"$1\"" "pid=$pid" <"$work/health.body"
    step 'What can be configured?'
    ask schema 200 "$address/config_schema"
    answers show 'type="object"' <"$work/schema.body"
}

configure() { # BODY
    step 'Configure it'
    ask initialize 200 "$address/initialize" -d "$1"
    answers show 'status="ok"' <"$work/initialize.body"
    measure model "$(seconds "$(time_of initialize)")"
    note "The model was loaded in ${measured[$kind.model]}."
}

one_call() { # RECORDING TEXT
    step 'One call, one result'
    ask execute 200 "$address/execute" -d "{\"args\":[\"$recordings/$1\"]}"
    answers transcript "$2" <"$work/execute.body"
    measure call "$(seconds "$(time_of execute)")"
    note "Answered in ${measured[$kind.call]}."
    row /execute "$bold$2$plain"
}

median() { sort -n "$work/times" | sed -n 3p; }

# Reads the lines of a stream, and asks in the middle of it.
watch() {
    local count line try
    for ((count = 1; ; count++)); do
        IFS= read -r line || break
        [[ -n $quiet ]] || printf '%s\n' "$line"
        ((count == 4)) || continue
        # All are asked at once, and printed after, so that a slow machine is in the middle, too.
        request progress "$address/progress" >"$work/progress.body" || :
        for ((try = 0; try < 5; try++)); do
            request healthy "$address/health" >"$work/healthy.body" || :
            time_of healthy
        done >"$work/times"
        [[ -n $quiet ]] || { echo; print_command curl "$address/progress"; }
        expect_status progress 200
        answers show <"$work/progress.body"
        grep -q 'of audio' "$work/progress.body" || fail 'No progress is told in the middle of a stream.'
        [[ -n $quiet ]] || print_command curl "$address/health"
        expect_status healthy 200
        answers show 'status="running"' 'calls_running=1' <"$work/healthy.body"
        note "Answered in $(milliseconds "$(median)"), while the plugin computes."
        [[ -n $quiet ]] || echo
    done
    echo "$((count - 1))" >"$work/lines"
}

stream() { # TEXT
    local begin end streaming=("$address/execute_stream" -d "{\"args\":[\"$sentence\"]}")
    step 'A stream of what is understood so far, and questions in the middle of it'
    [[ -n $quiet ]] || print_command curl -N "${streaming[@]}"
    begin=$(now)
    request stream -N "${streaming[@]}" | answers stream "$1" "$begin" | watch || fail 'The stream failed.'
    expect_status stream 200
    end=$(sed -n 's/^X-Stream-End: *\([a-z]*\).*/\1/p' "$work/stream.header")
    [[ $end == complete ]] || fail "Expected the trailer X-Stream-End: complete, got '$end'."
    note "Its trailer says how it ended: X-Stream-End: $end"
    row /execute_stream "$bold$1$plain, in $(<"$work/lines") lines"
    row /health "answered in $(milliseconds "$(median)") in the middle of it"
    measure health "$(milliseconds "$(median)")"
}

cancellation() { # RECORDING
    local begin call took long=("$address/execute" -d "{\"args\":[\"$recordings/$1\"]}")
    step 'Cancel a call'
    [[ -n $quiet ]] || print_command curl "${long[@]}" '&'
    { request long "${long[@]}" >"$work/long.body"; now >"$work/long.ended"; } &
    call=$!
    under_way() { request under_way "$address/progress" | grep -q '"progress":0[.][0-9]*[1-9]'; }
    within 10 under_way || fail 'The call has not begun within 10 seconds.'
    begin=$(now)
    ask cancel 200 -X POST "$address/cancel"
    answers show 'status="cancelled"' <"$work/cancel.body"
    wait "$call" || fail 'The cancelled call was not answered.'
    expect_status long 409
    note 'The call itself is answered with status 409:'
    answers show <"$work/long.body"
    took=$((($(<"$work/long.ended") - begin) / 1000))
    measure cancel "$took ms"
    note "It ended $took ms after it was cancelled, with the time that curl takes to start."
    row /cancel "the call ended with 409 after $took ms"
}

usage() {
    local rss pss
    step 'What does it use?'
    ask stats 200 "$address/stats"
    answers show "pid=$pid" <"$work/stats.body"
    read -r tree rss pss < <(answers processes "$pid")
    measure rss "$rss MiB"
    measure pss "$pss MiB"
    note "Its processes: ${tree//,/, }. RSS $rss MiB, PSS $pss MiB (what is shared, by its share)."
}

end() {
    local begin code=0 took member
    step 'End it'
    [[ -n $quiet ]] || print_command kill -TERM "$pid"
    begin=$(now)
    kill -TERM "$pid"
    wait "$pid" || code=$?
    took=$(since "$begin")
    pid=''
    ((code == 0)) || fail "Expected exit code 0, got $code."
    for member in ${tree//,/ }; do
        [[ ! -e /proc/$member ]] || fail "Process $member is left behind."
    done
    ! request closed "$address/health" >/dev/null || fail "A process still listens on $address."
    measure end "$took"
    [[ -n $quiet ]] || printf '  exit code 0 after %s; no process and no port is left\n' "$took"
    row SIGTERM "exit code 0 after $took; no process and no port is left"
}

everything() { # NAME CONFIGURATION
    questions "$1"
    configure "$2"
    one_call goforward.raw 'go forward ten meters'
    stream 'he might even have been made amiable himself'
    cancellation numbers.raw
    usage
    end
}

printf '%sUniversal Worker%s: one plugin becomes a local HTTP service. It is\n' "$bold" "$plain"
printf 'a Python class in an environment of its own, or a native library.\n'

heading '1  A Python class'
kind=python
note 'Examples/transcriber-python: a class of cjm-plugin-system, which recognises speech.'
packages=$("$python" -m pip list --disable-pip-version-check --format=freeze --exclude pip --exclude setuptools)
note "Its environment: $(paste -sd, <<<"${packages//==/ }" | sed 's/,/, /g'), nothing else."
start "$worker" --python "$python" --module Examples/transcriber-python/transcriber.py \
    --class Transcriber --port 0
everything transcriber-python '{"sample_rate":16000}'

heading '2  The same service from a native library'
kind=native quiet=yes
printf '  %sExamples/Transcriber, in Swift; the same requests, the same answers.%s\n\n' "$dim" "$plain"
start "$worker" --module "$library" --class Transcriber --port 0
everything Transcriber '{"sampleRate":16000}'

heading '3  Side by side'
compare() { printf '  %-34s %12s %12s\n' "$1" "${measured[python.$2]}" "${measured[native.$2]}"; }
printf '  %s%-34s %12s %12s%s\n' "$dim" '' 'Python class' 'native' "$plain"
compare 'start, until it takes requests' start
compare 'loading the model' model
compare 'the call, 2.8 s of speech' call
compare '/health in the middle of a stream' health
compare 'from POST /cancel to the 409' cancel
compare 'memory of all processes, RSS' rss
compare 'memory of all processes, PSS' pss
compare 'from SIGTERM to the end' end

printf '\n%sEverything was answered as expected, twice.%s\n' "$bold" "$plain"
