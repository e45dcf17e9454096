"""`observe`: things of the target are recognized, and their fields are those of the resource."""

from collections.abc import Iterator

from syncata.checks.draft7 import did_you_mean
from syncata.checks.rules.fields import properties_of
from syncata.checks.schema_files import record_schema
from syncata.checks.subject import Subject, at_key
from syncata.errors import Finding
from syncata.spec.build_resources import OPERATIONS
from syncata.spec.node import Node


def listed_things_are_recognized(subject: Subject) -> Iterator[Finding]:
    """A list is compared by the target's ids, so something must tell them."""
    for name, resource in subject.root["target"]["resources"].items():
        listed = resource["observe"]["list"]
        if listed and not _learns_ids(resource):
            message = f"`list` goes by the target's ids, and nothing tells those of {name}"
            hint = "add `id` to an operation or to its results, or `find` to the resource"
            yield at_key(listed, "SYN343", message, hint)


def _learns_ids(resource: Node) -> bool:
    if resource["find"]:
        return True
    told = (
        place["id"]
        for operation in (resource[word] for word in OPERATIONS)
        for place in (operation, operation["results"], operation["job"]["results"])
    )
    return any(told)


def observed_fields_fit_schema(subject: Subject) -> Iterator[Finding]:
    """What is compared are fields of the resource, where its schema names all there are."""
    for resource in subject.root["target"]["resources"].values():
        schema = record_schema(resource["schema"].text(), subject.folders) or {}
        if schema.get("additionalProperties") is not False:
            continue
        properties = properties_of(schema)
        for way in ("list", "one"):
            for field, node in resource["observe"][way]["fields"].items():
                if field not in properties:
                    message = f"the resource's schema has no field {field}"
                    hint = did_you_mean(field, properties)
                    yield at_key(node, "SYN320", message, hint)
