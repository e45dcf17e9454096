"""Holds requests and answers against the vendor's OpenAPI documents; for any test that has some.

Stricter than the documents: a property they do not name is a finding, in both directions.
"""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parents[3] / "shared" / "contracts" / "360learning"
MISSING = f"the OpenAPI documents are not at {FOLDER}"

_FORMATS = FormatChecker(())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def available() -> bool:
    """Whether the documents are there."""
    return (FOLDER / "core-api.json").exists()


def check_request(method: str, path: str, body: object = None, query: str = "") -> list[str]:
    """Return what is wrong with a request; `body` is parsed JSON, None for none."""
    operation, pointer = _operation(method, path)
    if operation is None:
        return [f"{method} {path}: not in the contract"]
    findings = _check_query(operation, query)
    if "requestBody" in operation:
        findings += _check(f"{pointer}/requestBody/content/application~1json/schema", body)
    elif body is not None:
        findings.append("takes no body")
    return [f"{method} {path}: {finding}" for finding in findings]


def check_response(method: str, path: str, status: int, body: object = None) -> list[str]:
    """Return what is wrong with an answer; `body` is parsed JSON, None for an empty one."""
    operation, pointer = _operation(method, path)
    answer = operation["responses"].get(str(status)) if operation else None
    if answer is None:
        return [f"{method} {path}: status {status} is not in the contract"]
    if "content" in answer:
        place = f"{pointer}/responses/{status}/content/application~1json/schema"
        findings = _check(place, body)
    else:
        findings = [] if body is None else [f"status {status} has no body"]
    return [f"{method} {path}: {finding}" for finding in findings]


@cache
def _documents() -> dict[str, Any]:
    names = ("core", "bulk")
    return {name: json.loads((FOLDER / f"{name}-api.json").read_bytes()) for name in names}


@cache
def _registry() -> Registry[Any]:
    resources = [
        (f"urn:{name}", DRAFT202012.create_resource(_closed(document)))
        for name, document in _documents().items()
    ]
    return Registry[Any]().with_resources(resources)


def _closed(node: Any) -> Any:
    """Copy a document with every object schema closed to properties it does not name."""
    if isinstance(node, list):
        return [_closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    copy = {name: _closed(part) for name, part in node.items()}
    if node.get("type") == "object" and "properties" in node:
        copy.setdefault("additionalProperties", False)
    return copy


def _operation(method: str, path: str) -> tuple[dict[str, Any] | None, str]:
    """Return an operation and the reference to it; literal paths win over templates."""
    found = [
        (template.count("{"), name, template)
        for name, document in _documents().items()
        for template, methods in document["paths"].items()
        if method.lower() in methods and _matches(template, path)
    ]
    if not found:
        return None, ""
    _, name, template = min(found)
    escaped = template.replace("~", "~0").replace("/", "~1")
    # A reference is a URI: braces of the template must be percent-encoded in it.
    escaped = escaped.replace("{", "%7B").replace("}", "%7D")
    operation = _documents()[name]["paths"][template][method.lower()]
    return operation, f"urn:{name}#/paths/{escaped}/{method.lower()}"


def _matches(template: str, path: str) -> bool:
    pattern = "[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", template))
    return re.fullmatch(pattern, path) is not None


def _check(reference: str, body: object) -> list[str]:
    validator = Draft202012Validator(
        {"$ref": reference}, registry=_registry(), format_checker=_FORMATS
    )
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]


def _check_query(operation: dict[str, Any], query: str) -> list[str]:
    operators = {
        parameter["name"]: set(parameter["schema"].get("properties", ()))
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    }
    findings = []
    for name, _ in parse_qsl(query, keep_blank_values=True):
        field, _, rest = name.partition("[")
        if name != "next" and rest.partition("]")[0] not in operators.get(field, ()):
            findings.append(f"no filter {name}")
    return findings
