"""What a code means, for people who met it in a finding or a report."""

import textwrap
from collections.abc import Iterator

from syncata.checks.codes import CODES, Code
from syncata.checks.draft7 import did_you_mean
from syncata.expressions import reference_message

# What the first letter of JSONata's codes says.
_KINDS = {
    "S": ("The text is not JSONata.", "Correct the expression at the place of the finding."),
    "T": (
        "A value has a type that the function or operator cannot work with.",
        "Look at the value in the message; test for its type first: `$type(price) = 'number' ? …`.",
    ),
    "D": (
        "The expression cannot be evaluated on this value.",
        "Look at the value in the message; correct the record, or make the expression tolerate it.",
    ),
}

_OWN_WORDS = (
    "The expression itself says that a value is wrong, with `$error` or `$assert`.",
    "The message is the expression's own: see why it refuses the value.",
)


def meaning_of(code: str) -> Code | None:
    """A code's meaning, ours or JSONata's own, whatever the case of its letters; None for a code
    that does not exist."""
    name = code.strip().upper()
    return CODES.get(name) or _of_reference(name)


def nearest_code(code: str) -> str:
    """A hint with the code that was probably meant; empty where none is near."""
    near = did_you_mean(code.strip(), CODES, cutoff=0.6)
    return near if "mean" in near else ""


def explanation_lines(code: Code, *, width: int = 100) -> Iterator[str]:
    """The meaning as text: title, cause, example, what to do."""
    yield f"{code.code}: {code.title}"
    yield ""
    yield from textwrap.wrap(code.cause, width, break_on_hyphens=False)
    if code.example:
        yield ""
        yield f"    {code.example}"
    yield ""
    yield from textwrap.wrap(f"What to do: {code.fix}", width, break_on_hyphens=False)


def _of_reference(name: str) -> Code | None:
    """What the reference's own message tells; it has no example."""
    message = reference_message(name)
    if message is None:
        return None
    cause, fix = _OWN_WORDS if message == "…" else _KINDS[name[0]]
    title = "Raised by the expression" if message == "…" else message
    return Code(name, title, f"{cause} This is a code of JSONata itself.", "", fix)
