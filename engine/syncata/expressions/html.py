"""HTML of a feed: as plain text, or sanitized. The only module that imports nh3."""

import re
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from typing import Any

import nh3

from syncata.expressions.library import missing, wrong_argument
from syncata.expressions.values import UNDEFINED

TAGS = {
    "p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "a",
    "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "code", "pre",
}  # fmt: skip
DROPPED = {"script", "style", "template", "noscript", "head", "title", "iframe", "object", "svg"}
PARAGRAPHS = {
    "p", "div", "section", "article", "header", "footer", "blockquote", "pre", "ul", "ol",
    "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "dl", "figure", "body",
}  # fmt: skip
LINES = {"br", "li", "tr", "dt", "dd"}
CELLS = {"td", "th"}


def sanitized(html: Any) -> Any:
    """`$html(html)`: the HTML with harmless tags only, trimmed; undefined for nothing and null."""
    if missing(html):
        return UNDEFINED
    if not isinstance(html, str):
        raise wrong_argument(1, "html", "a text")
    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags={"script", "style"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    ).strip()


def text(html: Any) -> Any:
    """`$text(html)`: the HTML as readable text; undefined for nothing and null."""
    if missing(html):
        return UNDEFINED
    if not isinstance(html, str):
        raise wrong_argument(1, "text", "a text")
    if "<" not in html and "&" not in html:
        return " ".join(html.split())
    return _readable(html)


@lru_cache(maxsize=8)  # a mapping asks whether there is a text, and then for it
def _readable(html: str) -> str:
    reader = _TextReader()
    if not reader.take_simple(html):
        reader.feed(html)
        reader.close()
    return reader.result()


# A tag as feeds have them, without its brackets: with attributes in quotes, if any. Anything else
# (comments, declarations, scripts, broken markup) is left to the parser of the standard library.
_TAG = re.compile(
    r"""(/?)([A-Za-z][A-Za-z0-9]*)(?:\s+[A-Za-z-]+=(?:"[^"<>]*"|'[^'<>]*'))*\s*(/?)"""
)
_SPACES = re.compile(r"\s\s+|[^\S ]")  # what is more than a single space
_MATTER = DROPPED | PARAGRAPHS | LINES | CELLS
_SHORT = 64  # characters of a tag that is remembered: no large one may fill the memory
_BREAK = re.compile(r"([\f\v])")
# As these begin with what is literal, they are found without trying at every character.
_EMPTY_ITEMS = re.compile(r"\v- ?(?:\v- ?)*(?=[\f\v]|$)")
_PARAGRAPH = re.compile(r"(?:\f|\v\v*\f)[\f\v]*")
# Their content is no markup for the parser.
_RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"}


def _tag(text: str) -> tuple[str, bool, bool] | None:
    """A simple tag: its name, whether it starts an element, whether it ends one; None: no such."""
    return _known_tag(text) if len(text) < _SHORT else _known_tag.__wrapped__(text)


@lru_cache(maxsize=1024)
def _known_tag(text: str) -> tuple[str, bool, bool] | None:
    match = _TAG.fullmatch(text)
    if match is None or match[2].lower() in _RAW:
        return None
    name = match[2].lower()
    matters = name in _MATTER
    return name, matters and not match[1], matters and bool(match[1] or match[3])


class _TextReader(HTMLParser):
    """Collects text; blocks become blank lines, list items dashes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.dropped: list[str] = []

    def take_simple(self, html: str) -> bool:
        """Read HTML that consists of text and ordinary tags, many times as fast as the parser; any
        other is left alone, and the answer is false."""
        first, *rest = html.split("<")
        parts = [part.partition(">") for part in rest]
        tags = [known for tag, bracket, _ in parts if bracket and (known := _tag(tag))]
        if len(tags) < len(parts):
            return False
        self.handle_data(unescape(first))
        for (name, starts, ends), (_, _, data) in zip(tags, parts, strict=True):
            if starts:
                self.handle_starttag(name, [])
            if ends:
                self.handle_endtag(name)
            if data:
                self.handle_data(unescape(data))
        return True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Break before blocks, lines and items."""
        if tag in DROPPED:
            self.dropped.append(tag)
        elif tag in PARAGRAPHS:
            if self.pieces[-1:] != ["\v- "]:  # not for a paragraph that starts an item
                self.pieces.append("\f")
        elif tag in LINES:
            self.pieces.append("\v- " if tag == "li" else "\v")

    def handle_endtag(self, tag: str) -> None:
        """Break after blocks; end what was dropped."""
        if self.dropped and tag in self.dropped:
            del self.dropped[self.dropped.index(tag) :]
        elif tag in PARAGRAPHS:
            self.pieces.append("\f")
        elif tag in CELLS:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        """Keep the text, one space for any white space."""
        if self.dropped:
            return
        if not data.isprintable() or "  " in data:  # else it has no white space but single spaces
            data = _SPACES.sub(" ", data)
        self.pieces.append(data)

    def result(self) -> str:
        """The text: at most one blank line in a row, no spaces at the ends of lines."""
        first, *rest = _BREAK.split("".join(self.pieces))
        if rest:  # no spaces beside breaks
            parts = [part.strip(" ") for part in rest[:-1]]
            first = "".join([first.rstrip(" "), *parts, rest[-1].lstrip(" ")])
        if "\v-" in first:
            first = _EMPTY_ITEMS.sub("", first)
        joined = _PARAGRAPH.sub("\n\n", first).replace("\v", "\n")
        if "  " in joined:
            joined = re.sub(r" {2,}", " ", joined)
        return joined.strip()
