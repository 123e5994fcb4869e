import sys


class Plugin:
    def execute(self):
        return sorted(sys.modules)
