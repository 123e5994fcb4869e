# What demo.sh is made of: printing, waiting, asking. Sourced by it.
# shellcheck shell=bash

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' dim=$'\e[2m' blue=$'\e[1;34m' green=$'\e[32m' red=$'\e[1;31m' plain=$'\e[0m'
else
    bold='' dim='' blue='' green='' red='' plain=''
fi
export BOLD=$bold DIM=$dim GREEN=$green PLAIN=$plain PYTHONIOENCODING=utf-8
export LC_ALL=C # a point in decimals

work=$(mktemp -d "${TMPDIR:-/tmp}/universal-worker-demo.XXXXXX")
log=$work/worker.log
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
quiet='' # whether commands and their answers are left out
step() { # TITLE [LABEL]: a heading, or where it is quiet the beginning of a line
    title=$1
    if [[ -z $quiet ]]; then printf '\n%s%s%s\n' "$blue" "$1" "$plain"; fi
}
heading() { printf '\n\n%s%s%s\n' "$bold" "$1" "$plain"; }
note() { [[ -n $quiet ]] || printf '  %s%s%s\n' "$dim" "$1" "$plain"; }
row() { [[ -z $quiet ]] || printf '  %s%-17s%s%s\n' "$dim" "$1" "$plain" "$2"; }
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
milliseconds() { awk -v s="$1" 'BEGIN { printf "%.1f ms", s * 1000 }'; }
seconds() { awk -v s="$1" 'BEGIN { printf "%.2f s", s }'; }

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
    [[ -n $quiet ]] || print_command curl "$@"
    request "$name" "$@" >"$work/$name.body" || :
    expect_status "$name" "$status"
}

# Prints an answer for people, and checks it: demo/answers.py has the functions.
answers() { # FUNCTION ARGUMENTS...
    QUIET=$quiet python3 "$root/Examples/demo/answers.py" "$@" 2>"$work/complaint" ||
        fail "$(tail -n 1 "$work/complaint")"
}
