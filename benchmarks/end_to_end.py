"""What a whole run costs: CPU seconds and peak memory of the engine, against simulated APIs.

PYTHONPATH=engine python benchmarks/end_to_end.py [RECORDS ...] [--pages SIZE ...] [--shares]
    [--without-looking]
PYTHONPATH=engine python benchmarks/end_to_end.py --start-up

Per size and page size three runs of the packaged connector, each in a process of its own: the
first synchronization, one without any change, one after 1 % of the source has changed. Source and
target are simulators in processes of their own, and do not count. Every phase is checked against
the engine's report and the target's audit log; a wrong count ends this with exit code 1.
The packaged spec looks in every run at what the target holds: at a list of all courses, and at a
seventh of them one by one. `--without-looking` leaves that out, to show what the records cost.
"""

import argparse
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import syncata
from syncata.simulator.edflex.items import index_of, item

RECORD_BYTES = 1000
SEED = 1
SHARE = 0.01
SAMPLER = Path(__file__).with_name("sampled.py")
GUARDS = "{max_rejects: 1%, max_archives: 30%, max_spec_updates: 30%}"
TYPES = ("article", "mooc", "podcast", "video")
LIVE = ("coming soon", "open all year", "opened")
ENGINE = str(Path(syncata.__file__).parents[1])
MAPPINGS = Path(__file__).parents[1] / "mappings"
BYTECODE = tempfile.TemporaryDirectory()
SECRETS = {
    "SOURCE_ID": "edflex-demo", "SOURCE_SECRET": "edflex-secret",
    "TARGET_ID": "360-demo", "TARGET_SECRET": "360-secret",
}  # fmt: skip

# The rates are those of no real API: waiting costs no CPU time, only ours.
CONNECTION = """\
spec: {spec}
settings:
  organization: bench
  edflex_url: {source}
  edflex_client_id: ${{env:SOURCE_ID}}
  edflex_client_secret: ${{env:SOURCE_SECRET}}
  edflex_page_size: {page}
  target_url: {target}
  target_client_id: ${{env:TARGET_ID}}
  target_client_secret: ${{env:TARGET_SECRET}}
  group_id: "600000000000000000000001"
  author_email: author@example.com
limits:
  source: {{reads: 100000/s}}
  target: {{reads: 100000/s, writes: 100000/s}}
guards: {guards}
"""


PACKAGED = "edflex-360learning"


class WrongCount(Exception):
    """A phase did not do what it is measured for."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run of the engine cost, its report, and what its sampler saw (if there was one)."""

    seconds: float
    peak: int
    report: dict[str, Any]
    shares: dict[str, float]


@dataclass(slots=True)
class Audit:
    """The target's audit log, read on from where the reading before ended."""

    path: Path
    requests: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    _offset: int = 0

    def read(self) -> None:
        """Count the requests and effects since the last call."""
        self.requests, self.effects = Counter(), Counter()
        with self.path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                self._count(json.loads(line))
            self._offset = file.tell()

    def _count(self, entry: dict[str, Any]) -> None:
        if entry["kind"] == "request":
            token = entry["path"].endswith("/token")
            kind = "token" if token else "read" if entry["method"] == "GET" else "write"
            self.requests[kind] += 1
        elif entry["kind"] == "job":
            self.effects.update({done: len(ids) for done, ids in entry["effect"].items()})


@contextmanager
def simulator(name: str, items: int, *more: str, limited: bool = False) -> Iterator[str]:
    """A simulator in a process of its own, its rate limits on or off; gives its address."""
    command = [
        sys.executable, "-m", "syncata.simulator", name, "--job-seconds", "0",
        "--items", str(items), "--record-bytes", str(RECORD_BYTES), "--seed", str(SEED), *more,
    ]  # fmt: skip
    command += [] if limited else ["--no-rate-limits"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield str(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


def change(source: str, share: float) -> list[int]:
    """Edit a share of the source's items; their numbers."""
    request = urllib.request.Request(
        f"{source}/_simulator/change",
        data=json.dumps({"share": share}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        edited = json.load(answer)["edited"]
    return [number for name in edited if (number := index_of(name)) is not None]


def is_live(number: int) -> bool:
    """Whether the connector wants this item in the target; told without the engine."""
    attributes = item(SEED, number)["attributes"]
    return attributes["type"] in TYPES and attributes["status"].strip().lower() in LIVE


def run_engine(project: Path, *, sampled: bool) -> Measured:
    """One `syncata run`, in a process of its own: what it cost and what it says of itself."""
    output, shares = project / "report.json", project / "shares.json"
    program = [str(SAMPLER), str(shares)] if sampled else ["-m", "syncata"]
    with output.open("wb") as file:
        usage = measured_process([*program, "run", "bench", "--json"], file, project)
    document = json.loads(output.read_bytes())
    return Measured(
        seconds=usage.ru_utime + usage.ru_stime,
        peak=usage.ru_maxrss // 1024,
        report=document["runs"][0],
        shares=json.loads(shares.read_text()) if sampled else {},
    )


def measured_process(
    arguments: list[str], output: IO[bytes], directory: Path | None = None
) -> resource.struct_rusage:
    """Run a Python process to its end: what it alone used."""
    own = {"PYTHONPATH": ENGINE, "PYTHONPYCACHEPREFIX": BYTECODE.name}
    environ = {**os.environ, **SECRETS, **own}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode, too
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, cwd=directory, env=environ, stdout=output)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def check(measured: Measured, audit: Audit, read: int, wanted: dict[str, int]) -> None:
    """Hold the engine's report and the target's audit against what the phase is about.

    `wanted`: how many records the target must have created or updated. Raises WrongCount.
    """
    report = measured.report
    if report["exit_code"]:
        raise WrongCount(f"exit code {report['exit_code']}: {report['error']} {report['stops']}")
    courses = next(sync for sync in report["syncs"] if sync["sync"] == "courses")
    applied = courses["applied"]
    done = {"created": "create", "updated": "update"}
    found = {
        "read": (courses["read"], read),
        "confirmed": (applied["confirmed"], {done[name]: n for name, n in wanted.items()}),
        "rejected, unknown, waiting": (
            [applied[name] for name in ("rejected", "unknown", "waiting")], [0, 0, 0],
        ),
        "done by the target": (dict(audit.effects), wanted),
        "requests": (report["requests"]["target"], dict(audit.requests)),
    }  # fmt: skip
    if not wanted:
        found["writes"] = (audit.requests["write"], 0)
    wrong = [f"{what}: {is_}, not {due}" for what, (is_, due) in found.items() if is_ != due]
    if wrong:
        raise WrongCount("; ".join(wrong))


def without_looking(project: Path) -> str:
    """Write a spec that never looks at the courses the target holds; how a connection names it."""
    lines = (MAPPINGS / f"{PACKAGED}.yaml").read_text().splitlines(keepends=True)
    start = lines.index("      observe:\n", lines.index("    course:\n"))
    deeper = itertools.takewhile(lambda line: line.startswith("       "), lines[start + 1 :])
    del lines[start : start + 1 + sum(1 for _ in deeper)]
    (project / "mappings").mkdir()
    text = "".join(lines).replace(f"name: {PACKAGED}", "name: bench", 1)
    (project / "mappings" / "bench.yaml").write_text(text)
    return "bench"


def phases(
    records: int, page: int, *, sampled: bool, looking: bool = True
) -> Iterator[tuple[str, Measured, Audit]]:
    """Three runs of one connection. Raises WrongCount."""
    with ExitStack() as stack:
        project = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        audit = Audit(project / "audit.jsonl")
        source = stack.enter_context(simulator("edflex", records, "--fault", "natural_rejects=0"))
        target = stack.enter_context(simulator("360learning", records, "--audit", str(audit.path)))
        text = CONNECTION.format(
            spec=PACKAGED if looking else without_looking(project),
            source=source, target=target, page=page, guards=GUARDS,
        )  # fmt: skip
        (project / "connections").mkdir()
        (project / "connections" / "bench.yaml").write_text(text)
        live = sum(map(is_live, range(records)))
        for name in ("first", "unchanged", "1 % changed"):
            wanted = {"created": live} if name == "first" else {}
            if name == "1 % changed":
                wanted = {"updated": sum(map(is_live, change(source, SHARE)))}
            measured = run_engine(project, sampled=sampled)
            audit.read()
            check(measured, audit, records, wanted)
            yield name, measured, audit


def table(sizes: list[int], pages: list[int], *, looking: bool) -> None:
    """Print what every run cost."""
    print("| records | page size | phase | written | CPU s | records per CPU s | peak MB "
          "| requests to target (writes) |")  # fmt: skip
    print("|--:|--:|:--|--:|--:|--:|--:|--:|")
    for records in sizes:
        for page in pages:
            for name, measured, audit in phases(records, page, sampled=False, looking=looking):
                rate = records / measured.seconds
                sent, writes = sum(audit.requests.values()), audit.requests["write"]
                print(
                    f"| {records:,} | {page} | {name} | {sum(audit.effects.values()):,} "
                    f"| {measured.seconds:.1f} | {rate:,.0f} | {measured.peak} "
                    f"| {sent:,} ({writes:,}) |",
                    flush=True,
                )


def shares(sizes: list[int], pages: list[int], *, looking: bool) -> None:
    """Print how many microseconds of CPU time each part of the engine takes per record."""
    for records in sizes:
        for page in pages:
            found = [
                (name, {p: m.seconds / records * 1e6 * share for p, share in m.shares.items()})
                for name, m, _ in phases(records, page, sampled=True, looking=looking)
            ]
            print(f"\n| {records:,} records, pages of {page} | {' | '.join(n for n, _ in found)} |")
            print(f"|:--|{'--:|' * len(found)}")
            parts = dict.fromkeys(part for _, each in found for part in each)
            for part in parts:
                print(f"| {part} | {_columns(found, [part])} |")
            inside = [part for part in parts if part.startswith("JSONata")]
            print(f"| all JSONata | {_columns(found, inside)} |")
            print(f"| all | {_columns(found, list(parts))} |", flush=True)


def _columns(found: list[tuple[str, dict[str, float]]], parts: list[str]) -> str:
    return " | ".join(f"{sum(each.get(part, 0) for part in parts):.1f}" for _, each in found)


def start_up(times: int = 9) -> None:
    """Print what starting costs: the median of several processes each."""
    print("| start-up | wall ms | CPU ms |\n|:--|--:|--:|")
    for label, words in {
        "an empty Python program": ["-c", ""],
        "`import syncata.cli`": ["-c", "import syncata.cli"],
        "`import syncata.run`": ["-c", "import syncata.run"],
        "`syncata --version`": ["-m", "syncata", "--version"],
        "`syncata --help`": ["-m", "syncata", "--help"],
    }.items():
        costs = [_cost(words) for _ in range(times)]
        wall, cpu = (statistics.median(kind) * 1000 for kind in zip(*costs, strict=True))
        print(f"| {label} | {wall:.0f} | {cpu:.0f} |", flush=True)


def _cost(words: list[str]) -> tuple[float, float]:
    began = time.perf_counter()
    with Path(os.devnull).open("wb") as nowhere:
        usage = measured_process(words, nowhere)
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime


def main() -> int:
    """Print the tables that were asked for; 1 where a count was wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("records", nargs="*", type=int, help="sizes (default: 10000 100000)")
    parser.add_argument(
        "--pages", nargs="+", type=int, default=[50, 500], help="source page sizes (50 500)"
    )
    parser.add_argument("--shares", action="store_true", help="µs per record of the parts")
    parser.add_argument("--without-looking", action="store_true", help="at what the target holds")
    parser.add_argument("--start-up", action="store_true", help="the cost of starting only")
    given = parser.parse_args()
    sizes = given.records or [10**4, 10**5]
    print(f"Python {platform.python_version()}, records of {RECORD_BYTES:,} bytes, seed {SEED}, ")
    print(f"guards {GUARDS}, natural_rejects=0, no rate limits\n")
    try:
        _cost(["-c", "import syncata.cli.run"])  # leaves the bytecode
        if given.start_up:
            start_up()
        elif given.shares:
            shares(sizes, given.pages, looking=not given.without_looking)
        else:
            table(sizes, given.pages, looking=not given.without_looking)
    except WrongCount as wrong:
        print(f"wrong: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
