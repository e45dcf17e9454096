"""HTML of a feed: as plain text, or sanitized. The only module that imports nh3."""

import re
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
    reader.feed(html)
    reader.close()
    return reader.result()


class _TextReader(HTMLParser):
    """Collects text; blocks become blank lines, list items dashes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.dropped: list[str] = []

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
            self.pieces.append(re.sub(r"\s+", " ", data))

    def result(self) -> str:
        """The text: at most one blank line in a row, no spaces at the ends of lines."""
        joined = re.sub(r" *([\f\v]) *", r"\1", "".join(self.pieces))
        joined = re.sub(r"(?:\v- ?)+(?=[\f\v]|$)", "", joined)  # items without text
        joined = re.sub(r"[\f\v]*\f[\f\v]*", "\n\n", joined).replace("\v", "\n")
        return re.sub(r" {2,}", " ", joined).strip()
