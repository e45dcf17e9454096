"""What the ledger costs: CPU microseconds per record, at 10^5 and 10^6 records.

PYTHONPATH=engine python benchmarks/ledger.py [RECORDS ...]
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import blake2b
from pathlib import Path

from syncata.ledger import Ledger, Seen, Staging, load_plan, new_plan, open_ledger
from syncata.model import Action, Change, Outcome, Reason, Stamp, Verdict

SYNC = "courses"
PAYLOAD = '{"text":"' + "x" * 990 + '"}'
BATCH = 1000
LOOKED_UP = 200_000


def key(number: int) -> str:
    """A key as APIs give them: 24 characters in no order."""
    return blake2b(b"%d" % number, digest_size=12).hexdigest()


def change(number: int, action: Action = Action.CREATE) -> Change:
    """A change with a payload of a kilobyte."""
    source = blake2b(b"%d" % number, digest_size=16).digest()
    stamp = Stamp(source, b"12345678", b"abcdefgh")
    return Change(SYNC, key(number), action, Reason.SOURCE, stamp, PAYLOAD)


def batches(numbers: list[int]) -> Iterator[list[int]]:
    """The numbers in batches."""
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]


def timed(label: str, number: int, work: Callable[[], object]) -> None:
    """Print what `work` cost for each of `number` records."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    each = cpu / number * 1e6
    print(
        f"  {label:34}{each:8.2f} µs CPU {wall / number * 1e6:8.2f} µs wall {1e6 / each:11,.0f}/s"
    )


def fill(ledger: Ledger, numbers: list[int]) -> None:
    """Settle every record as created, a batch at a time; what makes the changes counts too."""
    for batch in batches(numbers):
        outcomes = [Outcome(change(n), Verdict.OK, "507f1f77bcf86cd799439011") for n in batch]
        ledger.settle("run", None, outcomes)


def look_up(ledger: Ledger, pages: list[list[str]]) -> None:
    """What is known, page by page."""
    for page in pages:
        assert len(ledger.known(SYNC, page)) == len(page)


def ledger_costs(path: Path, number: int) -> None:
    """The ledger's operations."""
    with open_ledger(path) as ledger:
        numbers = list(range(number))
        timed("settle, all new", number, lambda: fill(ledger, numbers))
        random.Random(1).shuffle(numbers)
        some = numbers[: min(number, LOOKED_UP)]
        timed("settle again, in another order", len(some), lambda: fill(ledger, some))
        for size in (50, 500, 2000):
            keys = [key(n) for n in some]
            pages = [keys[i : i + size] for i in range(0, len(keys), size)]
            timed(f"known, any order, pages of {size}", len(some), partial(look_up, ledger, pages))
            keys = [key(n) for n in range(len(some))]
            pages = [keys[i : i + size] for i in range(0, len(keys), size)]
            timed(f"known, same order, pages of {size}", len(some), partial(look_up, ledger, pages))
        renewals = [change(n, Action.UNCHANGED) for n in some]
        timed("renew", len(some), lambda: ledger.renew(renewals))
        seen = Seen()
        timed("unseen", number, lambda: sum(1 for _ in ledger.unseen(SYNC, seen)))
        timed("live_count", number, lambda: ledger.live_count(SYNC))
        timed("verify", number, ledger.verify)


def staging_costs(directory: Path, number: int) -> None:
    """The operations on a plan."""
    with new_plan(directory) as plan:
        timed(
            "make changes (for scale)", number, lambda: [None for n in range(number) if change(n)]
        )
        timed("stage, with making them", number, lambda: plan.add(map(change, range(number))))
        timed("iterate", number, lambda: walk(plan))
        timed("save", number, lambda: plan.save(directory / "plan"))
    timed("load and check", number, lambda: load_plan(directory / "plan").close())


def walk(plan: Staging) -> None:
    """Read every change."""
    for _ in plan.changes(SYNC, [Action.CREATE]):
        pass


def main() -> None:
    """Print a table for each size."""
    for number in [int(word) for word in sys.argv[1:]] or [10**5, 10**6]:
        print(f"{number:,} records of a kilobyte")
        with tempfile.TemporaryDirectory(dir=".") as directory:
            ledger_costs(Path(directory) / "ledger.db", number)
            staging_costs(Path(directory), number)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"  {'peak memory, of all so far':34}{peak:8} MB")


if __name__ == "__main__":
    main()
