"""Resources: each can be written, and says what becomes of what is not sent."""

from collections.abc import Iterator

from syncata.checks.subject import Subject, at_key
from syncata.errors import Finding
from syncata.spec.build_resources import OPERATIONS
from syncata.spec.node import Node


def resources_can_be_written(subject: Subject) -> Iterator[Finding]:
    """Either `upsert`, or `create` (with `update`, where things change)."""
    for name, resource in subject.root["target"]["resources"].items():
        single = resource["create"] or resource["update"]
        if resource["upsert"] and single:
            message = f"the resource {name} has `upsert` besides `{single.path[-1]}`"
            yield at_key(single, "SYN317", message, "use `upsert` alone, or `create` and `update`")
        elif not resource["upsert"] and not resource["create"]:
            message = f"the resource {name} cannot be written: it has no `upsert`, no `create`"
            yield at_key(resource, "SYN317", message, "add `upsert`, or `create` and `update`")
        elif resource["create"] and not resource["update"] and _is_changed(subject, resource):
            message = f"the resource {name} has `create`, but no `update` for what changes"
            hint = "add `update`, or use `upsert`; or nothing changes: `final: 'true'` in its syncs"
            yield at_key(resource["create"], "SYN317", message, hint)
        elif resource["on_deactivate"].value == "archive" and not resource["archive"]:
            message = f"`on_deactivate: archive` needs the resource {name} to have `archive`"
            hint = "add `archive` to the resource, or write `keep`"
            yield at_key(resource["on_deactivate"], "SYN314", message, hint)
        if resource["restore"] and not resource["archive"]:
            message = f"the resource {name} has `restore`, but no `archive`"
            yield at_key(resource["restore"], "SYN314", message, "add `archive`")


def _is_changed(subject: Subject, resource: Node) -> bool:
    """Whether something that was made may have to be changed: by a sync that does not leave it
    alone, by what is seen of it, or as it comes back."""
    syncs = [s for s in subject.root["syncs"].values() if s["to"].value == resource.path[-1]]
    final = bool(syncs) and all(sync["final"].text().strip() == "true" for sync in syncs)
    listed = resource["observe"]["list"]
    seen = resource["observe"]["one"] or listed["fields"] or listed["archived"]
    return not final or bool(seen or resource["archive"])


def searches_say_what_is_meant(subject: Subject) -> Iterator[Finding]:
    """`find` goes by `where`, or by `by`."""
    for resource in subject.root["target"]["resources"].values():
        find = resource["find"]
        where, by = find["where"], find["by"]
        if find.mapping and not where and not by:
            message = "`find` does not say which thing is meant: it has no `where`, no `by`"
            hint = "add `by: …`, which yields the key, or `where: …`, which is true for one thing"
            yield at_key(find, "SYN339", message, hint)
        elif where and by:
            message = "`by` stands beside `where`: both say which thing is meant"
            yield at_key(by, "SYN339", message, "leave one of them out")


def creates_are_not_doubled(subject: Subject) -> Iterator[Finding]:
    """A create whose answer is lost is looked for, or may be sent again."""
    for name, resource in subject.root["target"]["resources"].items():
        create = resource["create"]
        looked_for = resource["find"] or resource["upsert"]  # beside upsert, create has to go
        if create and not looked_for and create["repeatable"].value is not True:
            message = f"a create whose answer is lost would be doubled: {name} has no `find`"
            hint = (
                "add `find` to the resource; or write `repeatable: true` in `create`, if sending "
                "it twice makes one thing"
            )
            yield at_key(create, "SYN334", message, hint)
        yield from _without_effect(resource, "repeatable", "create")


def archived_things_come_back(subject: Subject) -> Iterator[Finding]:
    """A record that comes back must not stay archived."""
    for name, resource in subject.root["target"]["resources"].items():
        archive, restore = resource["archive"], resource["restore"]
        undone = archive["undone_by_write"]
        if archive and not restore and undone.value is not True:
            message = f"a record that comes back would stay archived: {name} has no `restore`"
            hint = (
                "add `restore` to the resource; or write `undone_by_write: true` in `archive`, if "
                "upsert or update brings an archived thing back"
            )
            yield at_key(archive, "SYN335", message, hint)
        if restore and undone.value is True:
            message = "`undone_by_write` stands beside `restore`, which brings things back"
            yield at_key(undone, "SYN329", message, "leave one of them out")
        yield from _without_effect(resource, "undone_by_write", "archive")


def _without_effect(resource: Node, word: str, home: str) -> Iterator[Finding]:
    for name in OPERATIONS:
        if name != home and resource[name][word]:
            message = f"`{word}` has no effect in `{name}`: it belongs to `{home}`"
            yield at_key(resource[name][word], "SYN329", message, "leave it out")


def partial_updates_say_what_is_omitted(subject: Subject) -> Iterator[Finding]:
    """A PATCH leaves fields that are not sent any more: the spec says what becomes of them."""
    for operation in operations(subject):
        writes = operation.path[-1] in ("update", "upsert")
        method = operation["request"]["method"].text()
        if writes and method == "PATCH" and "omitted" not in operation.mapping:
            message = "PATCH leaves fields we no longer send: say what becomes of them"
            hint = "write `omitted: null`, `empty` or `leave` (or `replaced`, if it drops them)"
            yield at_key(operation, "SYN316", message, hint)


def batches_fit(subject: Subject) -> Iterator[Finding]:
    """Jobs and lists of results belong to batches; creates go one by one."""
    for operation in operations(subject):
        batch, job, results = operation["batch"], operation["job"], operation["results"]
        if batch and operation.path[-1] == "create":
            message = "`batch` is not available for `create`: a batch cannot be repeated safely"
            yield at_key(batch, "SYN326", message, "leave it out, or use `upsert`")
            continue
        for word in (job, results):
            if word and not batch:
                message = f"`{word.path[-1]}` belongs to an operation with `batch`"
                yield at_key(word, "SYN326", message, "add `batch: {max: …}`")
        if job and results:
            message = "`results` stands beside `job`, which has results of its own"
            yield at_key(results, "SYN326", message, "use the `results` inside `job`")
        if operation["read"] and batch:
            message = "`read` looks at one thing, not at those of a batch"
            hint = "leave `read` out, or `batch`"
            yield at_key(operation["read"], "SYN326", message, hint)
        for word in (operation["id"], operation["conflict"]):
            if word and batch:
                message = f"`{word.path[-1]}` looks at the answer for one record, not for a batch"
                hint = "the ids of a batch are told by `id` in its results"
                yield at_key(word, "SYN326", message, hint)


def conflicts_find(subject: Subject) -> Iterator[Finding]:
    """A conflict is solved by looking for the thing, so there must be a way to find it."""
    for resource in subject.root["target"]["resources"].values():
        for word in ("create", "upsert"):
            conflict = resource[word]["conflict"]
            if conflict and not resource["find"]:
                message = "`conflict` looks for the thing, but the resource has no `find`"
                yield at_key(conflict, "SYN331", message, "add `find` to the resource")


def operations(subject: Subject) -> Iterator[Node]:
    """Every operation of every resource."""
    for resource in subject.root["target"]["resources"].values():
        for word in OPERATIONS:
            if resource[word]:
                yield resource[word]
