"""`syncata init [DIR]`."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from syncata.checks import load_spec, spec_names, spec_schema
from syncata.cli.output import Output
from syncata.cli.project import json_option
from syncata.document import folder
from syncata.errors import UsageError
from syncata.spec.model import Setting, Spec

MODELINE = "# yaml-language-server: $schema=../schemas/{kind}.schema.json\n"
_SAMPLES = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "object": {}}


@click.command("init")
@click.argument("directory", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--from", "source", default="starter", show_default=True, metavar="NAME",
              help="The packaged spec to start from.")  # fmt: skip
@json_option
def command(directory: Path, source: str, as_json: bool) -> None:
    """Write a spec, a connection, its environment and sample records into DIRECTORY.

    Files that are there already are never overwritten.
    """
    output = Output(as_json=as_json)
    if source not in spec_names():
        names = ", ".join(spec_names())
        raise UsageError(f'there is no packaged spec "{source}"', hint=f"there are {names}")
    spec = load_spec(source)
    contents = dict(project_files(spec))
    taken = [name for name in contents if (directory / name).exists()]
    if taken:
        raise UsageError(
            f"{', '.join(taken)} in {directory} would be overwritten; nothing was written",
            hint="name another directory, or move these away",
        )
    try:
        for name, text in contents.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{error.filename}: {error.strerror}", hint="name another place"
        ) from error
    files = [str(directory / name) for name in contents]
    if as_json:
        output.document({"files": files})
        return
    output.result(files)
    output.message(
        f"Fill in connections/{spec.name}.yaml and set the variables of .env.example, then:"
    )
    output.next(f"syncata validate {directory}")


def project_files(spec: Spec) -> Iterator[tuple[str, str]]:
    """The files of a new project and their texts."""
    mapping = folder("mappings").joinpath(f"{spec.name}.yaml")
    yield f"mappings/{spec.name}.yaml", mapping.read_text(encoding="utf-8")
    yield f"connections/{spec.name}.yaml", connection_text(spec)
    yield ".env.example", environment_text(spec)
    yield ".gitignore", "state/\n.env\n"
    for kind in ("connector", "connection"):
        yield f"schemas/{kind}.schema.json", _packaged(f"{kind}.schema.json")
    for name in sorted(set(_schema_names(spec))):
        yield f"schemas/{name}", _packaged(name)
    for name, stream in spec.source.streams.items():
        record = sample(spec_schema(spec, stream.schema) or {})
        text = json.dumps([record], indent=2, ensure_ascii=False)
        yield f"samples/{name}.json", f"{text}\n"


def _schema_names(spec: Spec) -> Iterator[str]:
    names = [stream.schema for stream in spec.source.streams.values()]
    names += [resource.schema for resource in spec.target.resources.values()]
    yield from (name for name in names if name)


def _packaged(name: str) -> str:
    return folder("schemas").joinpath(*name.split("/")).read_text(encoding="utf-8")


def connection_text(spec: Spec) -> str:
    """A connection file in which every setting of the spec stands, with its meaning."""
    lines = [f"{MODELINE.format(kind='connection')}spec: {spec.name}", "settings:"]
    for setting in spec.settings.values():
        lines += [f"  # {line}" for line in _meaning(setting)]
        lines.append(_line(setting))
    lines += ["", "# guards: {max_archives: 30%}", "# proxy: http://proxy.example.com:3128"]
    return "\n".join(lines) + "\n"


def _meaning(setting: Setting) -> list[str]:
    text = f"{setting.title or setting.name}. {setting.description}".strip()
    return [text.replace("\n", " ").replace("..", ".").rstrip()]


def _line(setting: Setting) -> str:
    if setting.secret:
        return f"  {setting.name}: ${{env:{variable(setting)}}}"
    if setting.has_default:
        return f"  # {setting.name}: {_yaml(setting.default)}"
    example = _yaml(setting.examples[0]) if setting.examples else ""
    if not setting.required:
        return f"  # {setting.name}: {example}".rstrip()
    return f"  {setting.name}:{f'  # for example {example}' if example else ''}"


def _yaml(value: Any) -> str:
    text = getattr(value, "text", value)
    plain = isinstance(text, str) and re.fullmatch(r"[A-Za-z][\w.:/@-]*", text)
    return str(text) if plain else json.dumps(text, ensure_ascii=False)


def variable(setting: Setting) -> str:
    """The environment variable that holds a secret, by convention."""
    return setting.name.upper()


def environment_text(spec: Spec) -> str:
    """What the environment must hold before a run."""
    lines = ["# Copy to .env, fill in, and load it: set -a; . ./.env; set +a"]
    for setting in spec.settings.values():
        if setting.secret:
            lines += [f"# {setting.title or setting.name}", f"{variable(setting)}="]
    return "\n".join(lines) + "\n"


def sample(schema: Mapping[str, Any]) -> Any:
    """A record made of a schema's own examples and defaults."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "default" in schema:
        return schema["default"]
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        return {name: sample(part) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"])] if "items" in schema else []
    return schema["enum"][0] if schema.get("enum") else _SAMPLES.get(kind)
