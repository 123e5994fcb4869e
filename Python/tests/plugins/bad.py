import sys
print("importing")
class Bad:
    def __init__(self): raise RuntimeError("no such luck")
class Silent:
    def __init__(self): raise RuntimeError
class Exits:
    def __init__(self): sys.exit(5)
