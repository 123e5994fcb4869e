/*
 * The page that GET / and GET /docs show, as parts of the binary; nothing touches them until a browser asks.
 */
#include "cpage.h"

#pragma clang diagnostic ignored "-Wc23-extensions" /* #embed */

static const char document[] = {
#embed "files/page.html"
};

static const char style[] = {
#embed "files/page.css"
};

/* In the order in which they need each other; start.js comes last. */
static const char script[] = {
#embed "files/elements.js"
    ,
#embed "files/client.js"
    ,
#embed "files/values.js"
    ,
#embed "files/fields.js"
    ,
#embed "files/plots.js"
    ,
#embed "files/calls.js"
    ,
#embed "files/configuration.js"
    ,
#embed "files/output.js"
    ,
#embed "files/trial.js"
    ,
#embed "files/reference.js"
    ,
#embed "files/start.js"
};

const cpage_text cpage_document = {document, sizeof document};
const cpage_text cpage_style = {style, sizeof style};
const cpage_text cpage_script = {script, sizeof script};
