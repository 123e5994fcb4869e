#ifndef PLUGIN_GUARD_H
#define PLUGIN_GUARD_H
#include <universal_worker_plugin.h>
#endif
