"""Schema files of streams and resources: they exist, and are JSON Schemas."""

from collections.abc import Iterator

from syncata.checks.draft7 import schema_problem
from syncata.checks.schema_files import find_schema, read_schema
from syncata.checks.subject import Subject, at_value
from syncata.errors import Finding
from syncata.mapping.contract import contract
from syncata.spec.node import Node


def schema_files_exist(subject: Subject) -> Iterator[Finding]:
    """Every `schema` names a file that holds a JSON Schema."""
    holders = [
        *subject.root["source"]["streams"].items(),
        *subject.root["target"]["resources"].items(),
    ]
    for _, holder in holders:
        if holder["schema"].text():
            yield from _one(subject, holder["schema"])


def _one(subject: Subject, node: Node) -> Iterator[Finding]:
    file = find_schema(node.text(), subject.folders)
    if file is None and (".." in node.text() or node.text().startswith("/")):
        return  # the JSON Schema of the language says it
    if file is None:
        places = " and ".join(dict.fromkeys(str(place) for place in subject.folders))
        message = f"there is no schema file {node.text()}"
        yield at_value(node, "SYN318", message, f"looked for it in {places}")
        return
    try:
        schema = read_schema(file)
        problem = schema_problem(schema)
        if not problem:
            contract(schema)
    except ValueError as error:
        problem = str(error)
    if problem:
        message = f"the schema file {node.text()} is no JSON Schema (draft-07): {problem}"
        yield at_value(node, "SYN319", message, "correct the file, or leave `schema` out")
