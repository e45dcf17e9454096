"""The documentation cannot lie: examples are valid, commands exist, tables are current."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from tests.docs import schemas
from tests.docs.generate import BLOCKS, DOCS, MARKED, files, renewed

from syncata.checks import check_connection, check_spec
from syncata.cli import cli
from syncata.document import load_bytes, load_file
from syncata.errors import Exit

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
MINIMAL = ROOT / "tests" / "specs" / "valid" / "minimal.yaml"
CONNECTION = {
    "spec": "starter",
    "settings": {
        "source_url": "https://shop.example.com",
        "source_token": "${env:TOKEN}",
        "target_url": "https://crm.example.com",
        "target_key": "${env:KEY}",
    },
}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OPERATORS = {"&&", "||", "|", ";", ">", ">>", "2>&1"}


@dataclass(frozen=True)
class Block:
    """A fenced block of a document; `quoted`: a comment before it says what it is taken from."""

    page: Path
    line: int
    language: str
    text: str
    quoted: bool

    def __str__(self) -> str:
        return f"{self.page.name}-{self.line}"


def blocks(*languages: str) -> list[Block]:
    return [block for page in PAGES for block in _blocks(page) if block.language in languages]


def _blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in FENCED.finditer(text):
        before = text[: found.start()]
        quoted = before.endswith("-->\n")
        yield Block(page, before.count("\n") + 1, found[1], found[2], quoted)


def merged(base: Any, part: Any, depth: int = 2) -> Any:
    """`part` put into `base`: sections are joined, named things (streams, syncs, …) replaced."""
    if depth < 0 or not (isinstance(base, dict) and isinstance(part, dict)):
        return part
    joined = {name: merged(base[name], part[name], depth - 1) for name in base.keys() & part.keys()}
    return {**base, **part, **joined}


def examined(text: str, folder: Path) -> list[str]:
    """What is wrong with a spec or a connection, or with a part put into a small whole one."""
    part = text.startswith("# part of a ")
    if text.startswith(("spec: 1\n", "# part of a spec\n")):
        name, check, whole = ROOT / "mappings" / "example.yaml", check_spec, load_file(MINIMAL).data
    else:
        assert re.match(r"spec: |# part of a connection\n", text), "say what this is a part of"
        name, check, whole = folder / "connections" / "x.yaml", check_connection, CONNECTION
    if part:
        text = json.dumps(merged(whole, load_bytes(text.encode(), "part.yaml").data))
    found = check(load_bytes(text.encode(), str(name)))
    return [f"{finding.code}: {finding.message}" for finding in found]


@pytest.mark.parametrize("block", [b for b in blocks("yaml") if not b.quoted], ids=str)
def test_each_yaml_example_is_valid(block: Block, tmp_path: Path) -> None:
    """Whole specs and connections as they stand, parts of them within a minimal one."""
    assert examined(block.text, tmp_path) == []


def test_a_wrong_example_would_be_found(tmp_path: Path) -> None:
    """The check above judges parts, too."""
    wrong = "# part of a spec\nsyncs:\n  products: {from: products, to: itme, map: {name: titel}}\n"
    assert examined(wrong, tmp_path) == ["SYN312: no resource is called itme"]
    wrong = "# part of a connection\nguards: {max_archive: 30%}\n"
    assert examined(wrong, tmp_path) == ['SYN101: unknown key "max_archive" in guards']


def calls(text: str) -> Iterator[list[str]]:
    """The arguments of each call of `syncata` in a shell's text."""
    for line in text.splitlines():
        words = [*shlex.split(line, comments=True), "&&"]
        while words:
            end = next(place for place, word in enumerate(words) if word in OPERATORS)
            call, words = words[:end], words[end + 1 :]
            places = [i for i, word in enumerate(call) if re.fullmatch(r"(.*/)?syncata", word)]
            if places:
                yield call[places[0] + 1 :]


CALLS = [
    pytest.param(arguments, id=f"{block}-{' '.join(arguments)}")
    for block in blocks("sh", "crontab")
    for arguments in calls(block.text)
]


def understood(arguments: list[str]) -> str:
    """The command that these arguments call. Raises UsageError for what does not exist."""
    root = click.Context(cli, info_name="syncata")
    name, command, rest = cli.resolve_command(root, list(arguments))
    assert command is not None
    command.make_context(name, rest, parent=root).close()
    return str(name)


@pytest.mark.parametrize("arguments", CALLS)
def test_each_command_line_can_be_called(arguments: list[str]) -> None:
    """The command exists, its options exist, and its arguments are what it takes."""
    assert understood(arguments)


def test_a_wrong_command_line_would_be_found() -> None:
    """The check above knows what does not exist."""
    for wrong in (["rnu", "acme"], ["run", "acme", "--fast"], ["run"], ["demo", "--items", "x"]):
        with pytest.raises(click.UsageError):
            understood(wrong)
    assert len(CALLS) > 20


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_what_is_made_from_the_code_is_current(path: Path) -> None:
    """Otherwise: python -m tests.docs.generate."""
    text = path.read_text(encoding="utf-8")
    assert renewed(text) == text


@pytest.mark.parametrize("path", schemas.FILES, ids=lambda path: path.name)
def test_what_editors_show_is_current(path: Path) -> None:
    """Otherwise: python -m tests.docs.generate."""
    text = path.read_text(encoding="utf-8")
    assert schemas.renewed(text) == text


def test_every_block_that_can_be_made_stands_somewhere() -> None:
    """No table is forgotten, no mark misspelled."""
    marked = [m[2] for page in files() for m in MARKED.finditer(page.read_text(encoding="utf-8"))]
    assert sorted(marked) == sorted(BLOCKS)


def anchors(page: Path) -> set[str]:
    """What links can point to in a document: its headings, as GitHub names them."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Files exist, and so do the headings that are named."""
    for target in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        other = (page.parent / name).resolve() if name else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


def test_every_exit_code_has_its_advice() -> None:
    """Whoever meets a code finds it in the table of `operating.md`."""
    text = (DOCS / "operating.md").read_text(encoding="utf-8")
    listed = {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert listed == {int(code) for code in Exit}
