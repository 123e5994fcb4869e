import universal_worker


class Plugin:
    def execute(self):
        return universal_worker.own
