"""Bodies of batches: what holds every record passes, the trap of the single one is told."""

from pathlib import Path

import pytest

from syncata.checks import check_spec
from syncata.document import load_bytes

MINIMAL = Path(__file__).parents[1] / "specs" / "valid" / "minimal.yaml"
SINGLE = '        request: {method: PUT, path: "/items/{$key}", body: "{$}"}\n'
BULK = """\
        request: {{method: PUT, path: /bulk, body: {upsert}}}
        batch: {{max: 10}}
        results: {{match: id, ok: ok}}
      archive:
        request: {{method: POST, path: /bulk/archive, body: {archive}}}
        batch: {{max: 10}}
        results: {{match: id, ok: ok}}
        undone_by_write: true
"""
RECORDS, KEYS = '"{$records}"', '"{$keys}"'


def hints(upsert: str = RECORDS, archive: str = KEYS) -> list[str]:
    whole = MINIMAL.read_text().replace(SINGLE, BULK.format(upsert=upsert, archive=archive))
    findings = check_spec(load_bytes(whole.encode(), "mappings/x.yaml"))
    assert {finding.code for finding in findings} <= {"SYN338"}
    return [finding.hint for finding in findings]


@pytest.mark.parametrize(
    "body",
    [
        RECORDS,
        '{items: "{$records}", of: "{$count($keys)}", way: fast, more: [1, 2, 3]}',
        '"{[$records.{\'id\': id}]}"',
        '{items: "{[$records.name]}"}',
        '{items: "{[$records.price.amount]}"}',
        '{items: "{[$map($records, function($r) {$merge([$r, {\'by\': $settings}])})]}"}',
        '{items: "{$records[active]}"}',
        '{items: "{[$items.{\'id\': id, \'fields\': desired}]}"}',
        '{items: "{$map($records, function($r) {$number($r.price)})}"}',
    ],
)  # fmt: skip
def test_a_body_that_holds_each_record_or_cannot_be_tried_is_let_pass(body: str) -> None:
    """No right spec is refused; dummies have no fields, so some bodies cannot be judged."""
    assert hints(upsert=body) == []


@pytest.mark.parametrize(
    "body",
    [
        KEYS,
        '{items: "{$keys}"}',
        '{items: "{[$keys.{\'id\': $}]}"}',
        '{items: "{[$keys.$number($)]}"}',
        '{items: "{[$items.{\'id\': id, \'gone\': true}]}"}',
    ],
)  # fmt: skip
def test_a_body_that_holds_each_key_passes(body: str) -> None:
    """At its top or one level down."""
    assert hints(archive=body) == []


@pytest.mark.parametrize("body", ["\"{$keys.{'id': $}}\"", '{ids: "{$keys.$uppercase($)}"}'])
def test_the_trap_of_the_single_key_is_told(body: str) -> None:
    """It works with every batch, but for a batch of one."""
    (hint,) = hints(archive=body)
    assert hint == "with one record `$keys.{…}` is no list: write `[$keys.{…}]`"


@pytest.mark.parametrize(
    "body", ['{ids: "{$join($keys)}"}', '["{$keys}"]', '{a: {b: "{$keys}"}}', "{all: true}"]
)
def test_a_body_without_a_list_of_the_keys_is_told(body: str) -> None:
    """Results could not be paired with what was sent."""
    (hint,) = hints(archive=body)
    assert hint.startswith("it must hold exactly one")
