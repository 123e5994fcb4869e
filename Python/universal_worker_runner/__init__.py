"""Runs one Python plugin for Universal Worker; docs/process-plugins.md is the protocol."""

PROTOCOL = 1
