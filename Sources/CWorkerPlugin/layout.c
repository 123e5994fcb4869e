/* Compiles the ABI header as C, so that its layout assertions are checked in every build. */
#include "universal_worker_plugin.h"

/* A translation unit must declare something. */
typedef uw_plugin_entry_fn uw_layout_is_checked;
