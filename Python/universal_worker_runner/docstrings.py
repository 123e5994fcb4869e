"""What a docstring says: its first paragraph, and of parameters what Google's, NumPy's and Sphinx's styles have."""

LONGEST = 1000  # characters of a description


class Docstring:
    def __init__(self, text):
        lines = text.expandtabs().splitlines() if isinstance(text, str) else []
        lines = [line.rstrip() for line in lines]
        while lines and not lines[0]:
            del lines[0]
        rest = (n for n, line in enumerate(lines) if not line or line.lstrip().startswith(":"))
        end = next(rest, len(lines))
        self.summary = joined(lines[:end])
        self.parameters = {}
        for number in range(end, len(lines)):
            name, text = parameter(lines[number])
            if name:
                below = lines[number + 1 :]
                within = indent(lines[number])
                last = next((n for n, line in enumerate(below) if indent(line) <= within), len(below))
                self.parameters.setdefault(name, joined([text] + below[:last]))


def parameter(line):
    """The name and the text of `:param type name: text`, `name (type): text`, or NumPy's `name : type`."""
    head, colon, text = line.strip().partition(": ")
    if not colon and line.endswith(":"):
        head, colon = line.strip()[:-1], ":"
    words = head.split()
    if not colon or not words:
        return None, ""
    if words[0] == ":param":
        return words[-1], text
    name = words[0].lstrip("*")
    if not name.isidentifier() or len(words) > 1 and not words[1].startswith("("):
        return None, ""
    return name, "" if head.endswith(" ") else text


def indent(line):
    return len(line) - len(line.lstrip()) if line else -1


def joined(lines):
    return " ".join(" ".join(lines).split())[:LONGEST]
