"""The engine under a sampler: which part of it the CPU time goes to.

python benchmarks/sampled.py SHARES.json ARGUMENTS_OF_SYNCATA...

Every few milliseconds of CPU time a signal looks at the stack. The first rule that fits a sample,
from the innermost frame outwards, names its part. Signals are handled between Python instructions,
so what C code does counts for the Python function that called it.
"""

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from syncata.cli import main

INTERVAL = 0.001

Rule = tuple[str, str, frozenset[str]]  # part, what the file's path holds, functions (none: all)


def _rules(*rules: tuple[str, str, str]) -> tuple[Rule, ...]:
    return tuple((part, file, frozenset(functions.split())) for part, file, functions in rules)


# For samples within the evaluation of an expression, by who asked for it.
EXPRESSIONS = _rules(
    ("JSONata: conditions and mapping", "mapping/compiled.py", ""),
    ("JSONata: answers to records", "syncata/source.py", ""),
    ("JSONata: pairing results", "target/jobs.py", ""),
    ("JSONata: requests and pages", "", ""),
)
# For all others.
PARTS = _rules(
    ("schemas of both sides", "<contract>", ""),
    ("schemas of both sides", "mapping/rare_keywords.py", ""),
    ("fingerprints", "mapping/compiled.py", "stamp"),
    ("fingerprints", "syncata/source.py", "_digest"),
    ("conditions and mapping, around JSONata", "mapping/compiled.py", ""),
    ("decoding of answers", "transport/body.py", "decode decode_quickly"),
    ("decoding of answers", "transport/items.py", ""),
    ("HTTP", "syncata/transport/", ""),
    ("looking at the target", "syncata/observing.py", ""),
    ("looking at the target", "target/watcher.py", ""),
    ("ledger: look-ups", "ledger/store.py", "known refused confirmed"),
    ("ledger: journal", "ledger/store.py", "intend accepted"),
    ("ledger: settle", "ledger/store.py", "settle renew"),
    ("ledger: other", "ledger/store.py", ""),
    ("staging", "ledger/staging.py", ""),
    ("judging and comparing", "syncata/planning/", ""),
    ("pairing of results", "target/jobs.py", ""),
    ("batches and their bodies", "target/writer.py", ""),
    ("batches and their bodies", "syncata/api.py", ""),
    ("batches and their bodies", "syncata/apply/", ""),
    ("pages", "syncata/source.py", ""),
    ("pages", "syncata/pages.py", ""),
    ("pages", "syncata/sync.py", ""),
    ("start-up: the spec", "syncata/checks/", ""),
    ("start-up: imports, and the rest", "", ""),
)

counts: Counter[str] = Counter()


def sample(_signal: int, frame: FrameType | None) -> None:
    """Count one sample for the part it belongs to."""
    stack: list[tuple[str, str]] = []
    while frame is not None:
        stack.append((frame.f_code.co_filename, frame.f_code.co_name))
        frame = frame.f_back
    inside = any("syncata/expressions/" in file for file, _ in stack)
    counts[_part(stack, EXPRESSIONS if inside else PARTS)] += 1


def _part(stack: list[tuple[str, str]], rules: tuple[Rule, ...]) -> str:
    for file, function in stack:
        for part, piece, functions in rules[:-1]:
            if piece in file and (not functions or function in functions):
                return part
    return rules[-1][0]


def finish(path: Path) -> None:
    """Write the shares down, the biggest first."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    total = counts.total() or 1
    path.write_text(json.dumps({part: number / total for part, number in counts.most_common()}))


if __name__ == "__main__":
    signal.signal(signal.SIGPROF, sample)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    try:
        main(sys.argv[2:])
    finally:
        finish(Path(sys.argv[1]))
