"""The figures behind the guarantees: what was tried, and what it broke.

A measure is a function from how much is to be tried to rows of the table. Whoever guards something
else against something else adds one here; the table and docs/guarantees.md follow.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.registry import faults
from tests.guarantees.counted import MALFORMED, STORMS, Case, run_cases
from tests.guarantees.crash import Crash, crash
from tests.guarantees.judging import Finding, Kind
from tests.guarantees.place import Zygote
from tests.guarantees.story import STORIES
from tests.guarantees.test_model import check
from tests.guarantees.writes import CALLS, kills, why_not


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried. `share`: one of how many points; `examples` of `seed` for properties."""

    share: int
    examples: int
    seed: int


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. `held` of what was `tried`; what broke is in `findings`."""

    what: str
    tried: int
    held: int
    findings: tuple[Finding, ...] = ()


Measure = Callable[[Effort, Zygote], Iterable[Row]]


def _row(what: str, crashes: Iterable[Crash]) -> Row:
    tried = list(crashes)
    held = sum(not one.findings for one in tried)
    return Row(what, len(tried), held, tuple(f for one in tried for f in one.findings))


def steps(effort: Effort, zygote: Zygote) -> Iterator[Row]:
    """kill -9 after each answer and each commit, until a run ends by itself."""

    def every() -> Iterator[Crash]:
        for story in STORIES:
            number, reached = 1, True
            while reached:
                killed = crash(zygote, story, number)
                number, reached = number + effort.share, killed.reached
                if reached:
                    yield killed

    yield _row("kills at a step of the engine: survived of tried", every())


def writes(effort: Effort, zygote: Zygote) -> Iterator[Row]:
    """kill -9 at each system call that writes the ledger's file."""
    if not why_not():
        for call in CALLS:
            what = f"kills at `{call}` on the ledger's file: survived of tried"
            yield _row(what, kills(zygote, call, 1, effort.share))


def properties(effort: Effort, zygote: Zygote) -> Iterator[Row]:
    """Random lives of a connection; the first that breaks something ends it with an error."""
    with TemporaryDirectory() as folder:
        runs = check(zygote, Path(folder), examples=effort.examples, steps=12, chosen=effort.seed)
    yield Row("lives of the property test: held of tried", effort.examples, effort.examples)
    yield Row("runs in them: held of tried", runs, runs)


def storms(_effort: Effort, _zygote: Zygote) -> Iterator[Row]:
    """Connections that are refused, ended and reset by chance."""
    yield _counted("faults of connections: handled of injected", run_cases(STORMS, "faults"))


def malformed(_effort: Effort, _zygote: Zygote) -> Iterator[Row]:
    """Specs that are wrong, hostile files, spoilt ledgers, answers that lie."""
    chosen = "each_mistake or no_array or damage or hostile or every_cut or invalid_bytes"
    yield _counted("malformed inputs: refused of tried", run_cases(MALFORMED, "inputs", chosen))


def _counted(what: str, cases: Iterable[Case]) -> Row:
    tried = list(cases)
    broken = [Finding(Kind.OTHER, case.name) for case in tried if not case.held]
    held = sum(case.injected for case in tried if case.held)
    return Row(what, sum(case.injected for case in tried), held, tuple(broken))


def listed(_effort: Effort, _zygote: Zygote) -> Iterator[Row]:
    """The faults of tests/faults/faults.yaml; a fault is handled if all tests of it pass.

    What is measured above (kills, lives) is not run once more.
    """
    proofs = {
        fault.number: [t for t in fault.tests if not t.startswith("guarantees/")]
        for fault in faults()
    }
    cases = run_cases(sorted({test for tests in proofs.values() for test in tests}), "faults")
    bad = {case.name.partition("[")[0] for case in cases if not case.held}
    held = sum(not any(test.partition("::")[2] in bad for test in t) for t in proofs.values())
    findings = tuple(Finding(Kind.OTHER, f"{name} fails") for name in sorted(bad))
    yield Row("faults of the list: handled of injected", len(proofs), held, findings)


MEASURES: tuple[Measure, ...] = (steps, writes, properties, storms, malformed, listed)


@contextmanager
def measured(effort: Effort, measures: Iterable[Measure] = MEASURES) -> Iterator[Iterator[Row]]:
    """The rows, as they come; the last ones say how often each guarantee was broken."""
    with Zygote() as zygote:

        def rows() -> Iterator[Row]:
            broken = Counter[Kind]()
            for measure in measures:
                for row in measure(effort, zygote):
                    broken.update(finding.kind for finding in row.findings)
                    yield row
            for kind in Kind:
                yield Row(str(kind), 0, broken[kind])

        yield rows()
