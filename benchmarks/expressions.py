"""What expressions cost: records per CPU second, by hand, compiled, interpreted and by others.

PYTHONPATH=engine python benchmarks/expressions.py [RECORDS]

The ways take turns within a round and the best round of each counts. Each yields the same as the
mapping by hand, or the program ends with an error. jsonatapy (a library on Rust) and jsonata (the
reference, on Node) take part where they are installed; NODE_PATH tells Node where.
"""

import importlib
import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from jsonata import Jsonata

from syncata.checks.load import load_spec
from syncata.document import Scalar
from syncata.expressions import Expression, Scope, compile_expression
from syncata.expressions.lower import lower
from syncata.expressions.parser import parse
from syncata.mapping.context import Definitions
from syncata.simulator.edflex.items import item

Record = dict[str, Any]
Way = Callable[[Record, Scope], Any]
ROUNDS = 9
RARE = 20  # slow ways get this fraction of the records
NOW = datetime(2026, 1, 1, tzinfo=UTC)

LEVELS = {"1": "beginner", "2": "intermediate", "3": "advanced"}
KINDS = {"mooc": "course", "article": "reading", "video": "video", "podcast": "audio"}
COURSE = """{
  "id": id,
  "name": $trim(title),
  "summary": $join([description, syllabus][$], "\\n\\n"),
  "image": image.big ? image.big : image.medium ? image.medium : image.small,
  "open": status in ["opened", "open all year", "coming soon"],
  "level": $lookup({"1": "beginner", "2": "intermediate", "3": "advanced"}, $string(level)),
  "subjects": [categories.name],
  "authors": $join(authors.(first & " " & last), ", "),
  "minutes": seconds ? $round(seconds / 60),
  "language": language ? language : "en",
  "kind": (
    $kind := $lookup(
      {"mooc": "course", "article": "reading", "video": "video", "podcast": "audio"}, type);
    $kind ? $kind : "other"),
  "provider": provider.name,
  "url": url,
  "updated": updated_at
}"""
PROGRESS = """{
  "user": user_id,
  "course": course_id,
  "progress": status = "completed" ? 100 : status = "in progress" ? 50 : 0
}"""


SEARCHING = """{
  "slug": $replace($lowercase(title), /[^a-z0-9]+/, "-"),
  "video": $contains(type, /^(video|mooc)$/),
  "authors": authors.(first & " " & last),
  "name": $trim(title)
}"""
_LIMIT = re.compile(r"\s*(?:refill\(\)|budget\.step\(.*\))$")


def course_by_hand(record: Record, _: Scope) -> Record:
    """What COURSE says, as one would write it."""
    made = {"id": record["id"], "name": " ".join(record["title"].split())}
    texts = [text for text in (record["description"], record.get("syllabus")) if text]
    if texts:
        made["summary"] = "\n\n".join(texts)
    image = record.get("image") or {}
    picture = image.get("big") or image.get("medium") or image.get("small")
    if picture:
        made["image"] = picture
    made["open"] = record["status"] in {"opened", "open all year", "coming soon"}
    level = LEVELS.get(str(record.get("level")))
    if level:
        made["level"] = level
    made["subjects"] = [category["name"] for category in record["categories"]]
    if record["authors"]:
        made["authors"] = ", ".join([f"{a['first']} {a['last']}" for a in record["authors"]])
    if record["seconds"]:
        made["minutes"] = round(record["seconds"] / 60)
    made["language"] = record.get("language") or "en"
    made["kind"] = KINDS.get(record["type"], "other")
    made["provider"] = record["provider"]["name"]
    made["url"] = record["url"]
    made["updated"] = record["updated_at"]
    return made


def progress_by_hand(record: Record, _: Scope) -> Record:
    """What PROGRESS says."""
    status = record["status"]
    share = 100 if status == "completed" else 50 if status == "in progress" else 0
    return {"user": record["user_id"], "course": record["course_id"], "progress": share}


def words(luck: random.Random, least: int, most: int) -> str:
    """Some words."""
    some = ["learn", "data", "team", "agile", "design", "cloud", "finance", "remote", "culture"]
    return " ".join(luck.choices(some, k=luck.randint(least, most)))


def course(luck: random.Random, number: int) -> Record:
    """A record of 1.7 kB; a part of its members is missing or null."""
    made: Record = {
        "id": f"c-{number:06}", "title": words(luck, 3, 9).capitalize(), "url": f"https://x/{number}",
        "description": luck.choice([None, *(f"<p>{words(luck, 40, 90)}</p>" for _ in range(9))]),
        "status": luck.choice(["opened", "closed", "open all year", "draft"]),
        "type": luck.choice([*KINDS, "book", "event"]),
        "seconds": luck.choice([None, *range(600, 36_000, 600)]),
        "categories": [{"id": n, "name": words(luck, 1, 3)} for n in range(luck.randint(0, 4))],
        "authors": [
            {"first": words(luck, 1, 1), "last": words(luck, 1, 1), "bio": words(luck, 5, 25)}
            for _ in range(luck.randint(0, 3))
        ],
        "provider": {"id": number % 400, "name": words(luck, 1, 2), "country": "FR"},
        "image": {size: f"https://i/{size}.jpg" for size in ("big", "medium", "small")
                  if luck.random() < 0.8},
        "updated_at": "2026-05-01T08:30:00Z", "created_at": "2024-05-01T08:30:00Z",
        "tags": words(luck, 1, 12).split(), "rating": {"average": 4.25, "count": number % 900},
        "skills": [{"id": n, "label": words(luck, 1, 3)} for n in range(luck.randint(0, 7))],
    }  # fmt: skip
    for name, value in (("syllabus", words(luck, 20, 60)), ("level", 2), ("language", "fr")):
        if luck.random() < 0.8:
            made[name] = value
    return made


def progress(luck: random.Random, number: int) -> Record:
    """A learner's statistic."""
    status = luck.choice(["completed", "in progress", "not started"])
    return {
        "user_id": f"u-{number % 5000}", "course_id": f"c-{number}", "status": status,
        "started_at": "2026-01-02T10:00:00Z", "updated_at": "2026-02-02T10:00:00Z", "spent": number,
    }  # fmt: skip


def clock(way: Way, records: list[Record], scope: Scope) -> float:
    """Records per CPU second."""
    before = time.process_time()
    for record in records:
        way(record, scope)
    return len(records) / (time.process_time() - before)


def ways(text: str, by_hand: Way) -> dict[str, Way]:
    """Name and function of each way."""
    compiled, plain = compile_expression(Scalar.of(text)), Jsonata(text)
    assert compiled.compiled
    found: dict[str, Way] = {
        "by hand": by_hand,
        "compiled": compiled.evaluate,
        "interpreted": compiled._interpret,  # noqa: SLF001
        "jsonata-python": lambda record, _: plain.evaluate(record),
    }
    try:
        theirs = importlib.import_module("jsonatapy").compile(text)
        found["jsonatapy"] = lambda record, _: theirs.evaluate(record)
    except ImportError:
        print("  jsonatapy is not installed")
    return found


def on_node(text: str, records: list[Record]) -> float | None:
    """Records per CPU second of the reference, None where it is not installed."""
    program = """
    const [text, records] = JSON.parse(require('fs').readFileSync(0));
    const expression = require('jsonata')(text);
    (async () => {
      let best = 0;
      for (let round = 0; round < 5; round++) {
        const before = process.cpuUsage();
        for (const record of records) await expression.evaluate(record);
        const {user, system} = process.cpuUsage(before);
        best = Math.max(best, records.length / (user + system) * 1e6);
      }
      console.log(best);
    })();"""
    node = shutil.which("node")
    if node is None:
        return None
    given = json.dumps([text, records])
    done = subprocess.run(
        [node, "-e", program], input=given, capture_output=True, text=True, check=False
    )
    return float(done.stdout) if done.returncode == 0 else None


def compare(label: str, text: str, by_hand: Way, records: list[Record]) -> None:
    """Print what each way reaches."""
    size = sum(len(json.dumps(record)) for record in records) // len(records)
    print(f"{label}: {len(records)} records of {size} bytes")
    known, best, scope = ways(text, by_hand), dict[str, float](), Scope(now=NOW)
    for name, way in known.items():
        for record in records[:500]:
            assert way(record, scope) == by_hand(record, scope), (name, record)
    for _ in range(ROUNDS):
        for name, way in known.items():
            few = records if name in {"by hand", "compiled", "jsonatapy"} else records[::RARE]
            best[name] = max(best.get(name, 0), clock(way, few, scope))
    node = on_node(text, records)
    if node is None:
        print("  jsonata is not installed on Node")
    else:
        best["jsonata on Node"] = node
    for name, reached in best.items():
        share, times = reached / best["by hand"], reached / best["jsonata-python"]
        print(f"  {name:16}{reached:12,.0f} records/s {share:8.1%} of by hand {times:7.1f} x")


def unlimited(text: str) -> Way:
    """The expression compiled without what counts and refuses, and with Python's own patterns."""
    module: Any = importlib.import_module("syncata.expressions.compiler.program")
    patterns: Any = importlib.import_module("syncata.expressions.patterns")

    def bare(source: str, name: str, mode: str) -> Any:
        kept = [line for line in source.splitlines() if not _LIMIT.match(line)]
        return compile("\n".join(kept).replace("grown(", "("), name, mode)

    def hits(pattern: Any, value: str) -> Any:
        for found in re.finditer(pattern.source, value):
            yield patterns.Hit(found[0], found.start(), found.end(), found.groups())

    module.compile = bare
    run = module.compile_tree(lower(parse(text))).run
    del module.compile
    limited = patterns.Pattern.hits, patterns.Pattern.found_in

    def way(record: Record, scope: Scope) -> Any:
        return run(record, scope)

    def begin() -> None:
        patterns.Pattern.hits = hits
        patterns.Pattern.found_in = lambda it, value: re.search(it.source, value) is not None

    def end() -> None:
        patterns.Pattern.hits, patterns.Pattern.found_in = limited

    way.begin, way.end = begin, end  # type: ignore[attr-defined]
    return way


def cost_of_limits(label: str, text: str, records: list[Record]) -> None:
    """Print what the limits of an evaluation cost."""
    scope, best = Scope(now=NOW), {"with": 0.0, "without": 0.0}
    bounded, bare = compile_expression(Scalar.of(text)).evaluate, unlimited(text)
    for _ in range(ROUNDS * 2):
        best["with"] = max(best["with"], clock(bounded, records, scope))
        bare.begin()  # type: ignore[attr-defined]
        best["without"] = max(best["without"], clock(bare, records, scope))
        bare.end()  # type: ignore[attr-defined]
    share = best["without"] / best["with"] - 1
    print(f"  {label:10} {best['with']:12,.0f} with, {best['without']:12,.0f} without: {share:.1%}")


def packaged(count: int) -> None:
    """The packaged mapping, compiled and interpreted; and what compiling it costs."""
    module: Any = importlib.import_module("syncata.expressions.expression")
    kept, spent = (module.lower, module.compile_tree), list[float]()
    module.lower, module.compile_tree = (timed(function, spent) for function in kept)
    spec = load_spec("edflex-360learning")
    module.lower, module.compile_tree = kept
    number = len(spent) // 2
    print(f"the packaged spec: {number} expressions compiled in {sum(spent) * 1000:.1f} ms")

    names = {"settings": {"summary_format": "text", "authors_in": "description"}, "lookups": {}}
    scope = Scope(names | {"author": {"lang": "fr"}}, now=NOW)
    definitions = Definitions({n: t for n, t in spec.definitions.items() if n != "author"})
    scope = scope.child(definitions.evaluate(scope))
    sync = spec.syncs["courses"]
    texts = [text for text in (sync.where, sync.live, *sync.map.values()) if text is not None]
    expressions = [compile_expression(text) for text in texts]
    records = [flat(item(7, index)) for index in range(count)]
    best = dict[str, float]()
    for _ in range(ROUNDS):
        for name, few in (("compiled", records), ("interpreted", records[::RARE])):
            way = mapping(expressions, name)
            best[name] = max(best.get(name, 0), clock(way, few, scope))
    for name, reached in best.items():
        print(f"  {name:16}{reached:12,.0f} records/s {reached / best['interpreted']:7.1f} x")


def timed(function: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    """A function that notes its CPU seconds."""

    def run(*given: Any) -> Any:
        before = time.process_time()
        try:
            return function(*given)
        finally:
            spent.append(time.process_time() - before)

    return run


def flat(record: Record) -> Record:
    """A record as the stream's expression makes it."""
    return {**record["attributes"], "id": record["id"]}


def mapping(expressions: list[Expression], name: str) -> Way:
    """All expressions on one record."""
    if name == "compiled":
        ways = [each.evaluate for each in expressions]
    else:
        ways = [each._interpret for each in expressions]  # noqa: SLF001
    return lambda record, scope: [way(record, scope) for way in ways]


def main() -> None:
    """Run everything."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    luck = random.Random(42)
    courses = [course(luck, number) for number in range(count)]
    statistics = [progress(luck, number) for number in range(count)]
    compare("course, 14 fields", COURSE, course_by_hand, courses)
    compare("progress, 3 fields", PROGRESS, progress_by_hand, statistics)
    print("the cost of limits, records/s:")
    cost_of_limits("course", COURSE, courses)
    cost_of_limits("progress", PROGRESS, statistics)
    cost_of_limits("patterns", SEARCHING, courses)
    packaged(count)


if __name__ == "__main__":
    main()
