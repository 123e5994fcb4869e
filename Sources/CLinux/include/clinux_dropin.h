// The binary in the place of an environment's Python, or beside it: docs/drop-in.md.
#ifndef CLINUX_DROPIN_H
#define CLINUX_DROPIN_H

/// Whether a command line is the worker's, and not Python's.
///
/// `own` is the path by which the process was started. `is_file` says whether the first argument
/// leads to something. A pure function.
_Bool clinux_is_for_worker(
    int count, char *_Nullable const *_Nonnull arguments, const char *_Nonnull own, _Bool is_file);

/// Whether a file is a worker's binary of any version: this one, a copy, or another build.
_Bool clinux_is_worker_binary(const char *_Nonnull path);

/// Whether a worker's binary under this path has a Python that it can stand for.
_Bool clinux_stands_for_python(const char *_Nonnull path);

#endif
