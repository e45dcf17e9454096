"""What one item of a bulk request must look like, rule by rule of its schema."""

from collections.abc import Callable, Collection
from typing import Any

from syncata.simulator.clock import read_milliseconds
from syncata.simulator.learning360.wire import LANGUAGES

_CONTENT_TYPES = (
    "article assessment audiobook book certificate channel course curriculum interactive journey "
    "labs linkedContent mooc podcast program roleplay specialization topvoice video"
)
CONTENT_TYPES = frozenset(_CONTENT_TYPES.split())
LEVELS = frozenset({"advanced", "beginner", "intermediate"})
COURSE_REQUIRED = ("externalId", "name", "launchUrl", "defaultLang", "sources", "subjects")
STATISTIC_REQUIRED = (
    "courseIdentifier",
    "userIdentifier",
    "progress",
    "timeSpent",
    "firstActivityAt",
    "lastActivityAt",
)

Rule = Callable[[Any], str | None]
"""Says what is wrong with a value, or nothing."""


def course_problem(item: object) -> str | None:
    """Say what is wrong with an item of an upsert."""
    return _whole_problem(item, COURSE_REQUIRED, COURSE)


def archive_problem(item: object) -> str | None:
    """Say what is wrong with an item of an archive request."""
    return _whole_problem(item, ("externalId",), {"externalId": _text})


def statistic_problem(item: object) -> str | None:
    """Say what is wrong with an item of an import of statistics."""
    return _whole_problem(item, STATISTIC_REQUIRED, STATISTIC)


def _whole_problem(item: object, required: Collection[str], rules: dict[str, Rule]) -> str | None:
    if not isinstance(item, dict):
        return "item must be an object"
    for name in required:
        if name not in item:
            return f'"{name}" is required'
    return _problem(item, rules)


def _problem(item: dict[str, Any], rules: dict[str, Rule]) -> str | None:
    for name, value in item.items():
        rule = rules.get(name)
        # The schemas do not say that unknown keys are refused; careful clients assume they are.
        wrong = "is not allowed" if rule is None else rule(value)
        if wrong:
            return f'"{name}" {wrong}'
    return None


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value else "must be a non-empty string"


def _texts(value: Any) -> str | None:
    good = isinstance(value, list) and all(isinstance(text, str) and text for text in value)
    return None if good else "must be an array of non-empty strings"


def _one_of(allowed: frozenset[str]) -> Rule:
    def rule(value: Any) -> str | None:
        return None if isinstance(value, str) and value in allowed else "must be one of the enum"

    return rule


def _minutes(value: Any) -> str | None:
    good = type(value) is int and 1 <= value <= 100_000
    return None if good else "must be an integer from 1 to 100000"


def _number(low: float, high: float = float("inf")) -> Rule:
    said = f"from {low:g} to {high:g}" if high < float("inf") else f"of at least {low:g}"

    def rule(value: Any) -> str | None:
        good = type(value) in {int, float} and low <= value <= high
        return None if good else f"must be a number {said}"

    return rule


def _instant(value: Any) -> str | None:
    return None if read_milliseconds(value) is not None else "must be an ISO 8601 instant"


def _flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be a boolean"


def _identifier(*types: str) -> Rule:
    rules = {"type": _one_of(frozenset(types)), "value": _text}

    def rule(value: Any) -> str | None:
        wrong = _whole_problem(value, ("type", "value"), rules)
        return f"is no identifier: {wrong}" if wrong else None

    return rule


def _object_id(value: Any) -> str | None:
    good = isinstance(value, str) and len(value) == 24
    return (
        None if good and not set(value) - set("0123456789abcdefABCDEF") else "must be an ObjectId"
    )


def _sources(value: Any) -> str | None:
    if not isinstance(value, list):
        return "must be an array"
    for source in value:
        if not isinstance(source, dict) or "name" not in source:
            return "must hold objects with a name"
        wrong = _problem(source, {"name": _text, "logoUrl": _text})
        if wrong:
            return f"holds a source whose {wrong}"
    return None


def _translations(value: Any) -> str | None:
    if not isinstance(value, list):
        return "must be an array"
    for entry in value:
        if not isinstance(entry, dict) or not {"lang", "translatedFields"} <= entry.keys():
            return "must hold objects with lang and translatedFields"
        wrong = _problem(entry, {"lang": _one_of(LANGUAGES), "translatedFields": _translated})
        if wrong:
            return f"holds a translation whose {wrong}"
    return None


def _translated(value: Any) -> str | None:
    if not isinstance(value, dict):
        return "must be an object"
    texts = dict.fromkeys(("name", "description", "launchUrl", "mobileLaunchUrl"), _text)
    return _problem(value, texts | {"subjects": _texts})


COURSE: dict[str, Rule] = {
    "externalId": _text,
    "name": _text,
    "launchUrl": _text,
    "mobileLaunchUrl": _text,
    "description": _text,
    "imageUrl": _text,
    "defaultLang": _one_of(LANGUAGES),
    "contentType": _one_of(CONTENT_TYPES),
    "difficultyLevel": _one_of(LEVELS),
    "duration": _minutes,
    "authorId": _object_id,
    "sources": _sources,
    "subjects": _texts,
    "translations": _translations,
}

STATISTIC: dict[str, Rule] = {
    "courseIdentifier": _identifier("externalId", "internalId"),
    "userIdentifier": _identifier("mail", "internalId"),
    "progress": _number(0, 100),
    "timeSpent": _number(1),
    "firstActivityAt": _instant,
    "lastActivityAt": _instant,
    "score": _number(0, 100),
    "result": _one_of(frozenset({"success", "failed"})),
    "lang": _one_of(LANGUAGES),
    "forceNew": _flag,
}
