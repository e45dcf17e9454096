"""How the scalars of a YAML text are written: expressions in their usual form, others as they are.

An expression that does not fit on its line stands after `|`, on lines of its own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncata.document import DataPath, Document, Outline, load_bytes
from syncata.errors import SpecInvalid
from syncata.expressions import fixed_lines, print_expression, print_template

WIDTH = 100
_ENDLESS = 1_000_000


@dataclass(frozen=True, slots=True)
class Scalars:
    """The scalars of a document. `kinds`: which are expressions or templates, by path."""

    document: Document
    kinds: Mapping[DataPath, str]

    def key(self, node: Outline) -> str:
        """A key as it is written."""
        return self._raw(node)

    def inline(self, node: Outline) -> str | None:
        """A value within a flow collection; None if it takes more than one line."""
        made = self._printed(node, None)
        if made is not None:
            return None if "\n" in made else self._quoted(node, made, flow=True)
        raw = self._raw(node)
        return None if "\n" in raw else raw

    def lines(self, node: Outline, used: int, indent: int) -> Sequence[str]:
        """A value that begins behind `used` characters; its further lines begin at `indent`."""
        whole = self._printed(node, None)
        if whole is None:
            return self._as_written(node, indent)
        if node.style != "|" and "\n" not in whole:
            quoted = self._quoted(node, whole, flow=False)
            if used + len(quoted) <= WIDTH and "\n" not in quoted:
                return [quoted]
        broken = self._printed(node, WIDTH - indent) or whole
        if node.style != "|" and "\n" not in broken:
            return [self._quoted(node, whole, flow=False)]
        header = self._raw(node).partition("\n")[0] if node.style == "|" else "|"
        content = (f"{' ' * indent}{line}".rstrip() for line in broken.split("\n"))
        return [_header(header), *content]

    def _raw(self, node: Outline) -> str:
        return self.document.text[node.start : node.end]

    def _printed(self, node: Outline, width: int | None) -> str | None:
        """The text in its usual form; None where it is to stay as it is written."""
        kind = self.kinds.get(node.path)
        raw = self._raw(node)
        if kind is None or node.kind == "alias" or raw.startswith("&"):
            return None
        text = self.document.scalars[node.path].text
        if kind == "template":
            return None if "\n" in raw or "\n" in text else print_template(text)
        text = text.strip("\n")
        printed = print_expression(text, _ENDLESS if width is None else width)
        # What holds a comment comes back with its line breaks: it is moved as a whole.
        return None if fixed_lines(text) else printed

    def _as_written(self, node: Outline, indent: int) -> Sequence[str]:
        first, *rest = self._raw(node).split("\n")
        if node.style in ("|", ">"):
            return [_header(first), *_moved(rest, indent, keep="+" in first.partition("#")[0])]
        return [first, *(f"{' ' * indent}{line.lstrip()}".rstrip(" ") for line in rest)]

    def _quoted(self, node: Outline, text: str, *, flow: bool) -> str:
        """A text in the quotes it had, or in others if it needs them."""
        raw = self._raw(node)
        if text == self.document.scalars[node.path].text and "\n" not in raw:
            return raw
        single = "'" + text.replace("'", "''") + "'"
        double = json.dumps(text, ensure_ascii=False)
        quoted = sorted((single, double), key=len)  # the one with fewer escapes first
        order = {"'": (single, double), '"': (double, single)}.get(node.style, (text, *quoted))
        for made in order:
            if _reads_as(made, text, flow=flow):
                return made
        return raw


def _header(text: str) -> str:
    """The header of a block scalar, for content two columns to the right."""
    marks, space, comment = text.partition(" ")
    return "".join("2" if mark.isdigit() else mark for mark in marks) + space + comment


def _moved(rest: list[str], indent: int, *, keep: bool) -> list[str]:
    """The content of a block scalar, moved as a whole."""
    if rest and not rest[-1].strip():
        rest = rest[:-1]
    while rest and not keep and not rest[-1].strip():
        rest = rest[:-1]
    inside = [len(line) - len(line.lstrip(" ")) for line in rest if line.strip()]
    margin = min(inside, default=0)
    return [f"{' ' * indent}{line[margin:]}" if line.strip() else "" for line in rest]


def _reads_as(written: str, text: str, *, flow: bool) -> bool:
    """Whether YAML reads what is written as that text."""
    around = f"{{k: {written}}}" if flow else f"k: {written}"
    try:
        data: object = load_bytes(around.encode(errors="surrogatepass"), "").data
    except SpecInvalid:
        return False
    return data == {"k": text}
