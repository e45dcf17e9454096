"""The front door for connections: one deployment of a spec, with its settings resolved."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from syncata.checks.load import in_order, read_spec, spec_of
from syncata.checks.rules.schedules import schedule_findings
from syncata.checks.schema_files import packaged
from syncata.checks.shape import shape_findings
from syncata.checks.subject import at_value, hiding
from syncata.checks.values import (
    References,
    Resolved,
    UnresolvedError,
    address_findings,
    resolve_settings,
    resolve_text,
)
from syncata.document import Document, as_named, load_file
from syncata.errors import CredentialsRefused, Finding, SpecInvalid
from syncata.spec.build import build_guards, build_schedule
from syncata.spec.build_requests import build_rate, seconds
from syncata.spec.connection import DEADLINE, Connection
from syncata.spec.model import ScheduleEntry, Spec
from syncata.spec.node import Node
from syncata.spec.requests import Api

_PASSWORD = re.compile(r"//[^/@:]*:(?!\$\{)[^/@]+@")


@dataclass(frozen=True, slots=True)
class _Examined:
    """A connection's parts, and what is wrong with them."""

    root: Node
    spec: Spec
    settings: Resolved
    proxy: "_Text"
    ca_file: "_Text"
    findings: tuple[Finding, ...]


def check_connection(document: Document) -> tuple[Finding, ...]:
    """Everything that is wrong with a connection, or with its spec, by position.

    References are read but not followed: neither variables nor files are looked at.
    """
    try:
        return _examine(document, None).findings
    except SpecInvalid as invalid:
        return invalid.findings


def load_connection(
    path: Path, environ: Mapping[str, str], *, spec: Spec | None = None
) -> Connection:
    """The connection in a file of a project's folder `connections`.

    `spec`: go by this spec instead of the one the file names. Raises SpecInvalid for mistakes in
    the file or its spec, CredentialsRefused naming every secret that has no value.
    """
    found = _examine(load_file(path), environ, spec)
    if found.findings:
        raise SpecInvalid(found.findings)
    if found.settings.refused:
        raise _refused(path, found.settings.refused)
    spec, ca_file = found.spec, found.ca_file.value
    return Connection(
        name=path.stem,
        file=str(path),
        spec=_with_limits(spec, found.root["limits"]),
        settings=found.settings.values,
        secrets=frozenset(name for name, s in spec.settings.items() if s.secret),
        guards=build_guards(found.root["guards"], spec.guards),
        schedule=_schedule(found),
        proxy=found.proxy.value or None,
        ca_file=str(_project(path) / ca_file) if ca_file else None,
        deadline=seconds(found.root["deadline"], DEADLINE),
    )


def connection_schedule(path: Path) -> tuple[ScheduleEntry, ...]:
    """When the syncs of a connection run. References are not followed: it takes no secret.

    Raises SpecInvalid for mistakes in the file or its spec.
    """
    found = _examine(load_file(path), None)
    if found.findings:
        raise SpecInvalid(found.findings)
    return _schedule(found)


def _schedule(found: _Examined) -> tuple[ScheduleEntry, ...]:
    own = found.root["schedule"]
    return build_schedule(own) if own else found.spec.schedule


def _project(path: Path) -> Path:
    """The project of a connection's file: where the folder `connections` lies."""
    return path.resolve().parent.parent


def _examine(
    document: Document, environ: Mapping[str, str] | None, instead: Spec | None = None
) -> _Examined:
    """`instead`: this spec, not the one that is named.

    Raises SpecInvalid where the shape is wrong, or the spec cannot be built.
    """
    shape = list(shape_findings(document, packaged("connection")))
    root, path = Node.root(document), Path(document.file)
    project = _project(path)
    around = References(environ, project)
    if shape:
        raise SpecInvalid(in_order([*shape, *_further(root, path, around)]))
    spec = instead or _spec(root["spec"], path, project)
    settings = resolve_settings(spec, root["settings"], around)
    proxy, ca_file = _Text(root["proxy"], around), _Text(root["ca_file"], around)
    findings = [
        *settings.findings,
        *address_findings(spec, root["settings"], settings),
        *schedule_findings(root["schedule"], spec.syncs),
        *proxy.findings(),
        *proxy.secrets(),
        *ca_file.findings(file_in=project if around.followed else None),
    ]
    return _Examined(root, spec, settings, proxy, ca_file, in_order(findings))


def _further(root: Node, path: Path, around: References) -> tuple[Finding, ...]:
    """What else can be told of a connection whose shape is wrong: its spec and its settings."""
    if not root["spec"].text() or not isinstance(root["settings"].value or {}, dict):
        return ()
    try:
        spec = _spec(root["spec"], path, _project(path))
    except SpecInvalid as error:
        return error.findings
    return tuple(resolve_settings(spec, root["settings"], around).findings)


def _spec(node: Node, path: Path, project: Path) -> Spec:
    """The spec a connection names. A finding in the spec keeps its place there."""
    name = node.text()
    named: str | Path = path.parent / name if "/" in name or name.endswith(".yaml") else name
    try:
        return spec_of(read_spec(named, search=[as_named(project / "mappings")]))
    except SpecInvalid as error:
        missing = [f for f in error.findings if f.code in ("SYN001", "SYN004")]
        if not missing:
            raise
        found = [at_value(node, "SYN410", f"{f.message}: {name}", f.hint) for f in missing]
        raise SpecInvalid(tuple(found)) from error


class _Text:
    """A text of the connection that may hold references."""

    def __init__(self, node: Node, around: References) -> None:
        self._node = node
        self._problem: UnresolvedError | None = None
        self.value = ""
        try:
            self.value = resolve_text(node.text(), around)
        except UnresolvedError as problem:
            self._problem = problem

    def secrets(self) -> Iterator[Finding]:
        """A password that stands in it as text."""
        if _PASSWORD.search(self._node.text()):
            message = "a password of the proxy cannot stand here"
            hint = "write http://NAME:${env:PROXY_PASSWORD}@HOST:PORT"
            yield hiding(at_value(self._node, "SYN414", message, hint), self._node)

    def findings(self, *, file_in: Path | None = None) -> Iterator[Finding]:
        """Why it has no value; `file_in`: it must name a file, relative to that folder."""
        if self._problem:
            problem = self._problem
            yield at_value(self._node, problem.code, problem.message, problem.hint)
        elif self.value and file_in is not None and not (file_in / self.value).is_file():
            message = f"there is no file {file_in / self.value}"
            yield at_value(self._node, "SYN418", message, "give the path of a PEM file")


def _refused(path: Path, reasons: list[str]) -> CredentialsRefused:
    listed = "; ".join(reasons)
    hint = "set the variables, or write the files, that the connection names"
    return CredentialsRefused(f"{path}: secrets have no value: {listed}", hint=hint)


def _with_limits(spec: Spec, limits: Node) -> Spec:
    """The spec with the connection's own rates."""
    if not limits:
        return spec
    source, target = spec.source, spec.target
    return dataclasses.replace(
        spec,
        source=dataclasses.replace(source, api=_limited(source.api, limits["source"])),
        target=dataclasses.replace(target, api=_limited(target.api, limits["target"])),
    )


def _limited(api: Api, node: Node) -> Api:
    old = api.limits
    new = dataclasses.replace(
        old,
        reads=build_rate(node["reads"]) or old.reads,
        writes=build_rate(node["writes"]) or old.writes,
        requests=build_rate(node["requests"]) or old.requests,
        jobs=node["jobs"].value or old.jobs,
    )
    return dataclasses.replace(api, limits=new)
