"""Values that the target refuses of some records only, and values that no branch handles.

Each is a warning: the schemas say that such a record may come, not that one does.
"""

from collections.abc import Iterator

from syncata.expressions import tree
from syncata.expressions.types import Mistake, Type, Typed, way_of

_MANY = 5
_LISTED = ("string", "number")


def refused_at_times(typed: Typed, node: tree.Node, field: str, wanted: Type) -> Iterator[Mistake]:
    """A value of a closed list that a branch yields and the field's schema lacks."""
    of = typed.of(node)
    if of is None:
        return
    for kind in _LISTED:
        made, words = of.values(kind), wanted.values(kind)
        foreign = sorted(made - words) if made and words else []
        if foreign:
            shown = _shown(foreign)
            message = f"the resource's schema does not know {shown} as {field}; this may yield it"
            known = tuple(sorted(map(str, words or ())))
            yield _at(node, "SYN263", message, "", str(foreign[0]), known)


def null_at_times(typed: Typed, node: tree.Node, field: str, wanted: Type) -> Iterator[Mistake]:
    """Null that a branch may yield and the field's schema does not allow."""
    of = typed.of(node)
    if of is not None and "null" in of.kinds and "null" not in wanted.kinds and _is_known(of):
        what = typed.shown(node)
        message = f"{what} is null at times, which the resource's schema refuses for {field}"
        other = f"`{what} != null ? {what}`" if way_of(node) else "`… != null ? …`"
        yield _at(node, "SYN269", message, f"leave it out then: {other}")


def missing_at_times(typed: Typed, root: tree.Node, field: str) -> Iterator[Mistake]:
    """A field that the resource's schema requires, and that some records do not have."""
    if "undefined" in typed.type.kinds and _is_known(typed.type):
        message = f"the resource's schema requires {field}, and this yields nothing at times"
        hint = f"give another value (`… ?? …`); or say that it is meant: `require: [{field}]`"
        yield _at(root, "SYN269", message, hint)


def unhandled(typed: Typed, root: tree.Node) -> Iterator[Mistake]:
    """Chains of comparisons with one value, without an else, that leave out values it can have."""
    inner = {id(n.otherwise) for n in tree.walk(root) if isinstance(n, tree.Condition)}
    for node in tree.walk(root):
        if isinstance(node, tree.Condition) and id(node) not in inner:
            yield from _unhandled(typed, node)


def _unhandled(typed: Typed, head: tree.Condition) -> Iterator[Mistake]:
    tests: list[tuple[tree.Node, set[str]]] = []
    node: tree.Node | None = head
    while isinstance(node, tree.Condition):
        compared = _compared(node.test)
        if compared is None:
            return
        tests.append(compared)
        node = node.otherwise
    same = {way_of(side) for side, _ in tests}
    if node is not None or len(tests) < 2 or len(same) != 1 or None in same:
        return
    side = tests[0][0]
    of = typed.of(side)
    missing = sorted((of.values("string") if of else None) or set()) if of else []
    missing = [word for word in missing if not any(word in words for _, words in tests)]
    if missing:
        message = f"no branch handles {_shown(missing)} of {typed.shown(side)}: nothing is yielded"
        yield _at(head, "SYN267", message, "add a branch for it, or one for all else")


def _compared(test: tree.Node) -> tuple[tree.Node, set[str]] | None:
    """What a test compares with texts, and which."""
    if not isinstance(test, tree.Binary) or test.operator not in ("=", "in"):
        return None
    right = test.right
    items = right.items if test.operator == "in" and isinstance(right, tree.Array) else (right,)
    words = {one.value for one in items if isinstance(one, tree.Literal)}
    if len(words) != len(items) or not all(isinstance(word, str) for word in words):
        return None
    return test.left, {str(word) for word in words}


def _is_known(of: Type) -> bool:
    """Whether it is known what the value is, when it is one at all."""
    return len(of.kinds - {"undefined", "null"}) == 1


def _shown(values: list[object]) -> str:
    told = [f'"{v}"' if isinstance(v, str) else str(v) for v in values[:_MANY]]
    return ", ".join(told) + (", …" if len(values) > _MANY else "")


def _at(
    node: tree.Node, code: str, message: str, hint: str, name: str = "", known: tuple[str, ...] = ()
) -> Mistake:
    start, end = node.span
    return Mistake(code, start, end - start, message, hint, name, known, certain=False)
