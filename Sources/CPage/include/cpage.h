/*
 * The page that GET / shows, as parts of the binary: the files in Sources/CPage/files.
 */
#ifndef CPAGE_H
#define CPAGE_H

#include <stddef.h>

/* A text in UTF-8, which lives as long as the process. */
typedef struct cpage_text {
    const char *_Nonnull bytes;
    size_t length;
} cpage_text;

extern const cpage_text cpage_document; /* page.html */
extern const cpage_text cpage_style;    /* page.css */
extern const cpage_text cpage_script;   /* the .js files one behind the other: one module */

#endif
