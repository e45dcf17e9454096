"""How a judged record is shown: its key and standing, field by field, and what becomes of it."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from syncata.cli.masking import MASK, Masks
from syncata.cli.output import paint
from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED
from syncata.inspection import FieldValue, Judgement
from syncata.model import clean
from syncata.report.values import place, shown

WIDTH = 24
READ_WIDTH = 36


def judged_data(made: Judgement, masked: Collection[str] = ()) -> dict[str, Any]:
    """A judged record as JSON data; of `masked` fields no value is told."""
    return {
        "key": made.key or None,
        "standing": str(made.standing) if made.standing else None,
        "fields": [_field_data(field, field.name in masked) for field in made.fields],
        "set_aside": rejected_data(made.rejected, masked),
        "waits": made.waits or None,
    }


def rejected_data(why: RecordRejected | None, masked: Collection[str] = ()) -> Any:
    """Why a record is set aside as JSON data, None where it is not."""
    if why is None:
        return None
    return {
        "code": why.code,
        "message": MASK if why.field in masked else why.message,
        "field": why.field,
        "position": str(why.position or ""),
    }


def _field_data(field: FieldValue, hidden: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"field": field.name}
    if field.without:
        data["without"] = list(field.without)
    if field.rejected is not None:
        return {**data, "error": rejected_data(field.rejected, {field.name} if hidden else ())}
    if field.waits:
        return {**data, "waits": MASK if hidden else field.waits}
    if field.value is UNDEFINED:
        return {**data, "left_out": True}
    return {**data, "value": MASK if hidden else field.value}


def judged_lines(
    made: Judgement,
    masked: Collection[str] = (),
    before: Callable[[FieldValue], str] = lambda _: "",
) -> Iterator[str]:
    """A judged record as text; `before` says what stands before a field's value."""
    standing = f"  {made.standing}" if made.standing else ""
    yield f"{paint(clean(made.key) or '(no key)', 'bold')}{standing}"
    width = min(WIDTH, max((len(field.name) for field in made.fields), default=0))
    for field in made.fields:
        yield f"  {clean(field.name):<{width}}  {before(field)}{_outcome(field, masked)}"
    if made.rejected is not None:
        yield paint(f"  It would be set aside: {_why(made.rejected, masked)}", "magenta")
    elif made.waits:
        yield paint(f"  It would {_wait(made.waits)}", "blue")


def with_reads(data: dict[str, Any], masks: Masks, made: Judgement) -> dict[str, Any]:
    """A judged record's data with what each field reads of the record."""
    fields = [{**f, "reads": dict(masks.reads(f["field"], made))} for f in data["fields"]]
    return {**data, "fields": fields}


def reads_text(masks: Masks, made: Judgement, field: FieldValue) -> str:
    """What stands before a field's value: what it reads of the record."""
    read = masks.reads(field.name, made)
    shown_as = [f"{clean(path)} {shown(value, READ_WIDTH)}" for path, value in read]
    return f"{', '.join(shown_as)} → " if read else ""


def _outcome(field: FieldValue, masked: Collection[str]) -> str:
    hidden = field.name in masked
    if field.rejected is not None:
        return paint(_why(field.rejected, masked, named=False), "magenta")
    if hidden:
        return MASK
    if field.waits:
        return paint(f"would {_wait(field.waits)}", "blue")
    value = "(left out)" if field.value is UNDEFINED else shown(field.value)
    lacks = f"  (without the look-up {', '.join(field.without)})" if field.without else ""
    return value + lacks


def _why(why: RecordRejected, masked: Collection[str], *, named: bool = True) -> str:
    field = f"{why.field}: " if why.field and named else ""
    message = MASK if why.field in masked else why.message
    where = f" at {place(str(why.position))}" if why.position else ""
    return f"{clean(field + message)} [{why.code}]{where}"


def _wait(waits: str) -> str:
    """`waits for …` as what it would do."""
    return clean(waits.replace("waits", "wait", 1))
