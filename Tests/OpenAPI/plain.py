"""A plugin that takes whatever it is given."""


class Plain:
    name = "Plain"
    version = "1.0"

    def initialize(self, config):
        pass

    def execute(self, *args, **kwargs):
        return {"args": args, "kwargs": kwargs}

    def execute_stream(self, *args, **kwargs):
        yield from args

    def get_config_schema(self):
        return {"description": "Anything", "$defs": {"unused": {"type": "string"}}}

    def get_current_config(self):
        return {}
