#include "plugin_guard.h"
