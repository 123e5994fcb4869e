#ifndef TRANSCRIBER_SHIM_H
#define TRANSCRIBER_SHIM_H

#include <pocketsphinx.h>
#include <sphinxbase/err.h>
#include <stdarg.h>
#include <stdio.h>

/* Takes one message of PocketSphinx; the text is valid until it returns. */
typedef void (*sphinx_log_sink)(err_lvl_t level, const char *_Nonnull text);

/* Forwards warnings and worse to the sink behind user_data (Swift defines no variadic function). */
static void sphinx_log_forward(void *user_data, err_lvl_t level, const char *format, ...) {
    if (level < ERR_WARN) return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ((sphinx_log_sink)user_data)(level, text);
}

/* Sends the messages of PocketSphinx to a sink, and none to stderr. */
static inline void sphinx_set_log_sink(sphinx_log_sink _Nonnull sink) {
    err_set_logfp(NULL);
    err_set_callback(sphinx_log_forward, (void *)sink);
}

#endif
