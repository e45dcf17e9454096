"""Which names an expression sees at each place of a spec: a table, held against every spec and
printed in the documentation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from syncata.document import DataPath
from syncata.spec.node import Node

# What each name is, for hints and documentation.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "settings": "the connection's settings",
        "lookups": "values read from the target once per run",
        "key": "the record's key",
        "id": "the id that the target gave",
        "known": "what the target last confirmed for this record",
        "desired": "what the mapping made of the record that is looked for",
        "records": "the payloads of a batch",
        "keys": "the keys of a batch",
        "items": "of each record of a batch: key, id (if there is one), desired (its payload)",
        "response": "the answer's body",
        "status": "the answer's HTTP status",
        "headers": "the answer's headers, names in lower case",
        "page": "number (pages read), count (records on this page), offset (records read so far)",
        "location": "the URL of the job",
        "since": "the instant from which on changes are read, or jobs looked for",
        "parent": "the stream's record that the record is part of, where there is `each`",
        "current": "what `read` has just found",
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """One kind of place. `where`: paths, in which `*` is any name and `**` any rest; the first
    place that fits a path is its place.

    `record` says what `$` is (empty: there is none); `definitions`, `references` (`$ref`, `$has`),
    `secrets` and `clock` (`$now()`) say whether those may be used. `having`: only where a word
    around the text is there (True) or not.
    """

    name: str
    where: tuple[str, ...]
    record: str
    variables: tuple[str, ...]
    definitions: bool = True
    references: bool = False
    secrets: bool = False
    having: tuple[str, bool] | None = None


_API = ("source", "target")
_ANSWER = ("response", "status", "headers")
_ONE = ("settings", "lookups", "key", "id", "known")
_WRITE_ONE = (*_ONE, "current")


def _both(*paths: str) -> tuple[str, ...]:
    return tuple(f"{api}.{path}" for api in _API for path in paths)


def _operations(words: str, *paths: str) -> tuple[str, ...]:
    return tuple(f"target.resources.*.{word}.{path}" for word in words.split() for path in paths)


PLACES: tuple[Place, ...] = (
    Place("a setting's default", ("settings.*.default",), "", ("settings",), definitions=False),
    Place("a definition", ("definitions.*",), "", ("settings", "lookups")),
    Place(
        "address, authentication and headers of an API",
        _both("base_url", "auth.*", "headers.*", "limits.scope"),
        "", ("settings",), definitions=False, secrets=True,
    ),
    Place("a rule for answers", _both("responses.*.*"), "the answer's body",
          ("settings", *_ANSWER), definitions=False),
    Place("the request of a stream", ("source.streams.*.request.**",), "", ("settings",)),
    Place("the parameter of `incremental`", ("source.streams.*.incremental.value",), "",
          ("settings", "since")),
    Place("the cursor of `incremental`", ("source.streams.*.incremental.cursor",), "the record",
          ("settings",)),
    Place("the next page",
          ("source.streams.*.pagination.*", "target.lookups.*.pagination.*",
           "target.checks.*.pagination.*", "target.resources.*.find.pagination.*",
           "target.resources.*.observe.*.pagination.*", "target.resources.*.*.read.pagination.*",
           "target.resources.*.*.job.in_doubt.pagination.*"),
          "the answer's body", ("settings", "page", *_ANSWER)),
    Place("records and count of a stream", ("source.streams.*.records", "source.streams.*.count"),
          "the answer's body", ("settings", *_ANSWER)),
    Place("the key of a stream", ("source.streams.*.key",), "the record", ("settings",)),
    Place("the request of `absent`", ("source.streams.*.absent.request.**",), "",
          ("settings", "keys")),
    Place("the records of `absent`", ("source.streams.*.absent.records",), "the answer's body",
          ("settings", *_ANSWER)),
    Place("a look-up's condition and message",
          ("target.lookups.*.when", "target.lookups.*.message"), "", ("settings",),
          definitions=False),
    Place("the request of a look-up by keys", ("target.lookups.*.request.**",), "",
          ("settings", "keys"), definitions=False, having=("by", True)),
    Place("the request of a look-up", ("target.lookups.*.request.**",), "", ("settings",),
          definitions=False),
    Place("what a found thing is known by", ("target.lookups.*.by",), "a thing that was found",
          ("settings",), definitions=False),
    Place("a check's condition", ("target.checks.*.when",), "", ("settings",)),
    Place("the request of a check", ("target.checks.*.request.**",), "",
          ("settings", "lookups")),
    Place("the verdict of a check", ("target.checks.*.ok", "target.checks.*.found",
          "target.checks.*.advice"), "the answer's body", ("settings", "lookups", *_ANSWER)),
    Place("the result of a look-up", ("target.lookups.*.result",), "the answer's body",
          ("settings", *_ANSWER), definitions=False),
    Place("the request of `find`", ("target.resources.*.find.request.**",), "",
          ("settings", "lookups", "key", "desired"), references=True),
    Place("the records of `find`", ("target.resources.*.find.records",), "the answer's body",
          ("settings", "lookups", "key", *_ANSWER)),
    Place("`where` of `find`", ("target.resources.*.find.where",), "the candidate",
          ("settings", "lookups", "key", "desired"), references=True),
    Place("`by` and `id` of `find`", ("target.resources.*.find.by", "target.resources.*.find.id"),
          "the candidate", ("settings", "lookups", "key"), references=True),
    Place("the request of `observe.list`", ("target.resources.*.observe.list.request.**",), "",
          ("settings", "lookups"), references=True),
    Place("the records of `observe.list`", ("target.resources.*.observe.list.records",),
          "the answer's body", ("settings", "lookups", *_ANSWER)),
    Place("what is seen of a thing in the list",
          ("target.resources.*.observe.list.*", "target.resources.*.observe.list.fields.*"),
          "a thing of the target", ("settings", "lookups")),
    Place("the request of `observe.one`", ("target.resources.*.observe.one.request.**",), "",
          _ONE, references=True),
    Place("what is seen of one thing",
          ("target.resources.*.observe.one.*", "target.resources.*.observe.one.fields.*"),
          "the answer's body", (*_ONE, *_ANSWER)),
    Place("whether to read before writing, and the request",
          ("target.resources.*.*.read.when", "target.resources.*.*.read.request.**"), "",
          _ONE, references=True),
    Place("what `read` found", ("target.resources.*.*.read.result",), "the answer's body",
          (*_ONE, *_ANSWER)),
    Place("the request that writes one record", _operations("create update upsert", "request.**"),
          "what the target should hold", _WRITE_ONE, references=True, having=("batch", False)),
    Place("the request that writes a batch", _operations("create update upsert", "request.**"),
          "", ("settings", "lookups", "records", "keys", "items"), references=True,
          having=("batch", True)),
    Place("the request that takes one record away or back",
          _operations("archive restore remove", "request.**"), "", _WRITE_ONE, references=True,
          having=("batch", False)),
    Place("the request that takes a batch away or back",
          _operations("archive restore remove", "request.**"), "",
          ("settings", "lookups", "keys", "items"), references=True, having=("batch", True)),
    Place("the id in the answer to a write",
          _operations("create update upsert archive restore remove", "id", "conflict.when"),
          "the answer's body", (*_WRITE_ONE, *_ANSWER)),
    Place("the state of a job", ("target.resources.*.*.job.poll.status",), "the answer's body",
          ("settings", *_ANSWER)),
    Place("the request for jobs in doubt", ("target.resources.*.*.job.in_doubt.list.**",), "",
          ("settings", "since")),
    Place("the list of jobs", ("target.resources.*.*.job.in_doubt.records",),
          "the answer's body", ("settings", *_ANSWER)),
    Place("a job of the list", ("target.resources.*.*.job.in_doubt.*",), "the job",
          ("settings",)),
    Place("the path of a job's results", ("target.resources.*.*.job.results.path",), "",
          ("settings", "location")),
    Place("the list of results",
          ("target.resources.*.*.job.results.records", "target.resources.*.*.results.records"),
          "the answer's body", ("settings", *_ANSWER)),
    Place("what pairs items and results",
          ("target.resources.*.*.job.results.match", "target.resources.*.*.results.match"),
          "an item that was sent", ("settings",)),
    Place("one result",
          ("target.resources.*.*.job.results.*", "target.resources.*.*.results.*"), "the result",
          ("settings",)),
    Place("a class of refusals",
          ("target.resources.*.*.job.results.item_errors.*.when",
           "target.resources.*.*.results.item_errors.*.when"), "the result", ("settings",)),
    Place("whether a sync takes part", ("syncs.*.when",), "", ("settings", "lookups")),
    Place("`each` of a sync", ("syncs.*.each",), "the stream's record", ("settings", "lookups")),
    Place("key, person and order of a sync",
          ("syncs.*.key", "syncs.*.person", "syncs.*.order"), "the record",
          ("settings", "lookups", "parent"), references=True),
    Place("what is final", ("syncs.*.final",), "the record",
          ("settings", "lookups", "parent", "known")),
    Place("conditions and mapping of a sync",
          ("syncs.*.where", "syncs.*.live", "syncs.*.map.*"), "the record",
          ("settings", "lookups", "parent", "known"), references=True),
)  # fmt: skip


def place_of(node: Node) -> Place | None:
    """The place at which a text stands."""
    for place in PLACES:
        if any(fits(pattern, node.path) for pattern in place.where) and (
            place.having is None or place.having[1] == _has(node, place.having[0])
        ):
            return place
    return None


def fits(pattern: str, path: DataPath) -> bool:
    """Whether a path fits a pattern of names, `*` and a closing `**`."""
    parts = pattern.split(".")
    if parts[-1] == "**":
        parts.pop()
        if len(path) <= len(parts):
            return False
        path = path[: len(parts)]
    return len(parts) == len(path) and all(
        part in ("*", name) for part, name in zip(parts, path, strict=True)
    )


def texts(schema: Mapping[str, Any], root: Node) -> Iterator[tuple[Node, str]]:
    """Every text of a document that the schema marks, with its kind: expression or template."""
    yield from _texts(schema, schema, root)


def _texts(
    whole: Mapping[str, Any], schema: Mapping[str, Any], node: Node
) -> Iterator[tuple[Node, str]]:
    if "$ref" in schema:
        schema = whole["definitions"][schema["$ref"].rpartition("/")[2]]
    kind = schema.get("x-kind")
    if kind == "body":
        yield from ((text, "template") for text in _strings(node))
        return
    if kind:
        if isinstance(node.value, str):
            yield node, kind
        return
    for branch in schema.get("oneOf", ()):
        if _is_meant(branch, node):
            yield from _texts(whole, branch, node)
            return
    properties, further = schema.get("properties", {}), schema.get("additionalProperties")
    for name, child in node.items():
        part = properties.get(name, further)
        if isinstance(part, dict):
            yield from _texts(whole, part, child)
    for element in node.elements():
        yield from _texts(whole, schema.get("items", {}), element)


def _strings(node: Node) -> Iterator[Node]:
    if isinstance(node.value, str):
        yield node
    for child in node.values():
        yield from _strings(child)
    for element in node.elements():
        yield from _strings(element)


def _is_meant(branch: Mapping[str, Any], node: Node) -> bool:
    kind = branch["properties"].get("type", {}).get("const")
    return bool(node["type"].value == kind)


def _has(node: Node, word: str) -> bool:
    """Whether what a request belongs to has this word."""
    around = Node.root(node.document)
    for part in node.path:
        if part == "request":  # what is inside are names of APIs
            return bool(around[word])
        around = around[part]
    return False
