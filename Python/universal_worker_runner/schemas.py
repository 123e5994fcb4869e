"""What bodies /execute and /execute_stream take: JSON Schemas of the plugin's methods, by their signatures.

They describe, and no call is checked by them. `inspect` is not imported for them: that takes longer than all this.
"""

from .docstrings import Docstring
from .hints import MISSING, Types, with_default
from .loading import has

POSITIONAL_ONLY, EITHER, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(5)  # as inspect has them
MOST_POSITIONS = 32  # beyond, it is not told how positions and names go together
ANYTHING = {
    "type": "object",
    "properties": {"args": {"type": "array"}, "kwargs": {"type": "object"}},
}


def bodies(plugin):
    """The schemas by path; none where there is nothing to say."""
    found = {}
    execute, stream = method(plugin, "execute"), method(plugin, "execute_stream")
    if execute is not None and not execute.is_mute:
        found["/execute"] = execute.body()
    if not has(plugin, "execute_stream"):
        return found  # the worker has it that a stream takes the same
    if stream is None:
        return dict(found, **{"/execute_stream": ANYTHING}) if found else found
    if stream.is_open and execute is not None and stream.module != execute.module:
        return found  # that of a base class, which hands on what it is given
    if found or not stream.is_mute:
        found["/execute_stream"] = stream.body()
    return found


def method(plugin, name):
    """A method of the plugin's; None where it has none, or one that does not tell its parameters."""
    try:
        return Method(getattr(plugin, name))
    except Exception:
        return None


class Parameter:
    """One of a function's parameters: a kind, and the schema of its values."""

    def __init__(self, name, kind, annotation, default):
        self.name = name
        self.kind = kind
        self.annotation = annotation
        self.default = default
        self.is_required = default is MISSING
        self.schema = {}

    def describe(self, types, description):
        schema = types.schema(self.annotation)
        if not self.is_required:
            schema = with_default(schema, self.default)
        self.schema = dict(schema, description=description) if description else schema


class Method:
    """What a method takes, and how the body of a request has it."""

    def __init__(self, called):
        function = unwrapped(getattr(called, "__func__", called))
        self.module = function.__module__
        docstring = Docstring(function.__doc__)
        self.summary = docstring.summary
        signature = getattr(function, "__signature__", None)
        parameters = list(compiled(function) if signature is None else declared(signature))
        if hasattr(called, "__func__") and parameters and parameters[0].kind < VAR_POSITIONAL:
            del parameters[0]  # self
        types = Types(getattr(function, "__globals__", {}))
        for one in parameters:
            one.describe(types, docstring.parameters.get(one.name))
        self.parameters = parameters
        kinds = [one.kind for one in parameters]
        self.is_open = kinds == [VAR_POSITIONAL, VAR_KEYWORD] and not any(
            one.schema for one in parameters
        )
        self.is_mute = self.is_open and not self.summary

    def of(self, *kinds):
        return [one for one in self.parameters if one.kind in kinds]

    def body(self):
        positions = self.of(POSITIONAL_ONLY, EITHER)
        args = {"type": "array"}
        if positions:
            args["prefixItems"] = [one.schema for one in positions]
        more = self.of(VAR_POSITIONAL)
        if not more:
            args["maxItems"] = len(positions)
        elif more[0].schema:
            args["items"] = more[0].schema
        named = self.of(EITHER, KEYWORD_ONLY)
        kwargs = {"type": "object"}
        if named:
            kwargs["properties"] = {one.name: one.schema for one in named}
        more = self.of(VAR_KEYWORD)
        if not more:
            kwargs["additionalProperties"] = False
        elif more[0].schema:
            kwargs["additionalProperties"] = more[0].schema
        body = {"type": "object", "properties": {"args": args, "kwargs": kwargs}}
        if self.summary:
            body["description"] = self.summary
        needed = required(self.of(KEYWORD_ONLY))
        if needed:
            kwargs["required"] = needed
            body["required"] = ["kwargs"]
        if 0 < len(positions) <= MOST_POSITIONS:
            body["anyOf"] = list(self.ways(positions))
        return body

    def ways(self, positions):
        """How many come by position, from none on: the others come by name, and none comes twice."""
        only = [one.is_required and one.kind == POSITIONAL_ONLY for one in positions]
        least = len(only) - only[::-1].index(True) if True in only else 0
        for count in range(least, len(positions) + 1):
            args, kwargs, members = {}, {}, []
            if count:
                args["minItems"] = count
                members.append("args")
            if count < len(positions) or not self.of(VAR_POSITIONAL):
                args["maxItems"] = count
            given = [one.name for one in positions[:count] if one.kind == EITHER]
            if given:
                kwargs["properties"] = {name: False for name in given}
            needed = required(positions[count:])
            if needed:
                kwargs["required"] = needed
                members.append("kwargs")
            way = {"properties": {"args": args, "kwargs": kwargs}}
            yield dict(way, required=members) if members else way


def required(parameters):
    return [one.name for one in parameters if one.is_required]


def unwrapped(function):
    """What `functools.wraps` says that a function stands for, up to one that has a signature of its own."""
    for _ in range(100):
        if hasattr(function, "__signature__") or not hasattr(function, "__wrapped__"):
            break
        function = function.__wrapped__
    return function


def compiled(function):
    """The parameters of a plain function."""
    code = function.__code__
    names, count = code.co_varnames, code.co_argcount
    end = count + code.co_kwonlyargcount
    defaults = dict(zip(names[:count][::-1], (function.__defaults__ or ())[::-1]))
    defaults.update(function.__kwdefaults__ or {})

    def parameter(name, kind):
        annotation = function.__annotations__.get(name, MISSING)
        return Parameter(name, kind, annotation, defaults.get(name, MISSING))

    for name in names[: code.co_posonlyargcount]:
        yield parameter(name, POSITIONAL_ONLY)
    for name in names[code.co_posonlyargcount : count]:
        yield parameter(name, EITHER)
    has_args = bool(code.co_flags & 4)
    if has_args:
        yield parameter(names[end], VAR_POSITIONAL)
    for name in names[count:end]:
        yield parameter(name, KEYWORD_ONLY)
    if code.co_flags & 8:
        yield parameter(names[end + has_args], VAR_KEYWORD)


def declared(signature):
    """The parameters of a signature that a decorator, or the author, has given a function."""
    for one in signature.parameters.values():
        given = [MISSING if value is one.empty else value for value in (one.annotation, one.default)]
        yield Parameter(one.name, int(one.kind), *given)
