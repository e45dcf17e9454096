"""`syncata record`: a live read saved as a sample, personal data and secrets masked."""

import json
import re
from typing import Any

import pytest
from tests.acceptance.world import SECRETS, SPEC, World

from syncata.inspection import Pseudonyms
from syncata.mapping.persons import keyed_hash
from syncata.simulator.people import learner_mail

ADA, BEA = learner_mail(1), learner_mail(2)
MAIL = re.compile(r"person-[0-9a-f]{8}@example\.invalid")


def _record(world: World, stream: str, name: str = "sample.json", *more: str) -> Any:
    path = world.path(name)
    result = world.cli("record", "main", "--stream", stream, "-o", str(path), "--json", *more)
    assert result.exit == 0, result.out
    assert ADA not in result.out
    return json.loads(path.read_text())


def test_a_person_is_the_same_mask_everywhere_and_nobody_else_has_it(world: World) -> None:
    """Two records of one learner, in two cases, and one of another; today and after a run."""
    world.edflex.fill(2)
    world.edflex.learn(ADA, "i1")
    world.edflex.learn(ADA.upper(), "i2")
    world.edflex.learn(BEA, "i1")
    sample = _record(world, "activities")
    one, two, other = (record["email"] for record in sample)
    assert one == two != other
    assert all(MAIL.fullmatch(mail) for mail in (one, other))
    assert [record["content_id"] for record in sample] == ["i1", "i2", "i1"]
    assert ADA.lower() not in json.dumps(sample).lower()
    world.run()
    assert _record(world, "activities", "again.json") == sample


def test_what_is_not_personal_stays_and_can_be_tried(world: World) -> None:
    """The sample is what the source gave, and `eval` takes it as it is."""
    world.edflex.fill(5)
    sample = _record(world, "contents", "sample.json", "--limit", "3")
    assert [record["title"] for record in sample] == ["Title 1", "Title 2", "Title 3"]
    tried = world.cli("eval", str(SPEC), "courses", "sample.json", "--json")
    assert [one["key"] for one in tried.json["records"]] == ["i1", "i2", "i3"]
    assert world.target.writes() == []


def test_other_texts_lose_addresses_and_secrets(world: World) -> None:
    """A description that names an address and repeats a secret, though nothing marks it."""
    secret = SECRETS["EDFLEX_SECRET"]
    world.edflex.put("i1", description=f"<p>Write to Ada.L@example.com, with {secret}</p>")
    text = world.path("sample.json")
    _record(world, "contents")
    assert secret not in text.read_text()
    assert "Ada.L" not in text.read_text()
    assert re.search(r"Write to person-[0-9a-f]{8}@example\.invalid, with \*\*\*", text.read_text())


SCHEMA = {
    "properties": {
        "name": {"personal": True},
        "born": {"personal": True},
        "phone": {"personal": True},
        "number": {"personal": True},
        "active": {"personal": True},
        "page": {"personal": True},
        "owner": {"personal": True},
        "authors": {"items": {"properties": {"mail": {"personal": True}}}},
    }
}
PERSON = {
    "id": "p1",
    "name": "Grace Hopper",
    "born": "1906-12-09",
    "phone": "+33 6 12 34 56 78",
    "number": 4711,
    "active": True,
    "page": "https://people.example.com/grace",
    "owner": {"id": "u1", "name": "Ada", "mails": ["ada@example.com"]},
    "authors": [{"mail": "GRACE@example.com", "role": "x"}, {"mail": None}],
    "text": "by Grace  hopper? By grace hopper!",
}


def _masked(record: Any, salt: bytes = b"salt") -> Any:
    return Pseudonyms(keyed_hash(salt), lambda text: text).record(record, SCHEMA)


def test_each_kind_of_value_looks_like_itself() -> None:
    """Names, dates, numbers, addresses and lists keep their kind, ids and null stay."""
    made = _masked(PERSON)
    assert re.fullmatch(r"Person [0-9a-f]{8}", made["name"])
    assert made["born"] == "2000-01-01"
    assert re.fullmatch(r"\+\d\d \d \d\d \d\d \d\d \d\d", made["phone"])
    assert made["phone"] != PERSON["phone"]
    assert (isinstance(made["number"], int), made["number"] < 10_000) == (True, True)
    assert made["number"] != 4711
    assert made["active"] is True
    assert re.fullmatch(r"https://example\.invalid/person-[0-9a-f]{8}", made["page"])
    assert made["owner"]["id"] == "u1"
    assert re.fullmatch(r"Person [0-9a-f]{8}", made["owner"]["name"])
    assert MAIL.fullmatch(made["owner"]["mails"][0])
    assert MAIL.fullmatch(made["authors"][0]["mail"])
    assert (made["authors"][0]["role"], made["authors"][1]["mail"]) == ("x", None)
    assert made["text"] == f"by Grace  hopper? By {made['name']}!"
    assert made["id"] == "p1"


def test_masks_depend_on_the_ledger_and_on_nothing_else() -> None:
    """The same salt and person: the same mask; another salt: another one."""
    assert _masked(PERSON) == _masked(PERSON)
    assert _masked(PERSON)["name"] != _masked(PERSON, b"other")["name"]
    assert _masked({"name": " GRACE hopper"})["name"] == _masked(PERSON)["name"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "x.json"], "the spec has several streams"),
        (["--stream", "nothing", "-o", "x.json"], "there is no stream nothing"),
        (["--stream", "contents", "-o", "taken.json"], "taken.json would be overwritten"),
        (["--stream", "contents", "-o", "no/where.json"], "there is no directory no"),
        (["--stream", "contents"], "Missing option '-o'"),
    ],
)
def test_a_wrong_call_reads_and_writes_nothing(
    world: World, arguments: list[str], said: str
) -> None:
    """Exit 2 and the reason; what is there stays."""
    world.path("taken.json").write_text("mine")
    refused = world.cli("record", "main", *arguments)
    assert (refused.exit, said in refused.err) == (2, True), refused.err
    assert world.path("taken.json").read_text() == "mine"
    assert world.edflex.requests() == []
    assert not world.path("x.json").exists()
