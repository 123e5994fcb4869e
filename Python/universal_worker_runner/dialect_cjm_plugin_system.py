"""cjm-plugin-system after 0.0.28."""

from . import cjm


class PluginSystem(cjm.Dialect):
    package = "cjm_plugin_system"
    cancelled_error = "PluginCancelledError"
    name_argument = "plugin_name"
    no_monitor = "Plugin %r is not a MonitorPlugin (no %s method)."


def dialect():
    return PluginSystem()
