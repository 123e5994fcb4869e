// Whose command line it is: the worker's or Python's. docs/drop-in.md tells the rule in words.
#include "dropin.h"

DROPIN_BARE

/// Room for the longest word of the lists, which end in an empty one.
enum { LONGEST = 24 };

// The words that make a command line the worker's if it begins with one of them.
static const char firsts[][LONGEST] = {
    "--help", "-h", "--version", "-V", "--check-config", "",
};

// The worker's subcommands, which count under a name that does not begin with "python".
static const char subcommands[][LONGEST] = {"enable", "disable", "status", "new", "check", "probe", ""};

// Python's own options with two dashes. Of all others the worker is to say what is wrong with them.
static const char pythons[][LONGEST] = {
    "--", "--check-hash-based-pycs", "--help-all", "--help-env", "--help-xoptions", "",
};

static _Bool is_one_of(const char *word, const char (*list)[LONGEST]) {
    for (; **list != 0; list++)
        if (dropin_equal(word, *list)) return 1;
    return 0;
}

/// Whether an option with a value is there, as `--x y` or `--x=y`.
static _Bool has(const char *option, int count, char *const *arguments) {
    const unsigned long length = dropin_length(option);
    for (int index = 1; index < count; index++) {
        const char *word = arguments[index];
        if (dropin_begins(word, option) && (word[length] == 0 || word[length] == '=')) return 1;
    }
    return 0;
}

/// Whether the module of `-m` is a worker of the original's, such as cjm_substrate.core.worker.
static _Bool is_worker_module(const char *name) {
    const unsigned long length = dropin_length(name);
    return length >= 7 && dropin_equal(name + length - 7, ".worker");
}

_Bool clinux_is_for_worker(int count, char *const *arguments, const char *own, _Bool is_file) {
    const _Bool is_python = dropin_begins(dropin_name(own), "python");
    if (count < 2) return !is_python;
    const char *first = arguments[1];
    if (is_one_of(first, firsts)) return 1;
    if (dropin_begins(first, "-m")) {
        // Other programs have a --module too, torch.distributed.run for one, but no --class with it.
        const char *name = first[2] != 0 ? first + 2 : count > 2 ? arguments[2] : "";
        if (!has("--module", count, arguments)) return !is_python && is_worker_module(name);
        return is_worker_module(name) || has("--class", count, arguments);
    }
    if (dropin_begins(first, "--")) {
        if (dropin_equal(first, "--")) return 0; // a file follows
        return has("--module", count, arguments) || (!is_python && !is_one_of(first, pythons));
    }
    // `-`, `-c` and Python's other letters: what stands behind them is the program's.
    if (first[0] == '-' || is_python) return 0;
    // A file, or a mistyped subcommand, which is not to be looked for as a file.
    return is_one_of(first, subcommands) || !is_file;
}

DROPIN_BARE_END
