"""The blocks of `docs/edflex-360learning.md`: the packaged spec and its schemas, told to people.

Values of examples are what the engine makes of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.docs.learner import learner
from tests.docs.markdown import bullets, code, codes, table, value
from tests.docs.packaged import NOW, Engine, comment, connection, content, root, schema, spec

from syncata.document import Scalar
from syncata.expressions import Expression, compile_expression
from syncata.mapping.compiled import Standing
from syncata.report.values import local_time
from syncata.spec.model import Setting
from syncata.spec.schedule import next_due

SAID = {
    Standing.LIVE: "a course",
    Standing.CLOSED: "archived if it is a course already, else ignored",
    Standing.EXCLUDED: "archived if it is a course already, else ignored and counted",
    None: "set aside: a course that is there stays as it is",
}
STATUSES = ("Opened ", "closed", "draft", "", None)
DIFFICULTIES = (1, "2", "3", "introductive", "Intermediate", "advanced", "expert")
DURATIONS = ("PT5M", "PT1H30M", "PT20S", "P19DT4H", 5400, "PT0S", "an hour")
LANGUAGES = ("en", "fr-FR", "en-GB", "zh-TW", "us", None)


def about() -> str:
    """What the spec says of itself."""
    return spec().description


def settings() -> str:
    """Every setting: what it is, and what it is without a word."""
    return table(["setting", "what it is", "without it"], (
        [code(setting.name), _told(setting), _default(setting)]
        for setting in spec().settings.values()
    ))  # fmt: skip


def _told(setting: Setting) -> str:
    marks = [
        "A secret: it is given by reference" if setting.secret else "",
        "It never changes under a connection" if setting.identity else "",
        f"One of {codes(setting.rules['enum'])}" if "enum" in setting.rules else "",
    ]
    sentences = [setting.title, " ".join(setting.description.split()), *marks]
    return ". ".join(text.rstrip(".") for text in sentences if text) + "."


def _default(setting: Setting) -> str:
    if setting.has_default:
        default = setting.default
        shown = code(default.text) if isinstance(default, Scalar) else value(default)
        remark = comment(root()["settings"][setting.name]["default"])
        return f"{shown}: {remark}" if remark else shown
    if setting.required_without:
        return f"must be given, or {code(setting.required_without)}"
    return "must be given" if setting.required else "–"


def types() -> str:
    """Every type that is known, and what becomes of an item of it."""
    engine = Engine("courses")
    known = schema("edflex/content.schema.json")["properties"]["type"]["examples"]
    return table(["type", "it becomes"], (
        [code(kind), SAID[engine.standing(content() | {"type": kind})]] for kind in known
    ))  # fmt: skip


def statuses() -> str:
    """What becomes of an item of each status."""
    engine = Engine("courses")
    live = compile_expression(spec().definitions["live_status"])
    named = re.findall(r'"([^"]+)"', live.source.text)
    return table(["status", "the item becomes"], (
        [value(status) if status is not None else "missing", SAID[engine.standing(_with(status))]]
        for status in (*named, *STATUSES)
    ))  # fmt: skip


def _with(status: str | None) -> dict[str, Any]:
    record = content() | {"status": status}
    return {name: data for name, data in record.items() if name != "status" or data is not None}


def properties() -> str:
    """The fields of a course."""
    return _mapped("courses", Engine("courses").payload(content()))


def integration() -> str:
    """The fields of the integration."""
    return _mapped("integration", Engine("integration").payload(connection().public_settings()))


def statistics() -> str:
    """The fields of a statistic."""
    return table(["360Learning", "from Edflex", "why"], (
        [code(name), _sources(expression), why] for name, expression, why in _fields("statistics")
    ))  # fmt: skip


def _mapped(sync: str, example: Mapping[str, Any]) -> str:
    titles = ["360Learning", "from", "for example", "why"]
    return table(titles, (
        [code(name), _sources(expression), _example(example, name), why]
        for name, expression, why in _fields(sync)
    ))  # fmt: skip


def _fields(sync: str) -> Iterator[tuple[str, Expression, str]]:
    for name, text in spec().syncs[sync].map.items():
        yield name, compile_expression(text), comment(root()["syncs"][sync]["map"][name])


def _sources(expression: Expression) -> str:
    """The fields, settings and earlier values that an expression reads."""
    paths = [".".join(path) for path in expression.reads if path and "*" not in path]
    longest = [p for p in paths if not any(other.startswith(f"{p}.") for other in paths)]
    names = dict.fromkeys([*_settings_of(expression), *_looked_up(expression)])
    known = ["what was confirmed"] if "known" in expression.variables else []
    return ", ".join([*map(code, longest), *(f"setting {code(name)}" for name in names), *known])


def _settings_of(expression: Expression) -> list[str]:
    return sorted(expression.variables.get("settings") or ())


def _looked_up(expression: Expression) -> Iterator[str]:
    """The settings that decide what a look-up finds which an expression reads."""
    definitions = spec().definitions
    for name in expression.variables.keys() & definitions.keys():
        read = compile_expression(definitions[name]).variables.get("lookups") or ()
        for lookup in (spec().target.lookups[member] for member in sorted(read)):
            assert lookup.when is not None
            yield from _settings_of(compile_expression(lookup.when))


def _example(example: Mapping[str, Any], name: str) -> str:
    return value(example[name]) if name in example else "–"


def values() -> str:
    """What single values become."""
    rows = [
        *_tried("difficulty", "difficultyLevel", DIFFICULTIES),
        *_tried("duration", "duration", DURATIONS),
        *_tried("language", "defaultLang", LANGUAGES),
    ]
    return table(["Edflex", "says", "360Learning", "gets"], rows)


def _tried(source: str, target: str, tried: tuple[Any, ...]) -> Iterator[list[str]]:
    for said in tried:
        engine = Engine("courses")
        payload = engine.payload(content() | {source: said})
        got = value(payload[target]) if target in payload else "nothing"
        counted = ", and it is counted" if engine.unmapped else ""
        yield [code(source), value(said), code(target), f"{got}{counted}"]


def schedule() -> str:
    """When syncs run, in winter and in summer."""
    seasons = [NOW.replace(month=month, day=1, hour=0) for month in (1, 7)]
    titles = ["syncs", "every day at", "in Paris in winter", "in Paris in summer"]
    return table(titles, (
        [
            codes(entry.syncs),
            local_time(next_due(entry, seasons[0]), entry.timezone)[11:],
            *(local_time(next_due(entry, season), "Europe/Paris")[11:16] for season in seasons),
        ]
        for entry in spec().schedule
    ))  # fmt: skip


def observed() -> str:
    """What is looked at in the target, and put back."""
    return table(["of each", "is looked at", "why"], _observed())


def _observed() -> Iterator[list[str]]:
    for name, resource in spec().target.resources.items():
        node = root()["target"]["resources"][name]["observe"]
        if resource.observe is None:
            continue
        seen = []
        if resource.observe.list is not None:
            seen.append(f"in each run: {codes(resource.observe.list.fields)}")
        if resource.observe.one is not None:
            one = resource.observe.one
            what = codes(one.fields) if one.fields else "every field"
            seen.append(
                f"in each run: {what}"
                if one.share == 1
                else f"in turn, one in {one.share} per run: {what}"
            )
        yield [code(name), "; ".join(seen), comment(node)]


def limits() -> str:
    """The guards of the spec."""
    rules = schema("connector.schema.json")["definitions"]["guards"]["properties"]
    return table(["key", "limit", "what it measures"], (
        [code(name), code(str(node.value)), rules[name]["description"]]
        for name, node in root()["guards"].items()
    ))  # fmt: skip


def tags() -> str:
    """What the spec says about tags."""
    syncs = root()["syncs"]
    said = [comment(syncs[name]) for name in ("tags", "course_tags")]
    more = [comment(syncs["course_tags"]["map"]["tagIds"]), comment(syncs["tags"]["map"]["isMain"])]
    return bullets([*said, *more])


def reading() -> str:
    """How both streams are read."""
    streams = root()["source"]["streams"]
    keyed, changes = streams["activities"]["key"], streams["activities"]["incremental"]
    return bullets(
        [comment(streams["contents"]["absent"]["request"]), comment(changes), comment(keyed)]
    )


def assumptions() -> str:
    """Everything that Edflex does not publish."""
    return table(["where", "field", "what is assumed"], _assumptions())


def _assumptions() -> Iterator[list[str]]:
    contents = schema("edflex/content.schema.json")["properties"]
    for name, rules in contents.items():
        if "x-assumption" in rules:
            yield ["contents", code(name), f"{rules['description']} {rules['x-assumption']}"]
    path = spec().source.streams["activities"].request.path.text
    yield ["statistics", "all of it", f"It is read from {code(path)}, page by page like contents."]
    activities = schema("edflex/activity.schema.json")["properties"]
    for name, rules in activities.items():
        said = rules["description"].removeprefix("Assumption: ")
        yield ["statistics", code(name), said[:1].upper() + said[1:]]


def scopes() -> str:
    """Every scope of the credential: what for, if what is on, how it is proved."""
    return table(["scope", "needed to write", "if", "looked at by `doctor` as"], _scopes())


def _scopes() -> Iterator[list[str]]:
    target, needs = spec().target, dict[str, dict[str, str]]()
    for sync in spec().syncs.values():
        for scope in target.resources[sync.resource].needs:
            needs.setdefault(scope, {})[sync.name] = sync.when.text if sync.when else ""
    proved = {scope: check.title for check in target.checks for scope in check.scopes}
    for scope, syncs in needs.items():
        condition = "always" if "" in syncs.values() else code(next(iter(syncs.values())))
        yield [code(scope), codes(syncs), condition, proved.get(scope, "the first run tells")]


BLOCKS: Mapping[str, Callable[[], str]] = {
    "connector_about": about,
    "connector_assumptions": assumptions,
    "connector_integration": integration,
    "connector_learner": learner,
    "connector_limits": limits,
    "connector_observed": observed,
    "connector_properties": properties,
    "connector_reading": reading,
    "connector_schedule": schedule,
    "connector_scopes": scopes,
    "connector_settings": settings,
    "connector_statistics": statistics,
    "connector_statuses": statuses,
    "connector_tags": tags,
    "connector_types": types,
    "connector_values": values,
}
