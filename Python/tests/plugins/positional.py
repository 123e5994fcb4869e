class Positional:
    def execute(self, a: int, b: str = "", /, c: int = 1):
        pass
