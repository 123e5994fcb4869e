#!/usr/bin/env bash
# Shows the worker at work: a plugin that turns speech into text, start to end, in a few seconds.
#
#   Examples/demo.sh [WORKER [LIBRARY]]
#
# Exit code 0: every step was answered as expected. 1: the first that was not is named.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
worker=$(realpath -ms -- "${1:-$root/.build/release/universal-worker}")
library=$(realpath -ms -- "${2:-$root/Examples/Transcriber/.build/release/libTranscriber.so}")
recordings=/usr/share/pocketsphinx/test/data
cd -- "$root"
export LC_ALL=C # a point in decimals

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' dim=$'\e[2m' blue=$'\e[1;34m' green=$'\e[32m' red=$'\e[1;31m' plain=$'\e[0m'
else
    bold='' dim='' blue='' green='' red='' plain=''
fi
export BOLD=$bold DIM=$dim GREEN=$green PLAIN=$plain PYTHONIOENCODING=utf-8

for needed in "$worker" "$library" "$recordings/goforward.raw"; do
    [[ -e $needed ]] || { echo "demo: there is no $needed; 'make demo' makes what is needed" >&2; exit 1; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/universal-worker-demo.XXXXXX")
log=$work/worker.log
: >"$log"
pid=''
finish() {
    trap - EXIT
    for job in $(jobs -p); do kill "$job" 2>/dev/null || :; done
    if [[ -n $pid ]]; then
        for _ in {1..150}; do kill -0 "$pid" 2>/dev/null || break; sleep 0.02; done
        kill -KILL "$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    fi
    rm -rf -- "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

title=''
step() { title=$1; printf '\n%s%s%s\n' "$blue" "$1" "$plain"; }
note() { printf '  %s%s%s\n' "$dim" "$1" "$plain"; }
fail() {
    [[ ! -e $work/failed ]] || exit 1 # said already, inside a pipeline
    : >"$work/failed"
    printf '\n%sFailed: %s.%s %s\n' "$red" "$title" "$plain" "$1"
    printf 'The log of the worker:\n'
    sed 's/^/  /' "$log"
    exit 1
}

now() { echo "${EPOCHREALTIME//[!0-9]/}"; } # microseconds
since() { echo "$((($(now) - $1) / 1000)) ms"; }
within() { # SECONDS COMMAND...: whether it comes true
    local end=$(($(now) + $1 * 1000000))
    shift
    until "$@"; do (($(now) < end)) || return 1; sleep 0.005; done
}

# A command as one would type it; an option keeps its value on its line.
print_command() {
    local line='  $' part
    while (($#)); do
        part=$1
        [[ $part != *[!A-Za-z0-9_./:=\&-]* ]] || part="'$part'"
        if [[ $1 == -[dX] || $1 == --* ]]; then
            shift
            [[ $1 != *[!A-Za-z0-9_./:=-]* ]] && part+=" $1" || part+=" '$1'"
        fi
        if ((${#line} + ${#part} > 76)); then
            printf '%s%s \\%s\n' "$green" "$line" "$plain"
            line='     '
        fi
        line+=" $part"
        shift
    done
    printf '%s%s%s\n' "$green" "$line" "$plain"
}

# curl ARGUMENTS; silent, and with the status, the time and the header in files.
request() { # NAME ARGUMENTS...
    local name=$work/$1
    shift
    curl -q --silent --show-error --noproxy '*' --max-time 60 --dump-header "$name.header" \
        --write-out '%{stderr}%{http_code} %{time_total}\n' "$@" 2>"$name.status"
}
expect_status() { # NAME STATUS
    local got
    got=$(tail -n 1 "$work/$1.status")
    [[ $got == "$2 "* ]] || fail "Expected HTTP status $2, got: $got $(cat "$work/$1.body" 2>/dev/null)"
}
time_of() { tail -n 1 "$work/$1.status" | cut -d' ' -f2; }
ask() { # NAME STATUS ARGUMENTS...: prints the command, leaves the answer in a file
    local name=$1 status=$2
    shift 2
    print_command curl "$@"
    request "$name" "$@" >"$work/$name.body" || :
    expect_status "$name" "$status"
}
milliseconds() { awk -v s="$1" 'BEGIN { printf "%.1f ms", s * 1000 }'; }
seconds() { awk -v s="$1" 'BEGIN { printf "%.2f s", s }'; }

# All that needs JSON. Ends with 1 and a line on stderr if an answer is not what was expected.
read -r -d '' formatter <<'PYTHON' || :
import json, os, sys, textwrap, time

bold, dim, green, plain = (os.environ[name] for name in ("BOLD", "DIM", "GREEN", "PLAIN"))

def layout(value, indent=2, label=""):
    """JSON for people: on one line, or filled lines, or a line for each member."""
    room, margin = 76 - indent, " " * indent
    flat = label + json.dumps(value, ensure_ascii=False)
    if len(flat) <= room:
        return flat
    if not isinstance(value, dict):
        return f"\n{margin}  ".join(textwrap.wrap(flat, room - 2, break_on_hyphens=False))
    members = [f"{json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}" for key, item in value.items()]
    if max(map(len, members)) > room or any(isinstance(item, dict) for item in value.values()):
        rows = [layout(item, indent + 2, json.dumps(key) + ": ") for key, item in value.items()]
        return label + "{" + ",".join(f"\n{margin}  {row}" for row in rows) + f"\n{margin}}}"
    text = label + "{" + members[0]
    for member in members[1:]:
        is_full = len(text) - text.rfind("\n") + len(member) > room
        text += f",\n{margin} {member}" if is_full else f", {member}"
    return text + "}"

def rounded(value):
    return round(value, 3) if isinstance(value, float) else value

def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"Expected {what} to be {wanted!r}, got {got!r}.")

def show(*checks):
    value = json.load(sys.stdin)
    print("  " + layout({key: rounded(item) for key, item in value.items()}))
    for check in checks:
        key, _, wanted = check.partition("=")
        expect(key, value.get(key), json.loads(wanted))

def transcript(wanted):
    value = json.load(sys.stdin)
    width, length = 40, value["duration"]
    print(f"  {bold}{value['text']}{plain}\n")
    print(f"  {dim}{'word':10}{'from':>6}{'to':>7}{'sure':>7}   when, in {length:.2f} s of audio{plain}")
    for word in value["segments"]:
        first, last = (round(word[key] / length * width) for key in ("start", "end"))
        bar = f"{'.' * first}{green}{'=' * max(last - first, 1)}{plain}{'.' * (width - max(last, first + 1))}"
        times = f"{word['start']:5.2f}s{word['end']:6.2f}s"
        print(f"  {word['word']:10}{times}{word['probability']:7.0%}   {bar}")
    expect("the text", value["text"], wanted)
    expect("the words", " ".join(word["word"] for word in value["segments"]), wanted)

def stream(wanted, begin):
    partials, last = 0, {}
    for line in sys.stdin:
        last = json.loads(line)
        if "error" in last:
            sys.exit(f"The stream says: {last['error']}")
        mark, text = ("final", bold + last["text"] + plain) if last["final"] else ("", last["text"])
        print(f"  {dim}{time.time() - int(begin) / 1e6:5.2f}s{plain} {mark:5}  {text}", flush=True)
        partials += not last["final"]
    if not last.get("final"):
        sys.exit("The stream broke off before its final line.")
    expect("the text", last["text"], wanted)
    if partials < 3:
        sys.exit(f"Expected some partial texts, got {partials}.")

globals()[sys.argv[1]](*sys.argv[2:])
PYTHON
format() { python3 -c "$formatter" "$@" 2>"$work/complaint" || fail "$(tail -n 1 "$work/complaint")"; }

printf '%sUniversal Worker%s: one plugin, a shared library, becomes a local HTTP service.\n' "$bold" "$plain"

step 'Start the worker with a speech recogniser'
command=("${worker#"$root"/}" --module "${library#"$root"/}" --class Transcriber --port 0)
print_command "${command[@]}"
begin=$(now)
"${command[@]}" >"$log" 2>&1 &
pid=$!
announced() { [[ $(<"$log") == *'listening on '* ]] || ! kill -0 "$pid" 2>/dev/null; }
within 10 announced || fail 'It announced no port within 10 seconds.'
took=$(since "$begin")
address=$(sed -n 's/.*listening on \([0-9.]*:[0-9]*\).*/\1/p' "$log")
[[ -n $address ]] || fail 'It ended at once.'
printf '  listening on %s after %s\n' "$address" "$took"

step 'Is it well?'
ask health 200 "$address/health"
format show 'status="running"' 'name="Transcriber"' "pid=$pid" <"$work/health.body"

step 'What can be configured?'
ask schema 200 "$address/config_schema"
format show 'type="object"' <"$work/schema.body"

step 'Configure it'
ask initialize 200 "$address/initialize" -d '{"sampleRate":16000}'
format show 'status="ok"' <"$work/initialize.body"
note "The model was loaded in $(seconds "$(time_of initialize)")."

step 'One call, one result'
ask execute 200 "$address/execute" -d "{\"args\":[\"$recordings/goforward.raw\"]}"
format transcript 'go forward ten meters' <"$work/execute.body"
note "Answered in $(seconds "$(time_of execute)")."

step 'A stream of what is understood so far, and questions in the middle of it'
sentence=$recordings/librivox/sense_and_sensibility_01_austen_64kb-0930.wav
streaming=("$address/execute_stream" -d "{\"args\":[\"$sentence\"]}")
print_command curl -N "${streaming[@]}"
begin=$(now)
request stream -N "${streaming[@]}" |
    python3 -c "$formatter" stream 'he might even have been made amiable himself' "$begin" 2>"$work/told" |
    for ((count = 1; ; count++)); do
        IFS= read -r line || break
        printf '%s\n' "$line"
        if ((count == 4)); then
            # Both are asked at once, and printed after, so that a slow machine is in the middle, too.
            request progress "$address/progress" >"$work/progress.body" || :
            request healthy "$address/health" >"$work/healthy.body" || :
            echo
            print_command curl "$address/progress"
            expect_status progress 200
            format show <"$work/progress.body"
            print_command curl "$address/health"
            expect_status healthy 200
            format show 'status="running"' 'calls_running=1' <"$work/healthy.body"
            note "Answered in $(milliseconds "$(time_of healthy)"), while the plugin computes."
            echo
        fi
    done || fail "$(cat "$work/stream.status" "$work/told" | tail -n 1)"
expect_status stream 200
end=$(sed -n 's/^X-Stream-End: *\([a-z]*\).*/\1/p' "$work/stream.header")
[[ $end == complete ]] || fail "Expected the trailer X-Stream-End: complete, got '$end'."
note "Its trailer says how it ended: X-Stream-End: $end"

step 'Cancel a call'
long=("$address/execute" -d "{\"args\":[\"$recordings/numbers.raw\"]}")
print_command curl "${long[@]}" '&'
{ request long "${long[@]}" >"$work/long.body"; now >"$work/long.ended"; } &
call=$!
under_way() { request under_way "$address/calls" | grep -q 'of audio'; }
within 5 under_way || fail 'The call has not begun within 5 seconds.'
begin=$(now)
ask cancel 200 -X POST "$address/cancel"
format show 'status="cancelled"' <"$work/cancel.body"
wait "$call" || fail 'The cancelled call was not answered.'
expect_status long 409
note 'The call itself is answered with status 409:'
format show <"$work/long.body"
note "It ended $((($(<"$work/long.ended") - begin) / 1000)) ms after it was cancelled, with the time that curl takes to start."

step 'What does it use?'
ask stats 200 "$address/stats"
format show "pid=$pid" <"$work/stats.body"

step 'End it'
print_command kill -TERM "$pid"
begin=$(now)
kill -TERM "$pid"
code=0
wait "$pid" || code=$?
took=$(since "$begin")
pid=''
((code == 0)) || fail "Expected exit code 0, got $code."
printf '  exit code 0 after %s\n' "$took"

printf '\n%sEverything was answered as expected.%s\n' "$bold" "$plain"
