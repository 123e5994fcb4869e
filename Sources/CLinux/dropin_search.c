// Where the Python is that the binary stands for.
#define _GNU_SOURCE
#include "dropin.h"

#include <dirent.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

DROPIN_BARE

/// Marks every build of the worker, at the beginning of its file: a copy of the binary is not to be
/// taken for a Python, or two copies would execute each other for ever.
static const struct {
    uint32_t name_size, content_size, type;
    char name[20];
} mark __attribute__((used, retain, aligned(4), section(".note.universal_worker"))) = {
    17, 0, 1, "universal-worker"};

/// How much of a file's beginning has the mark in it, if there is one.
enum { MARKED = 4096 };

/// Room for a key or a name in the lists, which end in an empty one.
enum { ROOM = 16 };

/// How much of a pyvenv.cfg is read; they have some 300 bytes.
enum { CONFIGURATION = 8192 };

/// How many environments may be made from one another; a circle of them must end.
enum { DEEPEST = 4 };

static _Bool find(const char *own, dropin_path *found, int depth);

/// Reads a file's beginning; how many bytes it has, 0 where it cannot be read.
static long read_beginning(const char *path, void *bytes, unsigned long room) {
    const int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    if (file < 0) return 0;
    const long count = syscall(SYS_pread64, file, bytes, room, 0L);
    (void)syscall(SYS_close, file);
    return count < 0 ? 0 : count;
}

_Bool clinux_is_worker_binary(const char *path) {
    uint32_t words[MARKED / 4];
    const uint32_t *const sought = (const uint32_t *)(const void *)&mark;
    const long count = read_beginning(path, words, sizeof words) / 4;
    const long size = sizeof mark / 4;
    for (long start = 0; start + size <= count; start++) {
        long index = 0;
        while (index < size && words[start + index] == sought[index]) index++;
        if (index == size) return 1;
    }
    return 0;
}

static _Bool status_of(const char *path, struct stat *status) {
    return syscall(SYS_newfstatat, AT_FDCWD, path, status, 0) == 0;
}

/// Whether a path leads to a program that is no worker's.
static _Bool is_python(const char *path, const struct stat *own) {
    struct stat status;
    if (!status_of(path, &status) || !S_ISREG(status.st_mode)) return 0;
    if (status.st_dev == own->st_dev && status.st_ino == own->st_ino) return 0;
    return syscall(SYS_faccessat, AT_FDCWD, path, X_OK) == 0 && !clinux_is_worker_binary(path);
}

/// Puts a path together from a folder, some bytes that need no end, and a name; false if it is too long.
static _Bool join(dropin_path *path, const char *folder, unsigned long length, const char *name) {
    const unsigned long more = dropin_length(name);
    if (length + 1 + more >= sizeof path->text) return 0;
    char *end = path->text;
    for (unsigned long index = 0; index < length; index++) *end++ = folder[index];
    if (more > 0) *end++ = '/';
    for (unsigned long index = 0; index <= more; index++) *end++ = name[index];
    return 1;
}

// --- The newest pythonX.Y of a folder

/// The number behind "python3." and nothing else; -1 for other names.
static int minor_version(const char *name) {
    if (!dropin_begins(name, "python3.") || name[8] == 0) return -1;
    int number = 0;
    for (name += 8; *name != 0; name++) {
        if (*name < '0' || *name > '9' || number > 999) return -1;
        number = 10 * number + (*name - '0');
    }
    return number;
}

/// Numerically: conda has a python3.1 for 3.10 and later.
static _Bool find_newest(
    const char *folder, unsigned long length, const struct stat *own, dropin_path *found) {
    dropin_path path;
    if (!join(&path, folder, length, "")) return 0;
    const int list = (int)syscall(
        SYS_openat, AT_FDCWD, path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (list < 0) return 0;
    char bytes[4096] __attribute__((aligned(8)));
    int newest = -1;
    long count;
    while ((count = syscall(SYS_getdents64, list, bytes, sizeof bytes)) > 0) {
        for (long place = 0; place < count;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(bytes + place);
            place += entry->d_reclen;
            const int version = minor_version(entry->d_name);
            if (version <= newest || !join(&path, folder, length, entry->d_name)) continue;
            if (!is_python(path.text, own)) continue;
            newest = version;
            (void)join(found, folder, length, entry->d_name);
        }
    }
    (void)syscall(SYS_close, list);
    return newest >= 0;
}

// --- pyvenv.cfg, where every kind of virtual environment says what it was made from

typedef struct {
    const char *text;
    unsigned long length;
} span;

/// The value of a key: what stands behind `key =` on a line of its own, without white space around it.
static span value_of(const char *key, const char *text) {
    while (*text != 0) {
        const char *line = text;
        while (*text != 0 && *text != '\n') text++;
        const char *end = text;
        if (*text != 0) text++;
        if (!dropin_begins(line, key)) continue;
        line += dropin_length(key);
        while (line < end && (*line == ' ' || *line == '\t')) line++;
        if (line == end || *line++ != '=') continue;
        while (line < end && (*line == ' ' || *line == '\t')) line++;
        while (line < end && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')) end--;
        return (span){line, (unsigned long)(end - line)};
    }
    return (span){NULL, 0};
}

/// Finds the base of an environment: venv says `executable` (from 3.11 on), virtualenv
/// `base-executable`, and all say `home`, the folder of it.
static _Bool find_base(
    const char *text, const struct stat *own, dropin_path *found, int depth) {
    static const char executables[][ROOM] = {"executable", "base-executable", ""};
    for (const char(*key)[ROOM] = executables; **key != 0; key++) {
        const span path = value_of(*key, text);
        if (path.length > 0 && join(found, path.text, path.length, "")
            && is_python(found->text, own))
            return 1;
    }
    const span home = value_of("home", text);
    if (home.length == 0) return 0;
    static const char versions[][ROOM] = {"version", "version_info", ""};
    for (const char(*key)[ROOM] = versions; **key != 0; key++) {
        const span version = value_of(*key, text);
        // "3.12.1", "3.12.1.final.0": the home may have several Pythons.
        char name[16] = "python";
        unsigned long length = 0, dots = 0;
        while (length < version.length && length < 8) {
            dots += version.text[length] == '.';
            if (dots == 2) break;
            name[6 + length] = version.text[length];
            length++;
        }
        if (length > 0 && join(found, home.text, home.length, name)
            && is_python(found->text, own))
            return 1;
    }
    static const char names[][ROOM] = {"python3", "python", ""};
    for (const char(*name)[ROOM] = names; **name != 0; name++)
        if (join(found, home.text, home.length, *name) && is_python(found->text, own)) return 1;
    // An environment that was made by one whose Python is a worker's binary: what that stands for.
    for (const char(*name)[ROOM] = names; depth < DEEPEST && **name != 0; name++) {
        dropin_path base;
        if (join(&base, home.text, home.length, *name) && clinux_is_worker_binary(base.text)
            && find(base.text, found, depth + 1))
            return 1;
    }
    return 0;
}

// --- The search

static _Bool find(const char *own, dropin_path *found, int depth) {
    struct stat status;
    if (!status_of(own, &status)) return 0;
    const char *folder = own;
    unsigned long length = (unsigned long)(dropin_name(own) - own);
    if (length > 1) length--; // the slash, but not that of the root
    if (length == 0) {
        folder = ".";
        length = 1;
    }
    static const char names[][ROOM] = {"python", "python3", ""};
    for (const char(*name)[ROOM] = names; **name != 0; name++)
        if (join(found, folder, length, *name) && is_python(found->text, &status)) return 1;
    static const char configurations[][ROOM] = {"pyvenv.cfg", "../pyvenv.cfg", ""};
    for (const char(*name)[ROOM] = configurations; **name != 0; name++) {
        char text[CONFIGURATION];
        if (!join(found, folder, length, *name)) continue;
        const long count = read_beginning(found->text, text, sizeof text - 1);
        text[count] = 0;
        if (find_base(text, &status, found, depth)) return 1;
    }
    return find_newest(folder, length, &status, found);
}

_Bool dropin_find(const char *own, dropin_path *found) { return find(own, found, 0); }

_Bool clinux_stands_for_python(const char *path) {
    dropin_path found;
    return dropin_find(path, &found);
}

DROPIN_BARE_END
