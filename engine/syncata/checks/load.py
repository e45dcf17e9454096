"""The front door for specs: a file is read, examined, and built if nothing is wrong with it."""

from collections.abc import Sequence
from pathlib import Path

from syncata.checks.draft7 import did_you_mean
from syncata.checks.rules import RULES
from syncata.checks.rules.references import sync_needs
from syncata.checks.schema_files import packaged, record_schema, schema_folders
from syncata.checks.shape import shape_findings
from syncata.checks.subject import Subject, subject_of
from syncata.document import Document, folder, load_bytes, load_file
from syncata.errors import Finding, Position, Severity, SpecInvalid
from syncata.spec.build import build_spec
from syncata.spec.model import Spec

SUFFIXES = (".yaml", ".yml")
NO_SPECS = frozenset({"demo"})  # says what `syncata demo` runs
OF_TESTS = ("SYN350", "SYN351", "SYN352")


def check_spec(document: Document) -> tuple[Finding, ...]:
    """Everything that is wrong with a spec, by position; warnings too."""
    return _examine(document)[0]


def load_spec(path_or_name: str | Path, *, search: Sequence[Path] = ()) -> Spec:
    """The spec of a file, or of a name in the folders `search`, else a packaged one.

    Raises SpecInvalid with all findings.
    """
    return spec_of(read_spec(path_or_name, search=search))


def spec_of(document: Document) -> Spec:
    """The spec of a document. Raises SpecInvalid with all findings."""
    findings, subject = _examine(document)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise SpecInvalid(findings)
    return build_spec(document, needs=sync_needs(subject))


def spec_with_tests(document: Document) -> Spec:
    """The spec of a document whose tests are to be run. Raises SpecInvalid, for tests that cannot
    be run as well."""
    findings, subject = _examine(document)
    refused = tuple(f for f in findings if f.severity is Severity.ERROR or f.code in OF_TESTS)
    if refused:
        raise SpecInvalid(refused)
    return build_spec(document, needs=sync_needs(subject))


def read_spec(path_or_name: str | Path, *, search: Sequence[Path] = ()) -> Document:
    """The document of a spec's path or name. Raises SpecInvalid where there is none."""
    text = str(path_or_name)
    if isinstance(path_or_name, Path) or text.endswith(SUFFIXES) or "/" in text:
        return load_file(Path(path_or_name))
    for place in search:
        for suffix in SUFFIXES:
            if (place / f"{text}{suffix}").is_file():
                return load_file(place / f"{text}{suffix}")
    own = folder("mappings").joinpath(f"{text}.yaml")
    if own.is_file():
        return load_bytes(own.read_bytes(), str(own))
    known = [*spec_names(search)]
    hint = did_you_mean(text, known) or "give a path to a spec, or the name of one"
    places = "".join(f" in {place} or" for place in search)
    message = f'there is no spec named "{text}"{places} among the packaged ones'
    raise SpecInvalid((Finding(Position(text, 1, 1), "SYN004", message, hint),))


def spec_names(search: Sequence[Path] = ()) -> list[str]:
    """The names of all specs in `search` and of those that are packaged."""
    found = [f.name for place in search if place.is_dir() for f in place.iterdir()]
    found += [file.name for file in folder("mappings").iterdir()]
    names = {name.rpartition(".")[0] for name in found if name.endswith(SUFFIXES)}
    return sorted(names - NO_SPECS)


def spec_schema(spec: Spec, name: str | None) -> dict[str, object] | None:
    """The record schema that a stream or resource of a spec names; None where it names none."""
    return record_schema(name, schema_folders(spec.file)) if name else None


def _examine(document: Document) -> tuple[tuple[Finding, ...], Subject]:
    schema = packaged("connector")
    subject = subject_of(document, schema, schema_folders(document.file))
    found = [*shape_findings(document, schema), *subject.broken]
    for rule in RULES:
        found.extend(rule(subject))
    return in_order(found), subject


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings by position, each once."""
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda f: (f.position, f.code, f.message)))
