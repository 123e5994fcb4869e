#include "clinux.h"

#include <sys/auxv.h>

const char *clinux_executed_path(void) { return (const char *)getauxval(AT_EXECFN); }
