"""Types of operators, and the values they can never work on."""

from syncata.expressions import tree
from syncata.expressions.types.model import (
    BOOLEAN,
    NUMBER,
    STRING,
    UNDEFINED,
    Type,
    array,
    exactly,
    union,
)
from syncata.expressions.types.values import can_be_false, can_be_true, meet
from syncata.expressions.types.walk import Mistake, Place, Walk
from syncata.expressions.types.words import in_words

_ARITHMETIC = frozenset("+-*/%")
_ORDER = frozenset({"<", "<=", ">", ">="})
_MOST_TEXTS = 32
_TRUE, _FALSE = exactly(True), exactly(False)  # noqa: FBT003  values of the language


def binary(walk: Walk, node: tree.Binary, at: Place) -> Type:
    """An operator between two operands; `and` and `or` are seen to by what assumes conditions."""
    left, right = walk.visit(node.left, at), walk.visit(node.right, at)
    if node.operator in _ARITHMETIC:
        return _arithmetic(walk, node, left, right)
    if node.operator in _ORDER:
        return _ordered(walk, node, left, right)
    if node.operator in {"=", "!="}:
        return _equal(walk, node, left, right)
    if node.operator == "in":
        return _included(walk, node, left, right)
    return _text(left, right) if node.operator == "&" else BOOLEAN


def negation(walk: Walk, node: tree.Negation, at: Place) -> Type:
    """Unary minus."""
    of = walk.visit(node.operand, at)
    _wants_numbers(walk, "a minus", node.operand, of)
    return NUMBER | of.among({"undefined"})


def span(walk: Walk, node: tree.Range, at: Place) -> Type:
    """A range of integers."""
    for end in (node.first, node.last):
        _wants_numbers(walk, "`..`", end, walk.visit(end, at))
    return array(NUMBER) | UNDEFINED


def both(left: Type, right: Type) -> Type:
    """The value of `and`."""
    if not (can_be_true(left) and can_be_true(right)):
        return _FALSE
    return BOOLEAN if can_be_false(left) or can_be_false(right) else _TRUE


def either(left: Type, right: Type) -> Type:
    """The value of `or`."""
    if not (can_be_true(left) or can_be_true(right)):
        return _FALSE
    return BOOLEAN if can_be_false(left) and can_be_false(right) else _TRUE


def _arithmetic(walk: Walk, node: tree.Binary, left: Type, right: Type) -> Type:
    texts = node.operator == "+" and {"string"} in (left.defined.kinds, right.defined.kinds)
    hint = "`&` joins texts" if texts else ""
    for operand, of in ((node.left, left), (node.right, right)):
        if _wants_numbers(walk, f"`{node.operator}`", operand, of, hint):
            break
    return NUMBER | (left | right).among({"undefined"})


def _wants_numbers(walk: Walk, what: str, operand: tree.Node, of: Type, hint: str = "") -> bool:
    """Whether an operand can never be a number, which is a mistake."""
    kinds = of.defined.kinds
    if not kinds or "number" in kinds:
        return False
    if not hint and "string" in kinds:
        hint = f"write $number({walk.shown(operand)}), if the text is one"
    message = f"{what} works on numbers; {walk.shown(operand)} is {in_words(of)}"
    walk.wrong("SYN262", operand, message, hint)
    return True


def _ordered(walk: Walk, node: tree.Binary, left: Type, right: Type) -> Type:
    sides = ((node.left, left), (node.right, right))
    comparable = [of.among({"number", "string"}).kinds for _, of in sides]
    given = [of.defined.kinds for _, of in sides]
    for index, (operand, of) in enumerate(sides):
        if given[index] and not comparable[index]:
            message = f"`{node.operator}` compares numbers or texts; "
            message += f"{walk.shown(operand)} is {in_words(of)}"
            walk.wrong("SYN262", operand, message)
            return BOOLEAN | UNDEFINED
    if all(comparable) and not comparable[0] & comparable[1]:
        message = f"`{node.operator}` compares numbers with numbers and texts with texts; "
        message += f"{walk.shown(node.left)} is {in_words(left)}, "
        message += f"{walk.shown(node.right)} {in_words(right)}"
        walk.wrong("SYN262", node, message, "convert one side with $number() or $string()")
    return BOOLEAN | (left | right).among({"undefined"})


def _equal(walk: Walk, node: tree.Binary, left: Type, right: Type) -> Type:
    possible = left.defined.kinds and right.defined.kinds
    if not possible:
        return _FALSE
    if meet(left, right):
        return BOOLEAN
    _never_equal(walk, node, left, right)
    undefined = "undefined" in (left | right).kinds
    return _FALSE if node.operator == "=" else BOOLEAN if undefined else _TRUE


def _included(walk: Walk, node: tree.Binary, left: Type, right: Type) -> Type:
    items = right.but("array") | right.element if "array" in right.kinds else right
    if isinstance(node.right, tree.Array):
        for item in node.right.items:
            of = walk.types.get(id(item))
            if isinstance(item, tree.Literal) and of is not None and not meet(left, of):
                _never_equal(walk, tree.Binary(
                    span=node.span, at=node.at, operator="=", left=node.left, right=item
                ), left, of)  # fmt: skip
    return BOOLEAN if meet(left, items) else _FALSE


def _never_equal(walk: Walk, node: tree.Binary, left: Type, right: Type) -> None:
    """A comparison that can never hold; with null and the empty text it may be a precaution."""
    sides = [(node.left, left, node.right, right), (node.right, right, node.left, left)]
    for literal, of, other, values in sides:
        if not isinstance(literal, tree.Literal) or literal.value in (None, "", False):
            continue
        if not values.defined.kinds:
            continue
        words = sorted(values.values("string") or ()) if "string" in of.kinds else []
        start, end = literal.span
        message = f"{walk.shown(other)} is {in_words(values)}, and never {walk.shown(literal)}"
        if words:
            message = f"{walk.shown(other)} is never {walk.shown(literal)}"
        name = str(literal.value) if words else ""
        walk.note(Mistake("SYN266", start, end - start, message, "", name, tuple(words),
                          certain=False))  # fmt: skip
        return


def _text(left: Type, right: Type) -> Type:
    """`&`; undefined adds nothing."""
    texts = [_texts(of) for of in (left, right)]
    if None in texts or len(texts[0] or ()) * len(texts[1] or ()) > _MOST_TEXTS:
        return STRING
    return union(exactly(one + two) for one in texts[0] or () for two in texts[1] or ())


def _texts(of: Type) -> list[str] | None:
    """What an operand adds to a text, where that is one of a few texts."""
    known = of.values("string")
    if of.kinds - {"string", "undefined"} or known is None:
        return None
    return [*sorted(known), *([""] if "undefined" in of.kinds else [])]
