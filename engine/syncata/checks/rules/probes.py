"""Checks of `doctor`: each proves something that somebody needs."""

from collections.abc import Iterator

from syncata.checks.draft7 import did_you_mean
from syncata.checks.subject import Subject, at_value
from syncata.errors import Finding


def checked_scopes_are_needed(subject: Subject) -> Iterator[Finding]:
    """A check of a scope that no resource needs would never be asked, and nobody would notice."""
    target = subject.root["target"]
    needed = {
        scope.text()
        for resource in target["resources"].values()
        for scope in resource["needs"].elements()
    }
    for check in target["checks"].elements():
        for scope in check["scopes"].elements():
            if scope.text() not in needed:
                message = f"no resource needs the scope {scope.text()}: it is never looked at"
                hint = did_you_mean(scope.text(), needed) or "write it under `needs` of a resource"
                yield at_value(scope, "SYN350", message, hint)
