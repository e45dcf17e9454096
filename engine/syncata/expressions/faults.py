"""What can go wrong with an expression: one error to the outside, with code and position."""

import json
import re
from typing import Any

from jsonata.jexception import JException

from syncata.errors import Position


class ExpressionError(Exception):
    """An expression cannot be compiled, or could not be evaluated on a value.

    `code` is the reference's (S0201 syntax, T2001 type, D3030 value, ...) or ours (SYN2xx);
    `message` is for a reader; `position` is the place in the YAML file.
    """

    def __init__(self, code: str, message: str, position: Position) -> None:
        super().__init__(f"{position}: {code} {message}")
        self.code = code
        self.message = message
        self.position = position


class Refusal(Exception):
    """Raised inside this room where code and message are known; `offset` counts from the start
    of the expression and is None where only the evaluated node can tell."""

    def __init__(self, code: str, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.offset = offset


class HostFailure(Exception):
    """Carries an exception of a host function through the interpreter, unchanged."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


CODE = re.compile(r"[STDU]\d{4}$")

# The interpreter has a sentence, or the message of a plain exception, where the reference has
# a code.
SENTENCES = (
    ("Second argument of replace", "D3010"),
    ("Fourth argument of replace", "D3011"),
    ("both integer and fractional parts", "D3085"),
    ("invalid grouping in picture", "D3086"),
    ("Formatting or parsing an integer", "D3130"),
    ("In a decimal digit pattern", "D3131"),
    ("Unknown component specifier", "D3132"),
    ("The 'name' modifier can only", "D3133"),
    ("The timezone integer format", "D3134"),
    ("No matching closing bracket", "D3135"),
    ("The date/time picture string is missing", "D3136"),
    ("Type parameters can only", "S0401"),
    ("Choice groups containing", "S0402"),
)

# What a plain Python exception inside a built-in function means.
BUILT_IN = {
    "number": ("D3030", "the value is not a number"),
    "toMillis": (
        "D3110",
        "the text is not a date and time in ISO 8601, or not as the picture says",
    ),
    "fromMillis": ("D3133", "the number or the picture is not that of a date and time"),
    "decodeUrl": ("D3140", "the text is not a well-formed URL"),
    "decodeUrlComponent": ("D3140", "the text is not a well-formed part of a URL"),
    "encodeUrl": ("D3140", "the text cannot be written into a URL"),
    "encodeUrlComponent": ("D3140", "the text cannot be written into a URL"),
    "power": ("D3061", "the power is not a number JSON can hold"),
    "sort": ("D3070", "only texts or only numbers can be sorted without a comparing function"),
    "formatBase": ("D3100", "the base must be between 2 and 36"),
    "base64decode": ("D3137", "the text is not base64"),
}


def meaning(error: Exception, function: str) -> tuple[str, str]:
    """Code and message of an exception of the interpreter; `function` is the built-in at work."""
    if isinstance(error, Refusal):
        return error.code, error.message
    if isinstance(error, JException):
        return _meaning_of_reference(error, function)
    if isinstance(error, RecursionError):
        return "D1011", "the evaluation goes too deep: does a function call itself for ever?"
    if isinstance(error, MemoryError):
        return "SYN222", "the evaluation needs too much memory"
    if isinstance(error, (ZeroDivisionError, OverflowError)) and function != "power":
        return "D1001", "the result is a number out of range: a division by zero?"
    for start, code in SENTENCES:
        if str(error).startswith(start):
            return code, str(error)
    if function in BUILT_IN:
        return BUILT_IN[function]
    if function:
        return "T0410", f"${function} cannot work with these arguments"
    return "SYN224", "the expression cannot be evaluated on this value"


def _meaning_of_reference(error: Any, function: str) -> tuple[str, str]:
    code = str(error.error)
    if not CODE.match(code):
        for start, known in SENTENCES:
            if code.startswith(start):
                return known, code
        return "SYN224", code
    if code in {"T1006", "T1005"} and function:
        return code, f"${function} is not a function"
    if code == "T0410" and function:  # the interpreter counts the arguments wrong
        return code, f"an argument of ${function} is missing or of the wrong type"
    if code == "D1002":
        return code, f"a minus cannot stand before {_shown(error.expected)}"
    return code, sentence(code, error)


def sentence(code: str, error: Any) -> str:
    """The reference's message for a code with the error's values filled in."""
    template = JException.error_codes.get(code, code).replace("Object", "function")
    values = iter((error.current, error.expected, error.extra))
    return re.sub(r"\{\{\{?\w+\}\}\}?", lambda _: _shown(next(values, None)), template)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return "null" if repr(value) == "null" else "a function"
    return text if len(text) <= 80 else text[:77] + "..."
