"""Prints the worker's answers for people, and checks them: answers.py FUNCTION ARGUMENTS...

An answer comes on stdin. Ends with 1 and a line on stderr if it is not what was expected.
"""

import json
import os
import sys
import textwrap
import time

bold, dim, green, plain = (os.environ[name] for name in ("BOLD", "DIM", "GREEN", "PLAIN"))
quiet = bool(os.environ.get("QUIET"))


def say(*texts):
    if not quiet:
        print(*texts, flush=True)


def layout(value, indent=2, label=""):
    """JSON for people: on one line, or filled lines, or a line for each member."""
    room, margin = 76 - indent, " " * indent
    flat = label + json.dumps(value, ensure_ascii=False)
    if len(flat) <= room:
        return flat
    if not isinstance(value, dict):
        return f"\n{margin}  ".join(textwrap.wrap(flat, room - 2, break_on_hyphens=False))
    members = [
        f"{json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}" for key, item in value.items()
    ]
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
    """An object, of which members are checked: KEY=JSON."""
    value = json.load(sys.stdin)
    say("  " + layout({key: rounded(item) for key, item in value.items()}))
    for check in checks:
        key, _, wanted = check.partition("=")
        expect(key, value.get(key), json.loads(wanted))


def transcript(wanted):
    """The words of a recording, and when they were said."""
    value = json.load(sys.stdin)
    width, length = 40, value["duration"]
    say(f"  {bold}{value['text']}{plain}\n")
    say(
        f"  {dim}{'word':10}{'from':>6}{'to':>7}{'sure':>7}   when, in {length:.2f} s of audio{plain}"
    )
    for word in value["segments"]:
        first, last = (round(word[key] / length * width) for key in ("start", "end"))
        middle = f"{green}{'=' * max(last - first, 1)}{plain}"
        bar = f"{'.' * first}{middle}{'.' * (width - max(last, first + 1))}"
        times = f"{word['start']:5.2f}s{word['end']:6.2f}s"
        say(f"  {word['word']:10}{times}{word['probability']:7.0%}   {bar}")
    expect("the text", value["text"], wanted)
    expect("the words", " ".join(word["word"] for word in value["segments"]), wanted)


def stream(wanted, begin):
    """The lines of a stream as they come, and when."""
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


def tree(root):
    """The numbers of a process and its descendants."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            pass  # it has ended meanwhile
    found = [int(root)]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def processes(root):
    """The numbers, then MiB of RSS and of PSS, which counts a shared page by its share."""
    kib = {"Rss:": 0, "Pss:": 0}
    found = tree(root)
    for pid in found:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                key, *rest = line.split()
                if key in kib:
                    kib[key] += int(rest[0])
    print(",".join(map(str, found)), *(f"{value / 1024:.0f}" for value in kib.values()))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
