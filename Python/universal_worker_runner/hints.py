"""JSON Schemas of annotations; {} where a type says nothing of JSON, or cannot be told.

Nothing is imported for them: what an annotation is made of has been imported by the plugin.
"""

import sys

from . import encoding

MISSING = object()  # no annotation, no default
DEEPEST = 8  # types within types
MOST = 500  # types of one method
LONGEST = 1000  # characters of an annotation or a default
SIMPLE = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
ARRAYS = (list, set, frozenset, tuple)


class Types:
    """Makes the schemas of one method, whose module is the scope of its annotations."""

    def __init__(self, scope):
        self.scope = scope
        self.left = MOST
        self.within = []  # records in which we are

    def schema(self, hint, scope=None, depth=0):
        self.left -= 1
        if hint is MISSING or self.left < 0 or depth > DEEPEST:
            return {}
        scope = self.scope if scope is None else scope
        try:
            return self.of(evaluated(hint, scope), lambda one: self.schema(one, scope, depth + 1), depth)
        except Exception:
            return {}

    def of(self, hint, inner, depth):
        if hint is None:
            return {"type": "null"}
        if isinstance(hint, type) and hint in SIMPLE:
            return {"type": SIMPLE[hint]}
        if hasattr(hint, "__supertype__"):  # of NewType
            return inner(hint.__supertype__)
        origin = getattr(hint, "__origin__", hint)
        arguments = getattr(hint, "__args__", None) or ()
        form = getattr(origin, "_name", None)  # of typing's own
        if hasattr(hint, "__metadata__"):  # of Annotated
            return inner(origin)
        if form in ("Required", "NotRequired", "ReadOnly"):
            return inner(arguments[0])
        if form == "Union" or type(hint).__name__ == "UnionType":
            return union([inner(one) for one in arguments])
        if form == "Literal":
            return enumeration(arguments)
        if origin in ARRAYS:
            return array(origin, arguments, inner)
        if origin is dict:
            values = inner(arguments[1]) if len(arguments) == 2 else {}
            return dict({"type": "object"}, **({"additionalProperties": values} if values else {}))
        enum = sys.modules.get("enum")
        if enum and isinstance(hint, enum.EnumMeta):
            return {} if issubclass(hint, enum.Flag) else enumeration([one.value for one in hint])
        if not isinstance(origin, type):
            return {}
        if origin in self.within:  # a record in itself is not told again
            return {"type": "object"}
        self.within.append(origin)
        try:
            return self.record(origin, depth)
        finally:
            self.within.pop()

    def record(self, cls, depth):
        """A dataclass or a TypedDict: an object with members."""
        scope = getattr(sys.modules.get(cls.__module__), "__dict__", {})
        members, needed = {}, []
        if hasattr(cls, "__dataclass_fields__"):
            dataclasses = sys.modules["dataclasses"]
            for field in dataclasses.fields(cls):
                if not field.init:
                    continue
                members[field.name] = self.schema(field.type, scope, depth + 1)
                if field.default is not dataclasses.MISSING:
                    members[field.name] = with_default(members[field.name], field.default)
                elif field.default_factory is dataclasses.MISSING:
                    needed.append(field.name)
        elif issubclass(cls, dict) and hasattr(cls, "__total__"):
            hints = cls.__annotations__
            members = {name: self.schema(hint, scope, depth + 1) for name, hint in hints.items()}
            keys = getattr(cls, "__required_keys__", hints if cls.__total__ else ())
            needed = [name for name in hints if name in keys]
        else:
            return {}
        schema = {"type": "object", "properties": members}
        return dict(schema, required=needed) if needed else schema


def evaluated(hint, scope):
    """An annotation; one that is a text, as after `from __future__ import annotations`, as what it means."""
    hint = getattr(hint, "__forward_arg__", hint)
    if not isinstance(hint, str):
        return hint
    return eval(hint, scope, {}) if len(hint) <= LONGEST else MISSING


def array(origin, arguments, inner):
    schema = {"type": "array"}
    if not arguments or arguments == ((),):  # tuple[()] before Python 3.11
        return schema
    if origin is tuple and arguments[-1] is not Ellipsis:
        count = len(arguments)
        items = [inner(one) for one in arguments]
        return dict(schema, prefixItems=items, minItems=count, maxItems=count)
    items = inner(arguments[0])
    return dict(schema, items=items) if items else schema


def enumeration(values):
    """One of these, if JSON has them all."""
    is_json = values and all(type(one) in SIMPLE for one in values)
    return {"enum": list(values)} if is_json else {}


def union(schemas):
    """One of several; those that are only a type become one."""
    if {} in schemas:
        return {}
    types, others = [], []
    for one in schemas:
        if list(one) != ["type"]:
            others.append(one)
        elif isinstance(one["type"], str):
            types.append(one["type"])
        else:
            types.extend(one["type"])
    types = list(dict.fromkeys(types))
    if types:
        others.append({"type": types[0] if len(types) == 1 else types})
    return others[0] if len(others) == 1 else {"anyOf": others}


def takes_null(schema):
    if "anyOf" in schema:
        return any(takes_null(one) for one in schema["anyOf"])
    return not schema or "null" in schema.get("type", ()) or None in schema.get("enum", ())


def with_default(schema, value):
    """The schema of what may be left out, with the value that it has then, if JSON has that."""
    enum = sys.modules.get("enum")
    if enum and isinstance(value, enum.Enum):
        value = value.value
    if value is None and not takes_null(schema):
        schema = union([schema, {"type": "null"}])
    try:
        is_short = len(encoding.strict(value)) <= LONGEST
    except Exception:  # no JSON
        return schema
    return dict(schema, default=value) if is_short else schema
