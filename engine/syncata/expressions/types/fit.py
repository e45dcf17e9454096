"""Whether a value of one type may be of another: what a schema will refuse whatever the record."""

from dataclasses import dataclass

from syncata.expressions.types.model import SCALARS, Shape, Type
from syncata.expressions.types.values import meet


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why no value fits: at a path within it something is `made`, and `wanted` is something else.

    `wanted` None: the member is not allowed there; `made` None: it is required and never there.
    """

    path: tuple[str, ...]
    made: Type | None
    wanted: Type | None


def misfit(made: Type, wanted: Type) -> Misfit | None:
    """Why no value of `made` but undefined is one of `wanted`; None where one may be."""
    kinds = made.defined.kinds
    if not kinds:
        return None
    found = Misfit((), made.defined, wanted.defined)
    for name in sorted(kinds & wanted.kinds):
        reason = _of_kind(name, made.among({name}), wanted.among({name}))
        if reason is None:
            return None
        found = reason
    return found


def _of_kind(name: str, made: Type, wanted: Type) -> Misfit | None:
    if name in SCALARS:
        return None if meet(made, wanted) else Misfit((), made, wanted)
    if name == "array":
        inner = misfit(made.element, wanted.element) if made.filled else None
        return None if inner is None else Misfit(("[]", *inner.path), inner.made, inner.wanted)
    if name == "object" and made.shape is not None and wanted.shape is not None:
        return _of_shapes(made.shape, wanted.shape)
    return None


def _of_shapes(made: Shape, wanted: Shape) -> Misfit | None:
    for name, held in made.members.items():
        if not held.kinds or "undefined" in held.kinds:
            continue
        if name not in wanted.members and wanted.rest is None:
            return Misfit((name,), held, None)
        inner = misfit(held, wanted.member(name))
        if inner is not None:
            return Misfit((name, *inner.path), inner.made, inner.wanted)
    for name in sorted(wanted.required):
        if made.member(name).kinds == {"undefined"}:
            return Misfit((name,), None, wanted.member(name))
    return None
