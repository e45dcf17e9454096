"""The engine under a sampler: which part of it the CPU time goes to.

python benchmarks/sampled.py SHARES.json ARGUMENTS_OF_SYNCATA...

Every millisecond of CPU time a signal looks at the stack. The first rule that fits a sample, from
the innermost frame outwards, names its part. Signals are handled between Python instructions, so
what C code does counts for the Python function that called it.
"""

import json
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from syncata.cli import main

INTERVAL = 0.001

# (part, end of a file's path, functions; none: all), in the order in which they are tried
RULES: tuple[tuple[str, str, frozenset[str]], ...] = tuple(
    (part, file, frozenset(functions.split()))
    for part, file, functions in (
        ("JSONata: page to records", "syncata/source.py", "_page following _evaluate"),
        ("JSONata: pairing results", "target/jobs.py", ""),
        ("JSONata: conditions and mapping", "mapping/compiled.py", ""),
        ("JSONata: requests and answers", "", ""),
    )
)
PARTS: tuple[tuple[str, str, frozenset[str]], ...] = tuple(
    (part, file, frozenset(functions.split()))
    for part, file, functions in (
        ("schemas of both sides", "<contract>", ""),
        ("schemas of both sides", "mapping/rare_keywords.py", ""),
        (
            "conditions and mapping, around JSONata",
            "mapping/compiled.py",
            "payload standing _condition _evaluate _present key",
        ),
        ("fingerprints", "mapping/compiled.py", "stamp"),
        ("transport: decoding JSON", "transport/body.py", "decode check_depth raw_decode"),
        ("transport: decoding JSON", "transport/items.py", ""),
        ("transport: HTTP", "syncata/transport/", ""),
        ("ledger: known and refused", "ledger/store.py", "known refused confirmed"),
        ("ledger: journal", "ledger/store.py", "intend accepted"),
        ("ledger: settle", "ledger/store.py", "settle renew"),
        ("ledger: other", "ledger/store.py", ""),
        ("staging", "ledger/staging.py", ""),
        ("encoding of bodies", "syncata/api.py", "render encode_body body"),
        ("judging and comparing", "syncata/planning.py", ""),
        ("pairing of results", "target/jobs.py", ""),
        ("pairing of results", "target/writer.py", ""),
        ("batching", "syncata/apply.py", ""),
        ("pages", "syncata/source.py", ""),
        ("pages", "syncata/sync.py", ""),
        ("start-up and the rest", "", ""),
    )
)

counts: Counter[str] = Counter()


def sample(_signal: int, frame: FrameType | None) -> None:
    """Count one sample for the part it belongs to."""
    stack: list[tuple[str, str]] = []
    while frame is not None:
        stack.append((frame.f_code.co_filename, frame.f_code.co_name))
        frame = frame.f_back
    rules = RULES if any("syncata/expressions/" in file for file, _ in stack) else PARTS
    counts[_part(stack, rules)] += 1


def _part(stack: list[tuple[str, str]], rules: tuple[tuple[str, str, frozenset[str]], ...]) -> str:
    for file, function in stack:
        for part, ending, functions in rules[:-1]:
            if ending in file and (not functions or function in functions):
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
