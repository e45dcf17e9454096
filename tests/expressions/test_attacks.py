"""Expressions and texts made to exhaust the machine. A new attack is a row of attacks.json: its
name, expression, value, and what it comes to compiled and interpreted (`value` or a code)."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.expressions.hostile import UNCOVERED

from syncata.document import Scalar
from syncata.expressions import ExpressionError, Scope, compile_expression, isolation, pattern_of

ROWS = json.loads(Path(__file__).with_name("attacks.json").read_text(encoding="utf-8"))
SCOPE = Scope(now=datetime(2026, 1, 1, tzinfo=UTC))
PEAK = 600  # MB, of which the interpreter and the libraries are about 30


def attacked(way: str) -> list[Any]:
    """What every row comes to in a process of its own: code, seconds, peak of memory in MB."""
    given = json.dumps([[text, value] for _, text, value, _, _ in ROWS])
    done = subprocess.run(
        [sys.executable, "-m", "tests.expressions.hostile", way],
        input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("way", "column"), [("compiled", 3), ("interpreted", 4)])
@pytest.mark.timeout(400)
def test_every_attack_ends(way: str, column: int) -> None:
    """Each attack ends with its code, under the real limits, in bounded memory. What the worker is
    killed for, seconds or memory, may depend on the machine: such a row lists what is right."""
    found = attacked(way)
    wrong = [
        (row[0], code)
        for row, (code, *_) in zip(ROWS, found, strict=True)
        if code not in row[column].split("|")
    ]
    assert wrong == []
    assert max(peak for *_, peak in found) < PEAK


def interpreted(text: str, value: Any, scope: Scope = SCOPE) -> Any:
    """Evaluate it in the worker: it stands in more conditions than compiled code may have."""
    made = compile_expression(Scalar.of(UNCOVERED % text))
    assert not made.compiled
    return made.evaluate(value, scope)


@pytest.fixture(autouse=True)
def _no_worker_is_left() -> Iterator[None]:
    isolation.close()
    yield
    isolation.close()


def test_compiled_expressions_start_no_process() -> None:
    """Only what is interpreted starts the worker, and starts it once."""
    assert compile_expression(Scalar.of("a & 'x'")).evaluate({"a": "b"}, SCOPE) == "bx"
    assert isolation._free == []
    assert [interpreted("a", {"a": n}) for n in (1, 2)] == [1, 2]
    assert len(isolation._free) == 1


def test_the_worker_is_killed_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not end is reported with code and position, and the next record is evaluated."""
    assert interpreted("a", {"a": 1}) == 1
    first = isolation._free[0].pid
    monkeypatch.setattr(isolation, "WAIT", 0.5)  # not before it runs: to start takes longer
    with pytest.raises(ExpressionError) as raised:
        interpreted("($f := function() { $f() }; $f())", {})
    assert (raised.value.code, raised.value.position.column) == ("D1012", 1)
    assert gone(first)
    monkeypatch.undo()
    assert interpreted("a", {"a": 2}) == 2


def test_the_worker_is_bounded_in_memory() -> None:
    """What needs too much memory is refused there; this process does not grow with it."""
    with pytest.raises(ExpressionError) as raised:
        interpreted("[[1..9999999], [1..9999999], [1..9999999], [1..9999999]]", {})
    assert raised.value.code == "SYN222"
    assert interpreted("1", {}) == 1


def test_host_functions_run_outside_the_worker() -> None:
    """Functions of the scope work on both sides alike; what they raise comes out unchanged."""
    scope = Scope(
        {"big": 9_007_199_254_740_993, "secret": "s3cret"},
        {"twice": lambda value: value * 2, "fails": lambda: dict[str, int]()["nothing"]},
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert interpreted("[$twice(a), $big, $now()]", {"a": 2}, scope) == [
        4, 9_007_199_254_740_993, "2026-01-01T00:00:00.000Z",
    ]  # fmt: skip
    with pytest.raises(KeyError):
        interpreted("$fails()", {}, scope)
    with pytest.raises(ExpressionError) as raised:
        interpreted("$twice()", {}, scope)
    assert raised.value.code == "T0410"


def test_the_worker_knows_no_secret_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environment is empty, and no library that speaks to the network is loaded in it."""
    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    assert interpreted("1", {}) == 1
    process = Path(f"/proc/{isolation._free[0].pid}")
    if not process.exists():
        pytest.skip("this system shows no processes under /proc")
    assert b"s3cret" not in (process / "environ").read_bytes()
    asked = "import sys, syncata.expressions.worker; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"httpx", "httpcore", "ssl", "sqlite3", "syncata.transport"} & set(loaded)


PARENT = """
import sys, threading
from tests.expressions.test_attacks import *
interpreted("1", {})
print(isolation._free[0].pid, flush=True)
if sys.argv[1] == "busy":
    isolation._free[0].send(isolation._line({
        "text": "($f := function() { $f() }; $f())", "value": [], "names": {}, "functions": []}))
    print("asked", flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("state", ["idle", pytest.param("busy", marks=pytest.mark.slow)])
def test_the_worker_ends_with_its_parent(state: str) -> None:
    """A parent that is killed leaves no process behind, not even one that is busy."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, state], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        if state == "busy":
            parent.stdout.readline()
        parent.kill()
    until = time.monotonic() + 60
    while not gone(pid) and time.monotonic() < until:
        os.sched_yield()
    assert gone(pid)


def gone(pid: int) -> bool:
    """Whether a process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1][1] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize(
    ("pattern", "column"),
    [
        ("/a(?=b)/", 12), ("/a(?!b)/", 12), ("/(?<=a)b/", 11), ("/(?<!a)b/", 11),
        ("/(a)\\1/", 14), ("/(?<n>a)\\k<n>/", 18), ("/\\Ba/", 11), ("/a{1001}/", 11),
    ],
)  # fmt: skip
def test_what_needs_back_tracking_is_refused(pattern: str, column: int) -> None:
    """Look-around, back-references and the like are refused where they stand."""
    with pytest.raises(ExpressionError) as raised:
        compile_expression(Scalar.of(f"$match(a,{pattern})"))
    assert (raised.value.code, raised.value.position.column) == ("SYN226", column)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$match('x٣1', /\\d/).index", 2),
        ("$contains('é', /\\W/)", True),
        ("$contains('\u00a0', /^\\s$/) and $contains('\ufeff', /[\\s]/)", True),
        ("$contains('\u2003', /[^\\S]/)", True),
        ("$match('😀é1', /[0-9]/).index", 3),
        ("$match('ab', /(?<x>a)(c)?(b)/).groups", ["a", None, "b"]),
        ("$contains('STRASSE', /strasse/i)", True),
        ("$contains('\u212a', /\\w/i)", False),
        ("$match('a\r\nb', /^\\w$/m).match", ["a", "b"]),
        ("$contains('a\n', /a$/)", False),
        ("$contains('\\ud83d\\ude00', /^\\ud83d\\ude00$/)", True),
        ("$split('a1b22c', /\\d+/)", ["a", "b", "c"]),
        ("$contains('&', /[&|~]/)", True),
        ("$contains('\\n', /[^]/) or $contains('a', /[]/)", True),
        ("$replace('a-b', /(\\w)-(\\w)/, '$2-$1')", "b-a"),
    ],
)
def test_patterns_mean_what_they_mean_in_the_reference(text: str, value: Any) -> None:
    """Classes are those of JavaScript, and positions count UTF-16 units."""
    assert compile_expression(Scalar.of(text)).evaluate({}, SCOPE) == value


def test_lines_that_cannot_be_told_apart_are_refused() -> None:
    """Under `m` a pattern that names ends of lines sees no others than \\n: said, not guessed."""
    made = compile_expression(Scalar.of("$contains(a, /\\r$/m)"))
    assert made.evaluate({"a": "x\n"}, SCOPE) is False
    with pytest.raises(ExpressionError) as raised:
        made.evaluate({"a": "x\r\n"}, SCOPE)
    assert raised.value.code == "SYN226"


def test_patterns_of_schemas_are_bounded_too() -> None:
    """A pattern of a JSON Schema that would back-track for ever answers at once."""
    assert not pattern_of("^(a+)+$").found_in("a" * 100_000 + "!")


def test_files_that_lie_about_do_not_become_part_of_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever starts syncata beside a file called json.py gets values, and nothing of it is run."""
    (tmp_path / "json.py").write_text("open('run', 'w')\nraise SystemExit\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    isolation.close()  # the next one is started here
    found = compile_expression(Scalar.of(UNCOVERED % "v")).evaluate({"v": 1}, SCOPE)
    assert found == 1
    assert not (tmp_path / "run").exists()
