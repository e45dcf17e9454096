"""The packaged spec as its documentation sees it: comments, an example connection, the engine."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from syncata.checks import load_connection
from syncata.document import Document, folder, load_file
from syncata.errors import RecordRejected
from syncata.expressions import UNDEFINED
from syncata.mapping.compiled import CompiledSync, Item, Standing
from syncata.mapping.context import Context, Definitions
from syncata.session import compiled_sync
from syncata.spec.connection import Connection
from syncata.spec.model import Spec
from syncata.spec.node import Node

NAME = "edflex-360learning"
FILE = Path(__file__).parents[2] / "mappings" / f"{NAME}.yaml"
AUTHOR = {"_id": "507f191e810c19729de860ea", "lang": "fr"}
LEARNER = "507f191e810c19729de860eb"
NOW = datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
SECRETS = ("edflex_client_id", "edflex_client_secret", "target_client_id", "target_client_secret")

Record = dict[str, Any]


@cache
def document() -> Document:
    """The file."""
    return load_file(FILE)


def root() -> Node:
    """The whole file, with positions."""
    return Node.root(document())


def comment(node: Node) -> str:
    """What the file says about a key: the comment lines right above it, and that behind it."""
    lines = node.document.text.splitlines()
    line = node.key_position.line - 1
    found = re.findall(r"\s#\s+(.*)$", lines[line])
    while line and (above := re.fullmatch(r"\s*#(?: ---)? ?(.*)", lines[line - 1])):
        found.insert(0, above[1])
        line -= 1
    return " ".join(part.strip() for part in found if part.strip())


@cache
def connection() -> Connection:
    """A connection that sets what must be set, and nothing else."""
    settings = {
        "organization": "mycompany-portal",
        "group_id": "507f1f77bcf86cd799439011",
        "author_email": "catalogue@mycompany.com",
        **{name: f"${{env:{name}}}" for name in SECRETS},
    }
    with TemporaryDirectory() as place:
        file = Path(place) / "connections" / "acme.yaml"
        file.parent.mkdir()
        file.write_text(json.dumps({"spec": NAME, "settings": settings}), encoding="utf-8")
        return load_connection(file, dict.fromkeys(SECRETS, "secret"))


def spec() -> Spec:
    """The spec, built."""
    return connection().spec


def schema(name: str) -> Mapping[str, Any]:
    """A packaged schema."""
    found: Mapping[str, Any] = json.loads(folder("schemas").joinpath(name).read_text("utf-8"))
    return found


class Engine:
    """One sync of the packaged spec, ready to map; `unmapped` holds what had no counterpart."""

    def __init__(self, sync: str) -> None:
        context = Context(Definitions(spec().definitions), connection().public_settings(), now=NOW)
        context.learn_lookups({"author_by_email": AUTHOR})
        self.unmapped: list[Any] = []
        functions = {"has": lambda *_: True, "ref": lambda *_: "1", "find": _find}
        self.sync: CompiledSync = compiled_sync(spec(), spec().syncs[sync])
        self.sync.bind(context, functions, lambda _, value: self.unmapped.append(value))

    def standing(self, record: Record) -> Standing | None:
        """What the conditions say; None: the record is set aside."""
        item = Item(record)
        try:
            return self.sync.standing(item, self.sync.scope(item))
        except RecordRejected:
            return None

    def payload(self, record: Record, known: Record | None = None) -> Record:
        """What the target gets."""
        item = Item(record)
        return self.sync.payload(item, self.sync.scope(item, UNDEFINED if known is None else known))

    def is_final(self, record: Record, known: Record) -> bool:
        """Whether a record is left alone from now on."""
        item = Item(record)
        return self.sync.is_final(item, self.sync.scope(item, known))


def _find(_name: str, _key: str) -> Record:
    return {"_id": LEARNER}


def content() -> Record:
    """The example content of its schema."""
    example: Record = schema("edflex/content.schema.json")["examples"][0]
    return example
