"""The packaged spec reads like documentation."""

import re
from pathlib import Path

import pytest
from tests.docs.connector import assumptions
from tests.docs.packaged import comment, document, root, schema

from syncata.document import load_file
from syncata.spec.node import Node

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["edflex-360learning", "stripe-airtable"])
def test_every_mapping_says_why(name: str) -> None:
    """Each field of each mapping of both packaged specs has a comment, which documents show."""
    syncs = Node.root(load_file(ROOT / "mappings" / f"{name}.yaml"))["syncs"]
    fields = [(sync, field) for sync, node in syncs.items() for field in node["map"].items()]
    assert {sync for sync, _ in fields} == {sync for sync, _ in syncs.items()}
    assert [(sync, field) for sync, (field, node) in fields if not comment(node)] == []


def test_every_check_that_is_no_read_names_what_cannot_exist() -> None:
    """A request of `doctor` that could write goes to an id that the target never gives."""
    checks = [check["request"] for check in root()["target"]["checks"].elements()]
    writing = [request for request in checks if request["method"].text("GET") != "GET"]
    assert len(writing) == 4
    assert all("/{$nothing}" in request["path"].text() for request in writing)
    assert root()["definitions"]["nothing"].text() == '"000000000000000000000000"'


def test_assumptions_stand_in_one_marked_block_and_are_all_told() -> None:
    """The block holds all there is to both streams and nothing else; nowhere else in the spec is
    anything assumed; the document has a row for each thing that is marked, and for no other."""
    lines = document().text.splitlines()
    begin, end = (
        next(number for number, line in enumerate(lines, 1) if line.startswith(f"  # --- {words}."))
        for words in ("Assumptions", "End of the assumptions")
    )
    source = root()["source"]
    inside = [name for name, node in source.items() if begin < node.key_position.line < end]
    assert inside == ["streams"]
    assert source["streams"].key_position.line < end < root()["target"].key_position.line
    assumed = [number for number, line in enumerate(lines, 1) if "assum" in line.casefold()]
    assert min(assumed) == begin
    assert max(assumed) == end
    contents = schema("edflex/content.schema.json")["properties"]
    activities = schema("edflex/activity.schema.json")["properties"]
    marked = [name for name, rules in contents.items() if "x-assumption" in rules]
    assert {"status", "syllabus", "platform", "categories", "duration"} <= {*marked}
    assert all(rules["description"].startswith("Assumption: ") for rules in activities.values())
    told = re.findall(r"^\| (contents|statistics) \| `(\w+)` \|", assumptions(), re.MULTILINE)
    wanted = [("contents", name) for name in marked]
    assert told == wanted + [("statistics", name) for name in activities]
