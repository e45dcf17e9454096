"""Writes a YAML text anew: two spaces a level, flow collections on one line if they fit there.

The order of keys, comments, anchors and the quotes of texts stay; of several empty lines one does.
"""

import re

from syncata.document import Outline
from syncata.formatting.comments import Comment, behind, comments, gap
from syncata.formatting.scalars import WIDTH, Scalars

STEP = 2
_COLON = re.compile(r"[ \t]*:")


class NotWritable(Exception):
    """The text holds something that this writer leaves alone."""


def write(root: Outline, scalars: Scalars) -> str:
    """The text of a document in its usual form. Raises NotWritable."""
    writer = _Writer(scalars)
    writer.whole(root)
    return "\n".join(writer.lines).rstrip("\n") + "\n"


class _Writer:
    """Goes through the old text from the beginning to the end and writes the new one."""

    def __init__(self, scalars: Scalars) -> None:
        self.lines: list[str] = []
        self._scalars = scalars
        self._text = scalars.document.text
        self._at = 0
        self._opened = False  # the last line ends with the `:` or `-` of a collection
        self._key_column = -1

    def whole(self, root: Outline) -> None:
        """The whole file; what stands before its first node stays as it is."""
        if root.kind in ("scalar", "alias"):
            raise NotWritable("the file holds a single value")
        self.lines = [line.rstrip() for line in self._text[: root.start].split("\n")]
        if not self.lines[-1]:
            self.lines.pop()
        self._at = root.start
        one = self._inline(root)
        if one is not None and (len(one) <= WIDTH or not root.parts):
            self.lines.append(one)
            self._at = root.end
        else:
            self._children(root, 0)
        self._between(len(self._text), 0, complete=True)

    def _line(self, text: str) -> None:
        self.lines.append(text)
        self._opened = False

    def _between(
        self, end: int, indent: int, *, all_own: bool = False, complete: bool = False
    ) -> None:
        """The comments and empty lines before `end`; `all_own`: none belongs to the last line."""
        found = gap(self._text, self._at, end, complete=complete)
        own = found.own
        if found.behind is not None and all_own:
            own = (found.behind, *own)
        elif found.behind is not None:
            self._append(found.behind)
        for comment in own:
            self._own(comment, indent)
        self._at = end

    def _append(self, comment: Comment) -> None:
        """A comment behind what the last line holds, in the column it had if there is room."""
        last = self.lines[-1]
        self.lines[-1] = last.ljust(max(len(last) + 2, comment.column)) + comment.text

    def _own(self, comment: Comment, indent: int) -> None:
        if comment.text:
            self._line(" " * indent + comment.text)
        elif self.lines and self.lines[-1] and not self._opened:
            self._line("")

    def _trailing(self, column: int, indent: int) -> None:
        """The comments at the end of a block: those that stand as far to the right as it does."""
        end = self._text.find("\n", self._at)
        rest = self._text[self._at : end if end >= 0 else None]
        if rest.strip() and not rest.lstrip().startswith("#"):
            return
        while end >= 0:
            start = end + 1
            end = self._text.find("\n", start)
            line = self._text[start : end if end >= 0 else len(self._text)]
            if line.strip() and not line.lstrip().startswith("#"):
                return
            if line.strip() and len(line) - len(line.lstrip()) < column:
                return
            if line.strip():
                self._between(start + len(line), indent, complete=True)

    def _children(self, node: Outline, indent: int, lead: str = "") -> None:
        """The parts of a collection as a block; its first line begins with `lead`."""
        starts = [lead or " " * indent, *[" " * indent] * len(node.parts)]
        if node.kind == "sequence":
            own_column = node.column != self._key_column
            for item, start in zip(node.parts, starts, strict=False):
                self._between(item.start, indent)
                self._item(item, f"{start}-", indent + STEP)
        else:
            own_column = True
            for place, start in zip(range(0, len(node.parts), 2), starts, strict=False):
                self._pair(node.parts[place], node.parts[place + 1], start, indent)
        if node.style == "flow":
            self._between(node.end, indent)
        elif node.parts and not node.anchor:
            self._trailing(node.column + (not own_column), indent)

    def _pair(self, key: Outline, value: Outline, start: str, indent: int) -> None:
        self._between(key.start, indent)
        written = self._scalars.key(key)
        if "\n" in written or key.kind == "alias":
            raise NotWritable("a key has more than one line, or is an alias")
        self._at = key.end
        self._key_column = key.column
        self._value(value, f"{start}{written}:", indent + STEP)

    def _item(self, item: Outline, dash: str, indent: int) -> None:
        is_block = item.kind in ("mapping", "sequence") and self._fitting(item, dash) is None
        if is_block and not item.anchor:
            self._key_column = -1
            self._children(item, indent, f"{dash} ")
        else:
            self._value(item, dash, indent)

    def _value(self, node: Outline, lead: str, indent: int) -> None:
        """A value behind its key or dash."""
        fitting = self._fitting(node, lead)
        if node.kind in ("mapping", "sequence") and fitting is None:
            self._line(f"{lead} &{node.anchor}" if node.anchor else lead)
            self._opened = True
            self._children(node, indent)
            return
        if node.start == node.end:  # nothing is written: what follows belongs to what comes next
            self._line(lead)
            if colon := _COLON.match(self._text, self._at):
                self._at = colon.end()
            return
        self._between(node.start, len(lead) - len(lead.lstrip()), all_own=True)
        if fitting is not None:
            self._line(f"{lead} {fitting}")
            self._at = node.end
            return
        first, *rest = self._scalars.lines(node, len(lead) + 1, indent)
        self._line(f"{lead} {first}")
        for line in rest:
            self._line(line)
        self._at = behind(self._text, node)

    def _fitting(self, node: Outline, lead: str) -> str | None:
        """A flow collection on the line that `lead` begins; None for what does not fit there."""
        one = self._inline(node) if node.style == "flow" else None
        if one is None or (node.parts and len(lead) + 1 + len(one) > WIDTH):
            return None
        return one

    def _inline(self, node: Outline) -> str | None:
        """A flow collection on one line; None if that cannot be."""
        if node.style != "flow" or any(comments(self._text, node)):
            return None
        return self._flow(node)

    def _flow(self, node: Outline) -> str | None:
        if node.kind == "alias":
            return self._text[node.start : node.end]
        if node.kind == "scalar":
            return self._scalars.inline(node)
        parts = [
            self._scalars.key(part)
            if node.kind == "mapping" and not place % 2
            else self._flow(part)
            for place, part in enumerate(node.parts)
        ]
        texts = [part for part in parts if part is not None]
        if len(texts) < len(parts):
            return None
        anchor = f"&{node.anchor} " if node.anchor else ""
        if node.kind == "sequence":
            return f"{anchor}[{', '.join(texts)}]"
        pairs = zip(texts[::2], texts[1::2], strict=True)
        return f"{anchor}{{{', '.join(f'{k}: {v}' if v else k for k, v in pairs)}}}"
