"""The page of guarantees: every test that it names exists, and its figures are of all measures."""

import re
from collections.abc import Iterable

from tests.guarantees.__main__ import MEASURED, PAGE, line
from tests.guarantees.figures import Effort, Row, measured
from tests.guarantees.judging import Finding, Kind
from tests.guarantees.place import Zygote
from tests.proofs import exists


def test_every_guarantee_links_to_tests_that_exist() -> None:
    """A guarantee without a test is a wish; each of the ten names the files of its proofs."""
    text = PAGE.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| I\d+ \|", line)]
    assert [row.split()[1] for row in rows] == [f"I{number}" for number in range(1, 11)]
    assert [row for row in rows if "](../tests/" not in row] == []
    linked = re.findall(r"\[`(test_\w+)`\]\(\.\./tests/([\w/]+\.py)\)", text)
    assert set(re.findall(r"`(test_\w+)`", text)) == {name for name, _ in linked}
    for name, file in linked:
        assert exists(f"{file}::{name}"), name


def test_the_page_shows_that_nothing_was_broken() -> None:
    """The figures were written by the command, and each guarantee was held."""
    found = MEASURED.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    for kind in Kind:
        assert f"| {kind} | 0 |" in found[0]


def test_what_is_broken_is_counted_by_kind() -> None:
    """A lost record shows in its row, and in the sum of what was lost."""
    lost = Finding(Kind.LOST, "i1")

    def measure(_effort: Effort, _zygote: Zygote) -> Iterable[Row]:
        return [Row("kills", 3, 2, (lost,))]

    with measured(Effort(1, 1, 1), [measure]) as rows:
        lines = [line(row) for row in rows]
    assert lines[:2] == ["| kills | 2 / 3 |", "| records lost | 1 |"]
    assert lines[2:] == [f"| {kind} | 0 |" for kind in Kind if kind is not Kind.LOST]
