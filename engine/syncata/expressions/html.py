"""HTML of a feed: as plain text, or sanitized. The only module that imports nh3."""

import re
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
    reader = _TextReader()
    if not reader.take_simple(html):
        reader.feed(html)
        reader.close()
    return reader.result()


# Text, or a tag as feeds have them: with attributes in quotes, if any. Anything else (comments,
# declarations, scripts, markup that is broken) is left to the parser of the standard library.
_TOKEN = re.compile(
    r"""([^<]+)|<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s+[A-Za-z-]+=(?:"[^"<>]*"|'[^'<>]*'))*\s*(/?)>"""
)
_SPACES = re.compile(r"\s\s+|[^\S ]")  # what is more than a single space
_BREAK = re.compile(r"([\f\v])")
# Their content is no markup for the parser.
_RAW = {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"}


class _TextReader(HTMLParser):
    """Collects text; blocks become blank lines, list items dashes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.dropped: list[str] = []

    def take_simple(self, html: str) -> bool:
        """Read HTML that consists of text and ordinary tags, many times as fast as the parser; any
        other is left alone, and the answer is false."""
        matches = list(_TOKEN.finditer(html))
        if sum(len(match[0]) for match in matches) != len(html):
            return False
        if any(match[3] and match[3].lower() in _RAW for match in matches):
            return False
        for data, closing, tag, single in (match.groups() for match in matches):
            if data:
                self.handle_data(unescape(data))
                continue
            if not closing:
                self.handle_starttag(tag.lower(), [])
            if closing or single:
                self.handle_endtag(tag.lower())
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
        elif tag in {"td", "th"}:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        """Keep the text, one space for any white space."""
        if not self.dropped:
            self.pieces.append(_SPACES.sub(" ", data))

    def result(self) -> str:
        """The text: at most one blank line in a row, no spaces at the ends of lines."""
        first, *rest = _BREAK.split("".join(self.pieces))
        if rest:  # no spaces beside breaks
            parts = [part.strip(" ") for part in rest[:-1]]
            first = "".join([first.rstrip(" "), *parts, rest[-1].lstrip(" ")])
        joined = re.sub(r"(?:\v- ?)+(?=[\f\v]|$)", "", first)  # items without text
        joined = re.sub(r"[\f\v]*\f[\f\v]*", "\n\n", joined).replace("\v", "\n")
        if "  " in joined:
            joined = re.sub(r" {2,}", " ", joined)
        return joined.strip()
