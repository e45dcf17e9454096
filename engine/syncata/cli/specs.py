"""The spec that a command is given: a file, a name in the project, or a packaged one."""

from pathlib import Path
from shlex import quote

from syncata.checks import read_spec
from syncata.cli.project import Project
from syncata.document import Document, as_named, folder
from syncata.errors import SpecInvalid, UsageError

_MISSING = ("SYN001", "SYN004")


def named_spec(project: Project, given: str) -> Document:
    """The document of a spec. Raises UsageError where there is none, SpecInvalid if it is wrong."""
    try:
        return read_spec(given, search=[project.mappings])
    except SpecInvalid as invalid:
        for finding in invalid.findings:
            if finding.code in _MISSING:
                where = "" if finding.code == "SYN004" else f"{given}: "
                hint = _hint(project, given) or finding.hint
                raise UsageError(where + finding.message, hint=hint) from invalid
        raise


def _hint(project: Project, given: str) -> str:
    if given not in project.names():
        return ""
    return f"{given} is a connection; what is asked for is the name of its spec"


def check_command(document: Document) -> str:
    """The command that examines a spec more closely than by trying one record."""
    packaged = folder("mappings").joinpath(document.file.rpartition("/")[2])
    if str(packaged) == document.file:  # there is nothing to correct in it
        return f"syncata test {packaged.name.removesuffix('.yaml')}"
    return f"syncata validate {quote(str(as_named(Path(document.file))))}"
