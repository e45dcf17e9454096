"""What happens to a catalogue as days pass: deterministic, and every change is told."""

import random
from collections.abc import Iterator
from itertools import islice

from syncata.simulator.edflex import items
from syncata.simulator.edflex.catalogue import NOTHING, Catalogue
from syncata.simulator.edflex.items import Record

Changes = dict[str, list[str]]


def a_day(catalogue: Catalogue, day: int) -> Changes:
    """Edit, close, reopen, add and remove a few items; returns the ids of each."""
    live, closed_before = _shuffled(catalogue, day)
    size = len(catalogue)
    edited = list(islice(live, max(2, size // 100)))
    closed = list(islice(live, max(1, size // 200)))
    gone = list(islice(live, max(1, size // 300)))
    reopened = list(islice(closed_before, max(1, size // 300)))
    return {
        "edited": [
            catalogue.change(index, title=_retitled(catalogue, index, day)) for index in edited
        ],
        "closed": [catalogue.change(index, status="closed") for index in closed],
        "gone": [catalogue.remove(index) for index in gone],
        "reopened": [catalogue.change(index, status="opened") for index in reopened],
        "new": [_new(catalogue, day, turn) for turn in range(max(1, size // 200))],
    }


def edit_share(catalogue: Catalogue, share: float, turn: int) -> list[str]:
    """Edit the titles of a share of the items; returns their ids."""
    chance = random.Random(f"{catalogue.seed} change {turn}")  # noqa: S311
    order = catalogue.order(NOTHING)
    chosen = chance.sample(order, min(len(order), round(len(order) * share)))
    return [
        catalogue.change(index, title=_retitled(catalogue, index, turn)) for index in sorted(chosen)
    ]


def _shuffled(catalogue: Catalogue, day: int) -> tuple[Iterator[int], Iterator[int]]:
    """Return items that are live and items that are closed, in random order, each once."""
    order = catalogue.order(NOTHING)
    chance = random.Random(f"{catalogue.seed} day {day}")  # noqa: S311
    picked = chance.sample(order, len(order))
    live = (index for index in picked if _is_offered(catalogue.record(index)))
    closed = (index for index in picked if _is_closed(catalogue.record(index)))
    return live, closed


def _is_offered(record: Record) -> bool:
    return items.is_synchronized(record) and items.is_live(record)


def _is_closed(record: Record) -> bool:
    return items.is_synchronized(record) and record["attributes"].get("status") == "closed"


def _retitled(catalogue: Catalogue, index: int, turn: int) -> str:
    title = catalogue.record(index)["attributes"].get("title") or "Untitled"
    return f"{str(title).strip()} (edition {turn})"


def _new(catalogue: Catalogue, day: int, turn: int) -> str:
    luck = items.digest(catalogue.seed, -1 - day * 100_000 - turn)
    item_id = items.ident(catalogue.total, luck)
    record = items.plain_item(item_id)
    record["attributes"]["title"] = f"New on day {day}: video {turn + 1}"
    catalogue.add(record)
    return item_id
