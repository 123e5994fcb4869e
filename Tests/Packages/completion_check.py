"""Completions in real shells: what is typed into bash, zsh and fish on a terminal, and what they make of it.

What is expected comes from the binary's --help. `universal-worker` is a function that prints its arguments, so that
a line is judged by what a command would get.
"""

import argparse
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
READY = "ready-for-more"
# bash and zsh insert all matches for ^X; fish lists them for complete -C.
SETUP = {
    "bash": r"""PS1='ready-''for-more '; bind 'set enable-bracketed-paste off' 'set bell-style none'
bind '"\C-x": insert-completions'; universal-worker() { printf '<%s>' "$@"; echo; }; source FILE""",
    "zsh": r"""PROMPT='ready-''for-more '; unsetopt prompt_sp prompt_cr; unset zle_bracketed_paste; fpath=(FOLDER $fpath)
autoload -Uz compinit _all_matches _generic; compinit -u -D
universal-worker() { printf '<%s>' "$@"; echo; }
zle -C all complete-word _generic; bindkey '^X' all; zstyle ':completion:all::::' completer _all_matches _complete
zstyle ':completion:all:*' insert true; LISTMAX=1000; setopt no_list_ambiguous no_auto_list""",
}


def expect(true: bool, what: object) -> None:
    if not true:
        raise SystemExit(f"FAILED {what}")


class Terminal:
    """A shell on a pseudo-terminal, at its prompt."""

    def __init__(self, shell: str, script: Path, folder: Path) -> None:
        self.seen = ""
        command = {"bash": ["bash", "--noprofile", "--norc", "-i"], "zsh": ["zsh", "-f", "-i"]}[shell]
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, environment)
        setup = folder / f"setup.{shell}"
        setup.write_text(SETUP[shell].replace("FILE", str(script)).replace("FOLDER", str(script.parent)))
        self.read(r"[$#%] (\x1b\S*)?$")
        self.type(f". {setup}\r")

    def read(self, end: str) -> str:
        """What comes until it ends with a pattern."""
        stop = time.monotonic() + PATIENCE
        text = ""
        while not re.search(end, text):
            expect(time.monotonic() < stop, f"no {end!r} in what the shell shows: {text!r}")
            if select.select([self.descriptor], [], [], 1)[0]:
                text += os.read(self.descriptor, 65536).decode(errors="replace")
        return text

    def type(self, text: str) -> str:
        os.write(self.descriptor, text.encode())
        return self.read(f"{READY} $")

    def arguments(self, line: str) -> list[str]:
        """What the command gets."""
        shown = self.type(line + "\r").replace("\r", "").replace("\n", "")
        found = re.search(rf"((?:<[^<>]*>)+){READY} $", shown)
        expect(found is not None, f"{line!r} shows {shown!r}")
        return re.findall("<([^<>]*)>", found[1])

    def close(self) -> None:
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)


class Fish:
    """Its engine, asked for what it would show."""

    def __init__(self, script: Path, folder: Path) -> None:
        self.script, self.folder = script, folder

    def matches(self, line: str) -> list[str]:
        ask = f"source {self.script}; complete -C {line!r}"
        done = subprocess.run(
            ["fish", "--no-config", "-c", ask], cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
        )
        expect(done.returncode == 0 and not done.stderr, f"fish on {line!r}: {done.stderr}")
        return [row.split("\t")[0] for row in done.stdout.splitlines()]


def table(help_text: str) -> tuple[list[str], dict[str, str]]:
    """The options of --help, and the subcommands with what follows them."""
    rows, instead = (
        [line.split("  ")[0] for line in re.findall(r"^  (\S.*)$", part, re.MULTILINE)]
        for part in help_text.split("\nInstead of all that:\n")
    )
    options = [name for row in rows if row.startswith("-") for name in re.findall(r"(?:^|, )(-[-\w]+)", row)]
    return options, {word: rest for word, _, rest in (row.partition(" ") for row in instead)}


# What is typed, and what can follow; None for the names of all options that begin so.
WORDS = {
    "--log-level ": ["error", "warning", "info", "debug"],
    "--log-level d": ["debug"],
    "--log-format ": ["text", "json", "journal"],
    "--log-format=jo": ["journal"],
    "--port 0 --on-crash ": ["restart", "exit"],
    "--module ./pl": ["./plugins", "./plugin one.so"],
    "--module=./plugin\\ ": ["./plugin one.so"],
    "--python plugins/": ["plugins/x.py"],
    "--max-b": None,
    "--class X --log-": None,
    "probe --": ["--ready", "--timeout", "--token-file"],
    "probe unix:plugins/": ["unix:plugins/x.py"],
    "check plugins/": ["plugins/x.py"],
    "new x --language ": ["c", "cpp", "swift", "rust", "python"],
    "new x --": ["--language", "--sdk"],
    "enable ": [],
}


def cases(options: list[str], subcommands: dict[str, str]) -> dict[str, list[str]]:
    found = {"": list(subcommands), "--": [name for name in options if name.startswith("--")]}
    for line, words in WORDS.items():
        first = line.partition(" ")[0]
        if not first.startswith("-") and first not in subcommands:
            continue
        last = line.rpartition(" ")[2]
        if words is None:
            words = [name for name in options if name.startswith(last)]
        elif first == "probe" and last == "--":
            words = [word for word in words if word in subcommands["probe"]]
        found[line] = words
    return found


def plain(line: str, words: list[str]) -> list[str]:
    """The last words of a line, as a command gets them: `--x=y` begins with what was typed of it."""
    last = line.replace("\\ ", "_").rpartition(" ")[2]
    if not words:
        return [last] if last else []
    prefix = last[: last.index("=") + 1] if "=" in last else ""
    return sorted(prefix + word for word in words)


def check_terminal(shell: str, script: Path, folder: Path, expected: dict[str, list[str]]) -> None:
    terminal = Terminal(shell, script, folder)
    try:
        for line, words in expected.items():
            typed = len(line.replace("\\ ", "_").rpartition(" ")[0].split())
            key = "\t" if len(words) == 1 else "\x18"
            got = terminal.arguments(f"universal-worker {line}{key} end")
            expect(got[-1] == "end", f"{shell}: {line!r}: {got}")
            wanted = plain(line, words)
            # Shells may show a folder with a slash behind it.
            last = sorted(word.rstrip("/") for word in got[typed:-1])
            expect(last == wanted, f"{shell}: {line!r} becomes {last}, not {wanted}")
    finally:
        terminal.close()


def check_fish(script: Path, folder: Path, expected: dict[str, list[str]]) -> None:
    fish = Fish(script, folder)
    for line, words in expected.items():
        got = sorted(word.rstrip("/") for word in fish.matches(f"universal-worker {line}"))
        wanted = plain(line, words)
        expect(got == wanted, f"fish: {line!r} has {got}, not {wanted}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", type=Path, default=ROOT / ".build/release/universal-worker")
    parser.add_argument("--files", type=Path, default=ROOT / ".build/manual", help="where the completions are")
    given = parser.parse_args()
    help_text = subprocess.run([given.worker, "--help"], capture_output=True, text=True, check=True).stdout
    options, subcommands = table(help_text)
    expected = cases(options, subcommands)
    files = given.files.resolve()
    with tempfile.TemporaryDirectory(prefix="uw-completion-") as name:
        folder = Path(name)
        (folder / "plugins").mkdir()
        (folder / "plugins/x.py").touch()
        (folder / "plugin one.so").touch()
        scripts = {"bash": "universal-worker", "zsh": "_universal-worker", "fish": "universal-worker.fish"}
        for shell, script in scripts.items():
            if not shutil.which(shell):
                print(f"skipped: there is no {shell}")
                continue
            if shell == "fish":
                check_fish(files / script, folder, expected)
            else:
                # Options begin with a dash; bash shows them without one as well.
                more = {"": [*subcommands, *options]} if shell == "bash" else {}
                check_terminal(shell, files / script, folder, expected | more)
            print(f"ok   {shell} completes {len(expected)} lines as --help has it")


if __name__ == "__main__":
    main()
