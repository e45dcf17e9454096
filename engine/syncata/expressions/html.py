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
    marked = _simple(html)
    if marked is None:
        reader = _TextReader()
        reader.feed(html)
        reader.close()
        marked = "".join(reader.pieces)
    return _laid_out(marked)


# What stands for tags until the text is laid out.
_PARAGRAPH, _LINE, _ITEM = "\f", "\v", "\v- "
_OPENING = _PARAGRAPH * 2

# A tag as feeds have them, without its brackets: with attributes in quotes, if any. Anything else
# (comments, declarations, scripts, broken markup) is left to the parser of the standard library.
_TAG = re.compile(
    r"""(/?)([A-Za-z][A-Za-z0-9]*)(?:\s+[A-Za-z-]+=(?:"[^"<>]*"|'[^'<>]*'))*\s*(/?)"""
)
_SHORT = 64  # characters of a tag that is remembered: no large one may fill the memory
# Their content is no markup for the parser.
_RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"}


def _simple(html: str) -> str | None:
    """The marked text of HTML that consists of text and ordinary tags, many times as fast as the
    parser yields it; None for any other."""
    first, *rest = html.split("<")
    pieces = [_spaced(unescape(first))]
    for part in rest:
        tag, bracket, data = part.partition(">")
        mark = _mark(tag) if len(tag) < _SHORT else _mark.__wrapped__(tag)
        if mark is None or not bracket:
            return None
        if mark and not (mark == _OPENING and pieces[-1] == _ITEM):
            pieces.append(mark)
        if data:
            pieces.append(_spaced(unescape(data)))
    return "".join(pieces)


@lru_cache(maxsize=1024)
def _mark(tag: str) -> str | None:
    """What stands for an ordinary tag, given without its brackets; None for any other."""
    match = _TAG.fullmatch(tag)
    if match is None:
        return None
    closing, name, single = match[1], match[2].lower(), match[3]
    if name in _RAW or name in DROPPED:
        return None
    if name in PARAGRAPHS:
        return _PARAGRAPH if closing or single else _OPENING
    if name in LINES:
        return "" if closing else _ITEM if name == "li" else _LINE
    return " " if name in CELLS and (closing or single) else ""


def _spaced(data: str) -> str:
    """Text with one space for any white space."""
    if data.isprintable() and "  " not in data:  # then it has no white space but single spaces
        return data
    return _SPACES.sub(" ", data)


_SPACES = re.compile(r"\s\s+|[^\S ]")  # what is more than a single space
_BREAK = re.compile(r"([\f\v])")
# As these begin with what is literal, they are found without trying at every character.
_EMPTY_ITEMS = re.compile(r"\v- ?(?:\v- ?)*(?=[\f\v]|$)")
_PARAGRAPHS = re.compile(r"(?:\f|\v\v*\f)[\f\v]*")


def _laid_out(marked: str) -> str:
    """Marked text as it is read: at most one blank line in a row, no spaces at ends of lines."""
    first, *rest = _BREAK.split(marked)
    if rest:  # no spaces beside breaks
        parts = [part.strip(" ") for part in rest[:-1]]
        first = "".join([first.rstrip(" "), *parts, rest[-1].lstrip(" ")])
    if "\v-" in first:
        first = _EMPTY_ITEMS.sub("", first)
    joined = _PARAGRAPHS.sub("\n\n", first).replace(_LINE, "\n")
    if "  " in joined:
        joined = re.sub(r" {2,}", " ", joined)
    return joined.strip()


class _TextReader(HTMLParser):
    """Collects marked text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.dropped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Break before blocks, lines and items."""
        if tag in DROPPED:
            self.dropped.append(tag)
        elif tag in PARAGRAPHS:
            if self.pieces[-1:] != [_ITEM]:  # not for a paragraph that starts an item
                self.pieces.append(_PARAGRAPH)
        elif tag in LINES:
            self.pieces.append(_ITEM if tag == "li" else _LINE)

    def handle_endtag(self, tag: str) -> None:
        """Break after blocks; end what was dropped."""
        if self.dropped and tag in self.dropped:
            del self.dropped[self.dropped.index(tag) :]
        elif tag in PARAGRAPHS:
            self.pieces.append(_PARAGRAPH)
        elif tag in CELLS:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        """Keep the text, one space for any white space."""
        if not self.dropped:
            self.pieces.append(_spaced(data))
