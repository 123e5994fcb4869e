#include "clinux.h"
typedef int clinux_is_compiled;
