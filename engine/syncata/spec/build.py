"""A spec from its document. Only called on a document that the checks found valid."""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any, Literal, cast

from syncata.document import Document
from syncata.spec.build_requests import build_api, build_request, span_seconds
from syncata.spec.build_resources import build_resource
from syncata.spec.build_tests import build_tests
from syncata.spec.model import (
    Absent,
    Check,
    Guards,
    Incremental,
    Lookup,
    ScheduleEntry,
    Setting,
    Source,
    Spec,
    Stream,
    Sync,
    Target,
)  # fmt: skip
from syncata.spec.node import Node
from syncata.spec.pagination import build_pagination

RULE_WORDS = (
    "type", "enum", "pattern", "format", "minLength", "maxLength", "minimum", "maximum",
)  # fmt: skip
TESTING = ("samples", "tests")  # what a run never looks at


def build_spec(document: Document, *, needs: Mapping[str, Collection[str]] | None = None) -> Spec:
    """The spec of a document found valid.

    `needs` names for each sync the syncs it refers to (`$ref`, `$has`); each comes after those.
    """
    root = Node.root(document)
    syncs = {name: _sync(name, node, root) for name, node in root["syncs"].items()}
    return Spec(
        name=root["name"].text(),
        title=root["title"].text(root["name"].text()),
        description=root["description"].text().strip(),
        file=document.file,
        digest=_digest(document.data),
        settings={name: _setting(name, node) for name, node in root["settings"].items()},
        definitions={name: node.expect() for name, node in root["definitions"].items()},
        source=_source(root["source"]),
        target=_target(root["target"]),
        syncs={name: syncs[name] for name in ordered(syncs, needs or {})},
        schedule=build_schedule(root["schedule"]),
        guards=build_guards(root["guards"], Guards()),
        tests=build_tests(root),
    )


def _digest(data: Mapping[str, Any]) -> str:
    """A digest of what a spec says to a run, in its order; tests and comments may change."""
    said = {name: part for name, part in data.items() if name not in TESTING}
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def ordered(names: Collection[str], needs: Mapping[str, Collection[str]]) -> list[str]:
    """Names in their own order, but each after those it needs."""
    order: dict[str, None] = {}
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in seen or name not in names:
            return
        seen.add(name)
        for other in sorted(needs.get(name, ()), key=list(names).index):
            visit(other)
        order[name] = None

    for name in names:
        visit(name)
    return list(order)


def build_schedule(node: Node) -> tuple[ScheduleEntry, ...]:
    """The time tables of a spec or connection."""
    return tuple(
        ScheduleEntry(
            syncs=tuple(entry["syncs"].value),
            cron=entry["cron"].text(),
            timezone=entry["timezone"].text("UTC"),
        )
        for entry in node.elements()
    )


def build_guards(node: Node, otherwise: Guards) -> Guards:
    """The guards; what is not said is as in `otherwise`."""
    empty = node["empty_source"].text(otherwise.empty_source)
    return Guards(
        max_spec_updates=_share(node["max_spec_updates"], otherwise.max_spec_updates),
        max_archives=_share(node["max_archives"], otherwise.max_archives),
        max_drift=_share(node["max_drift"], otherwise.max_drift),
        max_rejects=_share(node["max_rejects"], otherwise.max_rejects),
        above=_number(node["above"], otherwise.above),
        empty_source=cast("Literal['hold', 'allow']", empty),
        misses=_number(node["misses"], otherwise.misses),
        give_up_after=span_seconds(node["give_up_after"].text(), otherwise.give_up_after),
    )


def _share(node: Node, default: float) -> float:
    return float(node.text().removesuffix("%")) / 100 if node else default


def _number(node: Node, default: int) -> int:
    return int(node.value) if node else default


def _setting(name: str, node: Node) -> Setting:
    default = node["default"]
    return Setting(
        name=name,
        rules={word: node[word].value for word in RULE_WORDS if node[word]},
        title=node["title"].text(name),
        description=node["description"].text().strip(),
        default=default.scalar() if isinstance(default.value, str) else default.value,
        has_default="default" in node.value,
        secret=node["secret"].value is True,
        identity=node["identity"].value is True,
        required=node["required"].value is not False and not node["required_without"],
        required_without=node["required_without"].text() or None,
        examples=tuple(node["examples"].value or ()),
    )


def _source(node: Node) -> Source:
    streams = {name: _stream(name, part) for name, part in node["streams"].items()}
    return Source(build_api(node), streams)


def _stream(name: str, node: Node) -> Stream:
    absent = node["absent"]
    return Stream(
        name=name,
        request=build_request(node["request"]),
        pagination=build_pagination(node["pagination"]),
        records=node["records"].expect("$"),
        count=node["count"].scalar(),
        cap=node["cap"].value,
        schema=node["schema"].value,
        schema_at=node["schema"].scalar(),
        key=node["key"].expect(),
        absent=_absent(absent) if absent else None,
        incremental=_incremental(node["incremental"]) if node["incremental"] else None,
    )


def _incremental(node: Node) -> Incremental:
    return Incremental(
        param=node["param"].text(),
        value=node["value"].expect("{$since}"),
        cursor=node["cursor"].expect(),
        overlap=span_seconds(node["overlap"].text("PT1H")),
        full_every=span_seconds(node["full_every"].text("P7D")),
    )


def _absent(node: Node) -> Absent:
    batch = _number(node["batch"], 1)
    return Absent(build_request(node["request"]), batch, node["records"].expect())


def _target(node: Node) -> Target:
    return Target(
        api=build_api(node),
        lookups={name: _lookup(name, part) for name, part in node["lookups"].items()},
        resources={name: build_resource(name, part) for name, part in node["resources"].items()},
        checks=tuple(_check(part) for part in node["checks"].elements()),
    )


def _check(node: Node) -> Check:
    return Check(
        title=node["title"].text(),
        when=node["when"].scalar(),
        scopes=tuple(node["scopes"].value or ()),
        request=build_request(node["request"]),
        pagination=build_pagination(node["pagination"]),
        ok=node["ok"].expect("$status < 400"),
        found=node["found"].scalar(),
        advice=node["advice"].expect(),
    )


def _lookup(name: str, node: Node) -> Lookup:
    return Lookup(
        name=name,
        when=node["when"].scalar(),
        request=build_request(node["request"]),
        pagination=build_pagination(node["pagination"]),
        result=node["result"].expect("$response"),
        one=node["one"].value is True,
        message=node["message"].scalar(),
        by=node["by"].scalar(),
        fold=node["fold"].text("none"),
        batch=_number(node["batch"], 1),
        missing=node["missing"].text("wait"),
    )


def _sync(name: str, node: Node, root: Node) -> Sync:
    stream = node["from"].text()
    from_settings = stream == "settings" and not root["source"]["streams"]["settings"]
    own_key = node["key"]
    return Sync(
        name=name,
        stream=None if from_settings else stream,
        resource=node["to"].text(),
        key=(own_key or root["source"]["streams"][stream]["key"]).expect(),
        when=node["when"].scalar(),
        where=node["where"].scalar(),
        live=node["live"].scalar(),
        on_excluded=node["on_excluded"].text("keep"),
        on_missing=node["on_missing"].text("keep"),
        require=tuple(node["require"].value or ()),
        map={field: part.expect() for field, part in node["map"].items()},
        volatile=node["volatile"].value is True,
        each=node["each"].scalar(),
        on_disabled=node["on_disabled"].text("keep"),
        duplicates=node["duplicates"].text("reject"),
        person=node["person"].scalar(),
        order=node["order"].scalar(),
        final=node["final"].scalar(),
    )
