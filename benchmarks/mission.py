"""What a customer's day costs: courses with tags, and learners' statistics, through the whole spec.

PYTHONPATH=engine:. python -m benchmarks.mission [--courses 10000] [--statistics 100000]
PYTHONPATH=engine:. python -m benchmarks.mission --limits [--courses 300]

Three runs of the packaged connector: the first, one without any change, and a typical day later
(1 % of the catalogue edited, learners at work). Requests are counted by the target's audit log,
CPU seconds and peak memory are the engine's alone. `--limits` leaves the rates of both sides as
they are and says how often the target had to turn a request away.
"""

import argparse
import json
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.end_to_end import (
    CONNECTION,
    PACKAGED,
    SHARE,
    Measured,
    change,
    run_engine,
    simulator,
)

DAY = 86_400
PAGE = 500
GUARDS = "{max_rejects: 1%, max_archives: 30%, max_spec_updates: 30%}"


@dataclass(slots=True)
class Seen:
    """What the target's audit log says of one run."""

    kinds: Counter[str]
    turned_away: int


class Audit:
    """The audit log, read on from where the reading before ended."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset = path, 0

    def read(self) -> Seen:
        """The requests since the last call, by what they are for."""
        seen = Seen(Counter(), 0)
        with self._path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                entry = json.loads(line)
                if entry["kind"] == "request":
                    seen.kinds[_purpose(entry["method"], entry["path"])] += 1
                    seen.turned_away += entry["status"] == 429
            self._offset = file.tell()
        return seen


def _purpose(method: str, path: str) -> str:
    if path.endswith("/token"):
        return "token"
    if "/bulk/operations" in path:
        return "read: jobs"
    if path.endswith("/users"):
        return "read: learners and author"
    if path.endswith("/tags") and "/courses/" in path:
        return "read: tags of a course" if method == "GET" else "write: tags of a course"
    if "/courses/" in path and "/bulk/" not in path and method == "GET":
        return "read: single courses"
    return f"{'read: lists' if method == 'GET' else 'write: bulk, tags, integration'}"


def post(url: str, path: str, body: object) -> Any:
    """Call a simulator's control endpoint."""
    request = urllib.request.Request(
        f"{url}/_simulator/{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


def phases(courses: int, activities: int, *, limits: bool) -> Iterator[tuple[str, Measured, Seen]]:
    """Three runs of one connection."""
    with ExitStack() as stack:
        project = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        log = project / "audit.jsonl"
        learners = ("--learners", str(max(600, activities // 20)))
        more = ("--fault", "natural_rejects=0", "--activities", str(activities), *learners)
        source = stack.enter_context(simulator("edflex", courses, *more))
        own = (*learners, "--audit", str(log))
        target = stack.enter_context(simulator("360learning", courses, *own, limited=limits))
        text = CONNECTION.format(
            spec=PACKAGED, source=source, target=target, page=PAGE, guards=GUARDS
        )
        text = text.replace("  author_email", "  sync_tags: true\n  author_email")
        if limits:
            text = text[: text.index("limits:")] + text[text.index("guards:") :]
        (project / "connections").mkdir()
        (project / "connections" / "bench.yaml").write_text(text)
        audit = Audit(log)
        for name in ("first", "unchanged", "a typical day"):
            if name == "a typical day":
                post(source, "clock", {"ahead": DAY})
                post(target, "clock", {"ahead": DAY})
                change(source, SHARE)
                post(source, "learning", {"learners": 500, "count": max(20, activities // 200)})
            measured = run_engine(project, sampled=False)
            if measured.report["exit_code"] not in (0, 6):
                raise SystemExit(f"{name}: {measured.report['error']} {measured.report['stops']}")
            yield name, measured, audit.read()


def table(courses: int, activities: int, *, limits: bool) -> int:
    """Print the runs; how many requests the target turned away."""
    print(f"{courses:,} contents with categories, {activities:,} statistics, pages of {PAGE}\n")
    print("| phase | confirmed | requests to source | requests to target | CPU s | peak MB | 429 |")
    print("|:--|:--|--:|:--|--:|--:|--:|")
    turned_away = 0
    for name, measured, seen in phases(courses, activities, limits=limits):
        done = Counter[str]()
        for sync in measured.report["syncs"]:
            for action, number in (sync["applied"] or {"confirmed": {}})["confirmed"].items():
                done[f"{sync['sync']} {action}"] += number
        told = ", ".join(f"{what} {n:,}" for what, n in done.items()) or "nothing"
        kinds = ", ".join(f"{kind} {n:,}" for kind, n in sorted(seen.kinds.items()))
        asked = sum(measured.report["requests"]["source"].values())
        turned_away += seen.turned_away
        print(
            f"| {name} | {told} | {asked:,} | {kinds} | {measured.seconds:.1f} "
            f"| {measured.peak} | {seen.turned_away} |",
            flush=True,
        )
    return turned_away


def main() -> int:
    """Print the table; 1 if the target had to turn requests away."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--courses", type=int, default=10_000)
    parser.add_argument("--statistics", type=int, default=100_000)
    parser.add_argument("--limits", action="store_true", help="keep the rates of both sides")
    given = parser.parse_args()
    turned_away = table(given.courses, given.statistics, limits=given.limits)
    return 1 if given.limits and turned_away else 0


if __name__ == "__main__":
    sys.exit(main())
