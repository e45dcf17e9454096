"""The parts of the documentation that are made from the code.

`python -m tests.docs.generate` writes every marked block anew, and what editors show of a schema's
keys; tests hold the files against it. A block stands between `<!-- generated: NAME -->` and
`<!-- end -->`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.docs import connector, schemas
from tests.docs.markdown import code, table
from tests.faults.registry import Fault
from tests.faults.registry import faults as known_faults

from syncata.checks import CODES, NAMES, PLACES, Place
from syncata.checks.shape import LATER
from syncata.document import folder, load_bytes
from syncata.expressions import FUNCTIONS
from syncata.spec.node import Node
from syncata.spec.pagination import build_pagination

DOCS = Path(__file__).parents[2] / "docs"
MARKED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

GROUPS = {
    "SYN0": "Files and YAML",
    "SYN1": "Keys, types and words",
    "SYN2": "Expressions and texts",
    "SYN3": "Names, references, syncs and resources",
    "SYN4": "Settings and connections",
    "SYN5": "Not available in this version",
    "SYN6": "Records that are set aside",
    "SYN7": "Tests of specs",
}

PAGINATIONS = (
    "{type: page_number, param: page}",
    "{type: page_number, param: page, start: 0, while: links.next}",
    "{type: offset, param: skip, size: 50, limit_param: top}",
    "{type: cursor, param: after, cursor: meta.cursor}",
    "{type: next_url, url: links.next}",
    "{type: link_header}",
)


def files() -> list[Path]:
    """The documents that hold marked blocks."""
    return [path for path in sorted(DOCS.glob("*.md")) if MARKED.search(path.read_text("utf-8"))]


def renewed(text: str) -> str:
    """A document with every marked block made anew."""
    return MARKED.sub(lambda found: f"{found[1]}\n{BLOCKS[found[2]]()}\n\n{found[3]}", text)


def names() -> str:
    """Every name with its meaning."""
    return table(["name", "what it is"], ([code(f"${n}"), text] for n, text in NAMES.items()))


def places() -> str:
    """Place by place the names that an expression sees there."""
    titles = ["place", "`$` is", "names", "definitions", "`$ref`, `$has`", "secrets"]
    return table(titles, (_place(place) for place in PLACES))


def _place(place: Place) -> list[str]:
    seen = ", ".join(code(f"${name}") for name in place.variables)
    allowed = (place.definitions, place.references, place.secrets)
    return [place.name, place.record or "–", seen, *("yes" if a else "–" for a in allowed)]


def functions() -> str:
    """The functions that JSONata does not have."""
    own = (f for f in FUNCTIONS.values() if f.own)
    return table(["function", "what it yields", "example"], (
        [code(f"${f.name}"), f.doc, code(f.example)] for f in own
    ))  # fmt: skip


def paginations() -> str:
    """What presets of pagination become."""
    titles = ["`pagination`", "parameters of the first request", "`next`"]
    return table(titles, (_pagination(text) for text in PAGINATIONS))


def _pagination(text: str) -> list[str]:
    made = build_pagination(Node.root(load_bytes(text.encode(), "example")))
    assert made is not None
    first = code(json.dumps(made.first)) if made.first else "–"
    return [code(text), first, code(made.next.text)]


def guards() -> str:
    """The guards with their defaults."""
    file = folder("schemas").joinpath("connector.schema.json")
    rules: Mapping[str, Any] = json.loads(file.read_text("utf-8"))["definitions"]["guards"]
    return table(["key", "default", "what it measures"], (
        [code(name), code(str(part["default"])), part["description"]]
        for name, part in rules["properties"].items()
    ))  # fmt: skip


def later() -> str:
    """Words that are refused by name."""
    return table(["word", "what it will bring"], ([code(w), text] for w, text in LATER.items()))


def threats() -> str:
    """Each threat, what is done about it, and the tests that prove it."""
    file = DOCS.parent / "tests" / "security" / "threats.json"
    rows: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
    return table(["", "threat", "what is done", "tests"], (
        [number, row["threat"], " ".join((f"{row['mitigation']}.", row.get("reason", ""))).strip(),
         "<br>".join(_test(test) for test in row["tests"])]
        for number, row in rows.items()
    ))  # fmt: skip


def _test(test: str) -> str:
    path, _, name = test.partition("::")
    return f"[{name}](../{path})"


def codes() -> str:
    """Every code of ours: cause, example, what to do."""
    return "\n\n".join(_codes())


def _codes() -> Iterator[str]:
    for start, title in GROUPS.items():
        yield f"## {title}"
        for number in sorted(c for c in CODES if c.startswith(start)):
            found = CODES[number]
            yield f"### {number}: {found.title}"
            yield found.cause
            yield f"```text\n{found.example}\n```"
            yield f"**What to do:** {found.fix}"


def faults() -> str:
    """What an operator sees of each fault, and the tests that prove it."""
    rows = [[str(f.number), f.fault, f.sees, f.exit, f.do] for f in known_faults()]
    whole = table(["#", "what happens", "what you see", "exit", "what to do"], rows)
    return f"{whole}\n\n## The tests\n\n" + "\n".join(_proof(f) for f in known_faults())


def _proof(fault: Fault) -> str:
    tests = [test.partition("::") for test in fault.tests]
    links = [f"[{name}](../tests/{file})" for file, _, name in tests]
    still = f" Not proved yet: {fault.open}." if fault.open else ""
    return f"{fault.number}. " + ", ".join(links) + f".{still}"


BLOCKS = {
    **connector.BLOCKS,
    "codes": codes,
    "faults": faults,
    "functions": functions,
    "guards": guards,
    "later": later,
    "names": names,
    "paginations": paginations,
    "places": places,
    "threats": threats,
}


def main() -> None:
    """Write every marked block anew, and what editors show."""
    schemas.write()
    for path in files():
        path.write_text(renewed(path.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
