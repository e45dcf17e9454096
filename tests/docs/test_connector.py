"""The packaged spec reads like documentation."""

import re

import pytest
from tests.docs.connector import assumptions
from tests.docs.packaged import comment, document, root, schema


@pytest.mark.parametrize("sync", ["integration", "courses", "course_tags", "statistics"])
def test_every_mapping_says_why(sync: str) -> None:
    """Each field of a mapping has a comment, which the documentation shows."""
    fields = root()["syncs"][sync]["map"].items()
    assert [name for name, node in fields if not comment(node)] == []


def test_every_check_that_is_no_read_names_what_cannot_exist() -> None:
    """A request of `doctor` that could write goes to an id that the target never gives."""
    checks = [check["request"] for check in root()["target"]["checks"].elements()]
    writing = [request for request in checks if request["method"].text("GET") != "GET"]
    assert len(writing) == 4
    assert all("/{$nothing}" in request["path"].text() for request in writing)
    assert root()["definitions"]["nothing"].text() == '"000000000000000000000000"'


def test_assumptions_stand_in_one_marked_block_and_are_all_told() -> None:
    """The block has a beginning and an end; what the schemas mark is in the document."""
    marks = re.findall(
        r"^  # --- (Assumptions|End of the assumptions)\.", document().text, re.MULTILINE
    )
    assert marks == ["Assumptions", "End of the assumptions"]
    rows = assumptions()
    for name in ("edflex/content.schema.json", "edflex/activity.schema.json"):
        for field, rules in schema(name)["properties"].items():
            assumed = "x-assumption" in rules or rules["description"].startswith("Assumption:")
            assert (f"| `{field}` |" in rows) >= assumed, field
