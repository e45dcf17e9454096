"""Resources of the target and their operations, from nodes found valid."""

from syncata.spec.build_observe import build_observe
from syncata.spec.build_requests import build_request, seconds, span_seconds
from syncata.spec.node import Node
from syncata.spec.operations import (
    Batch,
    Conflict,
    Find,
    InDoubt,
    ItemError,
    Job,
    Operation,
    Poll,
    Read,
    Resource,
    Results,
)
from syncata.spec.pagination import build_pagination

OPERATIONS = ("create", "update", "upsert", "archive", "restore", "remove")
MAX_BYTES = "8 MB"
UNITS = {"B": 1, "kB": 1_000, "MB": 1_000_000}
POLL_FROM, POLL_TO, POLL_TIMEOUT = 1.0, 10.0, 3600.0
WINDOW = 300.0


def build_resource(name: str, node: Node) -> Resource:
    """One resource. Without a word on it, deactivating archives what can be archived."""
    find = node["find"]
    deactivate = "archive" if node["archive"] else "keep"
    return Resource(
        name=name,
        schema=node["schema"].value,
        schema_at=node["schema"].scalar(),
        needs=tuple(node["needs"].value or ()),
        find=_find(find) if find else None,
        operations={word: _operation(word, node[word]) for word in OPERATIONS if node[word]},
        on_deactivate=node["on_deactivate"].text(deactivate),
        observe=build_observe(node["observe"]),
    )


def _find(node: Node) -> Find:
    return Find(
        request=build_request(node["request"]),
        pagination=build_pagination(node["pagination"]),
        records=node["records"].scalar(),
        where=node["where"].scalar(),
        by=node["by"].scalar(),
        id=node["id"].expect(),
        adopt=node["adopt"].text("confirm"),
        several=node["several"].text("stop"),
        only_in_doubt=node["only"].value == "in_doubt",
    )


def _operation(name: str, node: Node) -> Operation:
    batch, job, results, conflict = (node[w] for w in ("batch", "job", "results", "conflict"))
    return Operation(
        name=name,
        request=build_request(node["request"]),
        batch=_batch(batch) if batch else None,
        job=_job(job) if job else None,
        results=_results(results) if results else None,
        id=node["id"].scalar(),
        conflict=Conflict(conflict["when"].expect()) if conflict else None,
        omitted=_omitted(node),
        repeatable=node["repeatable"].value is True,
        undone_by_write=node["undone_by_write"].value is True,
        read=_read(node["read"]) if node["read"] else None,
    )


def _read(node: Node) -> Read:
    return Read(
        when=node["when"].scalar(),
        request=build_request(node["request"]),
        pagination=build_pagination(node["pagination"]),
        result=node["result"].expect("$response"),
    )


def _omitted(node: Node) -> str:
    """The word; YAML reads a bare `null` as nothing, and it means the same here."""
    return node["omitted"].text("null" if "omitted" in node.mapping else "replaced")


def _batch(node: Node) -> Batch:
    most = _bytes(node["max_bytes"].text(MAX_BYTES))
    return Batch(node["max"].value, most, atomic=node["atomic"].value is True)


def _bytes(text: str) -> int:
    number = text.rstrip("BkM ")
    return int(number) * UNITS[text.removeprefix(number).strip()]


def _job(node: Node) -> Job:
    poll, in_doubt = node["poll"], node["in_doubt"]
    every = poll["every"]
    first = seconds(every["from"], min(POLL_FROM, every["to"].value or POLL_FROM))
    return Job(
        accepted_status=node["accepted"]["status"].value or 202,
        location=node["accepted"]["location"].text("Location"),
        poll=Poll(
            status=poll["status"].expect(),
            done=tuple(poll["done"].value),
            every_from=first,
            every_to=max(seconds(every["to"], POLL_TO), first),
            timeout=seconds(poll["timeout"], POLL_TIMEOUT),
        ),
        results=_results(node["results"], of_job=True),
        in_doubt=_in_doubt(in_doubt) if in_doubt else None,
    )


def _in_doubt(node: Node) -> InDoubt:
    return InDoubt(
        list=build_request(node["list"]),
        pagination=build_pagination(node["pagination"]),
        records=node["records"].expect("$"),
        where=node["where"].scalar(),
        created=node["created"].expect(),
        location=node["location"].expect(),
        window=span_seconds(node["window"].text(), WINDOW),
    )


def _results(node: Node, *, of_job: bool = False) -> Results:
    path = node["path"].expect("{$location}") if of_job else None
    return Results(
        path=path,
        records=node["records"].scalar(),
        echo=node["echo"].scalar(),
        match=node["match"].expect(),
        ok=node["ok"].expect(),
        id=node["id"].scalar(),
        error=node["error"].scalar(),
        item_errors=tuple(
            ItemError(error["when"].expect(), error["then"].text())
            for error in node["item_errors"].elements()
        ),
    )
