/*
 * The templates of `universal-worker new` as parts of the binary: the files in Templates, and the headers for plugins.
 */
#ifndef CTEMPLATES_H
#define CTEMPLATES_H

#include <stddef.h>

/* A file of a template; all of it lives as long as the process. */
typedef struct ctemplates_file {
    const char *_Nonnull language; /* the folder of Templates */
    const char *_Nonnull path;     /* in the folder that is made */
    const char *_Nonnull text;     /* UTF-8 */
} ctemplates_file;

/* One file after the other; NULL behind the last. */
const ctemplates_file *_Nullable ctemplates_file_at(size_t index);

#endif
