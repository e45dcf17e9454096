"""What becomes of one learner's statistics: a story, told by the engine."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.docs.markdown import code, table, value
from tests.docs.packaged import Engine, Record

from syncata.mapping.compiled import Standing

MINUTE = 60_000
SHOWN = ("firstActivityAt", "lastActivityAt", "timeSpent")


@dataclass(frozen=True)
class Scene:
    """What happened, and what Edflex says of it. `attempt` tells stories of attempts apart."""

    title: str
    story: str
    record: Record


def scene(title: str, story: str, status: str, times: tuple[str | None, ...], spent: int) -> Scene:
    """One statistic: first activity, last activity, completion, minutes spent."""
    first, last, completed = times
    record: dict[str, Any] = {
        "email": "Ada@mycompany.com",
        "content_id": story,
        "attempt": 2 if story == "again" else 1,
        "status": status,
        "first_activity": first,
        "last_activity": last,
        "completed_at": completed,
        "time_spent": spent * MINUTE,
    }
    return Scene(title, "main" if story == "again" else story, record)


MONDAY, TUESDAY, FRIDAY = "2026-03-09T", "2026-03-10T", "2026-03-13T"
SCENES = (
    scene("assigned, not begun", "none", "not started", (None, None, None), 0),
    scene("begun, not finished by the next run", "main", "in progress",
          (f"{MONDAY}09:00:00Z", f"{MONDAY}09:20:00Z", None), 15),
    scene("finished a day later: the same attempt is closed", "main", "completed",
          (f"{MONDAY}09:00:00Z", f"{TUESDAY}10:05:00Z", f"{TUESDAY}10:00:00Z"), 45),
    scene("looked at once more", "main", "completed",
          (f"{MONDAY}09:00:00Z", f"{FRIDAY}08:00:00Z", f"{TUESDAY}10:00:00Z"), 50),
    scene("taken again: a second attempt", "again", "completed",
          (f"{FRIDAY}14:00:00Z", f"{FRIDAY}14:30:00Z", f"{FRIDAY}14:30:00Z"), 25),
    scene("an article, read in an instant", "article", "completed",
          (f"{FRIDAY}16:00:00Z", f"{FRIDAY}16:00:00Z", f"{FRIDAY}16:00:00Z"), 0),
    scene("a page left open: more time said than passed", "open", "in progress",
          (f"{FRIDAY}17:00:00Z", f"{FRIDAY}17:30:00Z", None), 120),
)  # fmt: skip


def learner() -> str:
    """Scene by scene what Edflex says and what 360Learning gets."""
    titles = ["", "progress", "first activity", "last activity", "completed", "time spent, ms"]
    return table(titles, _rows())


def _rows() -> Iterator[list[str]]:
    engine, confirmed = Engine("statistics"), dict[tuple[str, int], Record]()
    for shown in SCENES:
        record, attempt = shown.record, (shown.story, shown.record["attempt"])
        yield [f"**{shown.title}**", "", "", "", "", ""]
        yield ["Edflex says", code(record["status"]), *map(_said, _edflex(record))]
        known = confirmed.get(attempt)
        if engine.standing(record) is not Standing.LIVE:
            yield ["360Learning gets", "nothing: there is nothing to tell", "", "", "", ""]
        elif known is not None and engine.is_final(record, known):
            yield [
                "360Learning gets",
                "nothing: a completed attempt stays as it is",
                "",
                "",
                "",
                "",
            ]
        else:
            payload = confirmed[attempt] = engine.payload(record, known)
            first, last, spent = (code(str(payload[name])) for name in SHOWN)
            progress = payload["progress"]
            completed = "the last activity" if progress == 100 else "–"
            yield ["360Learning gets", value(progress), first, last, completed, spent]


def _edflex(record: Record) -> list[Any]:
    names = ("first_activity", "last_activity", "completed_at", "time_spent")
    return [record[name] for name in names]


def _said(data: Any) -> str:
    return "–" if data is None else code(str(data))
