"""The shape of the house: who may import whom, one door per library, nothing grows too large."""

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "engine" / "syncata"

# A room imports only from lines below its own. Rooms on one line do not know each other.
LAYERS = """\
cli
doctor | scheduling | lifecycle | rebuilding | inspection | testing
run
closing | plan_file | holding | restoring | timing
sync
absence | observing | adopting | reading
session | apply | planning | identity
source | target | ledger | report
pages
api
transport | formatting
checks
plan
mapping
expressions
spec
document
flow_scalars
model | errors
"""

# The only room that may import a library.
DOORS = {
    "ruamel": "document",
    "jsonschema": "checks",
    "referencing": "checks",
    "jsonata": "expressions",
    "nh3": "expressions",
    "re2": "expressions",
    "httpx": "transport",
    "httpcore": "transport",
    "sqlite3": "ledger",
    "click": "cli",
    "rich": "cli",
    "cronsim": "spec",
    "orjson": "model",
    "starlette": "simulator",
    "uvicorn": "simulator",
}

MAX_MODULE = 300
MAX_FUNCTION = 40
MAX_MEDIAN = 8


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    inside = path.relative_to(SOURCE)
    return inside.parts[0].removesuffix(".py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[tuple[str, int, bool]]:
    """(module, line, whether it stands inside a function) of each import."""
    tree = parsed(path)
    inner = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, id(node) in inner
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno, id(node) in inner


def ranks() -> dict[str, int]:
    lines = [line.split(" | ") for line in LAYERS.splitlines()]
    return {name.strip(): rank for rank, names in enumerate(lines) for name in names}


def test_every_room_stands_in_the_list() -> None:
    """A new room must find its place: none is missing, none is listed that is not there."""
    rooms = {room(path) for path in modules()} - {"__init__", "__main__", "simulator"}
    assert rooms == set(ranks())


def test_a_room_imports_only_from_lines_below() -> None:
    """Imports point down the list; within a line rooms do not know each other."""
    rank = ranks()
    wrong = []
    for path in modules():
        here = room(path)
        for name, line, _ in imports(path):
            parts = name.split(".")
            if parts[0] != "syncata" or len(parts) < 2 or here not in rank:
                continue
            there = parts[1]
            if there != here and (there not in rank or rank[there] <= rank[here]):
                allowed = here == "cli" and there == "simulator"
                if not allowed:
                    wrong.append(f"{path.relative_to(ROOT)}:{line} imports {there}")
    assert not wrong


def test_the_simulator_knows_nothing_of_ours() -> None:
    """It shares none of our code, so it shares none of our mistakes."""
    wrong = [
        f"{path.name}:{line} {name}"
        for path in modules()
        if room(path) == "simulator"
        for name, line, _ in imports(path)
        if name.startswith("syncata") and not name.startswith("syncata.simulator")
    ]
    assert not wrong


def test_every_library_has_one_door() -> None:
    """A library is imported by one room only, so that it can be exchanged there."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules()
        if room(path) != "simulator"
        for name, line, _ in imports(path)
        if (door := DOORS.get(name.split(".")[0])) and room(path) != door
    ]
    assert not [w for w in wrong if not _is_known_exception(w)]


def _is_known_exception(wrong: str) -> bool:
    """orjson is a codec, no service: the rooms that encode bodies and rows use it themselves.
    doctor tells the version of SQLite."""
    return "orjson" in wrong or ("doctor/" in wrong and "sqlite3" in wrong)


def test_imports_stand_at_the_top_except_for_start_up_time() -> None:
    """Only the command line imports inside functions, to start quickly."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules()
        if room(path) not in ("cli", "__main__")
        for name, line, inside in imports(path)
        if inside
    ]
    assert not wrong


def test_no_import_cycle() -> None:
    """No module imports itself through others."""
    names = {
        ".".join(p.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__"): p
        for p in modules()
    }
    graph = {
        name: {
            target
            for imported, _, inside in imports(path)
            if not inside
            for target in (imported, imported.rpartition(".")[0])
            if target in names and target != name and not name.startswith(f"{target}.")
        }
        for name, path in names.items()
    }
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, f"cycle: {' -> '.join((*way[way.index(name) :], name))}"
        if name in done:
            return
        for target in graph[name]:
            visit(target, (*way, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def functions(path: Path) -> Iterator[tuple[str, int, int]]:
    """(name, line, length without the docstring) of each function."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body:
                yield node.name, node.lineno, (node.end_lineno or 0) - body[0].lineno + 1


def test_modules_and_functions_stay_small() -> None:
    """No module over 300 lines, no function over 40; the median function is short."""
    long_modules = [
        f"{path.relative_to(ROOT)} ({lines})"
        for path in modules()
        if (lines := path.read_text(encoding="utf-8").count("\n")) > MAX_MODULE
    ]
    lengths = [(path, *item) for path in modules() for item in functions(path)]
    long_functions = [f"{p.name}:{line} {n} ({k})" for p, n, line, k in lengths if k > MAX_FUNCTION]
    assert (long_modules, long_functions) == ([], [])
    assert statistics.median(length for *_, length in lengths) <= MAX_MEDIAN


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_the_engine_names_no_vendor(path: Path) -> None:
    """Vendors are known to specs, schemas and simulators only."""
    if room(path) != "simulator":
        assert not re.search(
            r"edflex|360\s?learning|stripe|airtable",
            path.read_text(encoding="utf-8"),
            re.IGNORECASE,
        )


def test_the_readme_shows_the_same_list() -> None:
    """What the README says about the rooms is what is tested here."""
    assert LAYERS in (ROOT / "README.md").read_text(encoding="utf-8")
