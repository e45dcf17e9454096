"""JSON Schema (draft-07) compiled to Python source: does a value fit, yes or no, fast.

The judgement is that of jsonschema's Draft7Validator without format checks; a property test holds
the two together. Why a value does not fit is told by `checks.explain`.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from syncata.expressions import pattern_of
from syncata.mapping.rare_keywords import RARE, among, same

Fits = Callable[[Any], bool]
Schema = dict[str, Any] | bool

MAX_NESTING = 6  # deeper parts become functions of their own: Python bounds nested blocks
_KINDS = ("string", "object", "array", "null", "boolean", "number")
_TESTS = {
    "string": "isinstance({0}, str)",
    "object": "isinstance({0}, dict)",
    "array": "isinstance({0}, list)",
    "null": "{0} is None",
    "boolean": "({0} is True or {0} is False)",
    "number": "isinstance({0}, (int, float)) and {0} is not True and {0} is not False",
}


def contract(schema: Schema) -> Fits:
    """A function that tells whether a value fits `schema`.

    Raises ValueError for a schema that cannot be compiled: a reference to another file, a pattern
    that is no regular expression.
    """
    compiler = _Compiler(schema)
    name = compiler.function(schema)
    return compiler.finish(name)


class _Compiler:
    """Writes one Python function per (referenced or deeply nested) schema."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._lines: list[str] = []
        self._constants: dict[str, Any] = {"MISSING": object(), "same": same}
        self._functions: dict[str, str] = {}
        self._count = 0

    def finish(self, name: str) -> Fits:
        source = "\n".join(self._lines)
        # The source holds names made here and constants only: no text of the schema is in it.
        exec(compile(source, "<contract>", "exec"), self._constants)  # noqa: S102
        fits: Fits = self._constants[name]
        return fits

    def function(self, schema: Schema) -> str:
        """Write a function for a schema; its name."""
        name = self._fresh("fits")
        body = [*self._checks(schema, "v", 0), "return True"]
        self._lines += [f"def {name}(v):", *_indented(body)]
        return name

    def compiled(self, schema: Schema) -> Fits:
        """A function that is known only once all source is written."""
        name = self.function(schema)
        constants = self._constants
        return lambda value: bool(constants[name](value))

    def _fresh(self, stem: str) -> str:
        self._count += 1
        return f"{stem}{self._count}"

    def _constant(self, value: Any) -> str:
        name = self._fresh("c")
        self._constants[name] = value
        return name

    def _nested(self, schema: Schema, variable: str, depth: int) -> list[str]:
        """Checks of a part; in a function of its own where the nesting gets deep."""
        if depth < MAX_NESTING:
            return self._checks(schema, variable, depth + 1)
        return [f"if not {self.function(schema)}({variable}): return False"]

    def _checks(self, schema: Schema, variable: str, depth: int) -> list[str]:
        if isinstance(schema, bool):
            return [] if schema else ["return False"]
        if "$ref" in schema:  # in draft-07 what stands beside a reference has no meaning
            return [f"if not {self._referenced(schema['$ref'])}({variable}): return False"]
        lines = self._by_kind(schema, variable, depth)
        lines += list(self._choices(schema, variable))
        for keyword, compile_keyword in RARE.items():
            if keyword in schema and not _usual(keyword, schema[keyword]):
                check = self._constant(compile_keyword(schema, self.compiled))
                lines.append(f"if not {check}({variable}): return False")
        return lines

    def _referenced(self, reference: str) -> str:
        if reference not in self._functions:
            target = _resolved(self._root, reference)
            name = self._functions[reference] = self._fresh("ref")
            written = self.function(target)
            self._lines.append(f"{name} = {written}")
        return self._functions[reference]

    def _by_kind(self, schema: dict[str, Any], variable: str, depth: int) -> list[str]:
        """What depends on the value's type, as a chain of `if`s or one test."""
        types = _types(schema)
        allowed = [k for k in _KINDS if types is None or k in types]
        bodies = {kind: self._of_kind(kind, schema, variable, depth) for kind in allowed}
        if types is not None and "integer" in types and "number" not in types:
            fraction = f"isinstance({variable}, float) and not {variable}.is_integer()"
            numeric = self._of_kind("number", schema, variable, depth)
            allowed = [*allowed, "number"]
            bodies["number"] = [f"if {fraction}: return False", *numeric]
        if types is not None and len(allowed) == 1:
            only = allowed[0]
            return [f"if not ({_TESTS[only].format(variable)}): return False", *bodies[only]]
        lines: list[str] = []
        for kind in allowed:
            if types is not None or bodies[kind]:
                word = "elif" if lines else "if"
                test = _TESTS[kind].format(variable)
                lines += [f"{word} {test}:", *_indented(bodies[kind] or ["pass"])]
        return [*lines, "else: return False"] if types is not None and lines else lines

    def _of_kind(self, kind: str, schema: dict[str, Any], v: str, depth: int) -> list[str]:
        if kind == "string":
            return list(self._string(schema, v))
        if kind == "number":
            return list(_number(schema, v))
        if kind == "array":
            return list(self._array(schema, v, depth))
        return list(self._object(schema, v, depth)) if kind == "object" else []

    def _string(self, schema: dict[str, Any], v: str) -> Iterator[str]:
        if "minLength" in schema:
            yield f"if len({v}) < {schema['minLength']!r}: return False"
        if "maxLength" in schema:
            yield f"if len({v}) > {schema['maxLength']!r}: return False"
        if "pattern" in schema:
            found = self._constant(pattern_of(schema["pattern"]).found_in)
            yield f"if not {found}({v}): return False"

    def _array(self, schema: dict[str, Any], v: str, depth: int) -> Iterator[str]:
        if "minItems" in schema:
            yield f"if len({v}) < {schema['minItems']!r}: return False"
        if "maxItems" in schema:
            yield f"if len({v}) > {schema['maxItems']!r}: return False"
        items = schema.get("items", True)
        if isinstance(items, dict | bool) and items is not True:
            item = self._fresh("i")
            checks = self._nested(items, item, depth)
            if checks:
                yield f"for {item} in {v}:"
                yield from _indented(checks)

    def _object(self, schema: dict[str, Any], v: str, depth: int) -> Iterator[str]:
        required = schema.get("required", [])
        for name in required:
            yield f"if {name!r} not in {v}: return False"
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is False and "patternProperties" not in schema:
            yield f"if not {v}.keys() <= {self._constant(frozenset(properties))}: return False"
        for name, part in properties.items():
            member = self._fresh("m")
            checks = self._nested(part, member, depth)
            if not checks:
                continue
            if name in required:
                yield from (f"{member} = {v}[{name!r}]", *checks)
            else:
                yield f"{member} = {v}.get({name!r}, MISSING)"
                yield f"if {member} is not MISSING:"
                yield from _indented(checks)

    def _choices(self, schema: dict[str, Any], v: str) -> Iterator[str]:
        if "enum" in schema:
            values = schema["enum"]
            if schema.get("type") == "string" and all(isinstance(x, str) for x in values):
                yield f"if {v} not in {self._constant(frozenset(values))}: return False"
            else:
                yield f"if not {self._constant(among(values))}({v}): return False"
        if "const" in schema:
            yield f"if not same({v}, {self._constant(schema['const'])}): return False"
        for part in schema.get("allOf", ()):
            yield f"if not {self.function(part)}({v}): return False"
        if "anyOf" in schema:
            tests = " or ".join(f"{self.function(part)}({v})" for part in schema["anyOf"])
            yield f"if not ({tests}): return False"


def _usual(keyword: str, value: Any) -> bool:
    """Whether the written source covers a keyword of RARE in this form."""
    if keyword == "items":
        return isinstance(value, dict | bool)
    return keyword == "additionalProperties" and isinstance(value, bool)


def _number(schema: dict[str, Any], v: str) -> Iterator[str]:
    comparisons = {
        "minimum": "<", "maximum": ">", "exclusiveMinimum": "<=", "exclusiveMaximum": ">=",
    }  # fmt: skip
    for keyword, operator in comparisons.items():
        if keyword in schema:
            yield f"if {v} {operator} {_literal(schema[keyword])}: return False"


def _literal(number: Any) -> str:
    """A number as source; parentheses keep a minus away from what is before it."""
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise ValueError(f"{number!r} is not a number")  # noqa: TRY004  the schema is at fault
    return f"({number!r})"


def _types(schema: dict[str, Any]) -> frozenset[str] | None:
    """The types a schema names; None: any."""
    named = schema.get("type")
    if named is None:
        return None
    types = frozenset([named] if isinstance(named, str) else named)
    unknown = types - {*_KINDS, "integer"}
    if unknown:
        raise ValueError(f"there is no type {', '.join(sorted(unknown))}")
    return types


def _resolved(root: Schema, reference: str) -> Schema:
    """What a reference within the same schema points to."""
    found: Any = root
    if not reference.startswith("#"):
        raise ValueError(f'$ref "{reference}": only references within the same file are possible')
    for part in reference[1:].split("/")[1:]:
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict) and name in found:
            found = found[name]
        else:
            raise ValueError(f'$ref "{reference}" points to nothing')
    if not isinstance(found, dict | bool):
        raise ValueError(f'$ref "{reference}" points to no schema')  # noqa: TRY004
    return found


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
