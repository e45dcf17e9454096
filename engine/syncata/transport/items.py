"""The items of one large JSON array, decoded as its bytes arrive."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from syncata.transport.body import Damaged, Unusable, check_depth, decode_quickly, raw_decode

AT_ONCE = 4 * 1024 * 1024
_BLANK = re.compile(r"[ \t\r\n]*")


class ItemReader:
    """Takes the bytes of a JSON array in any portions and yields its items.

    A small array is decoded at once, when it is there; what is wrong with one is found item by
    item.
    An item counts only once the comma or bracket behind it has come: `12` may go on as `123`.
    A portion that ends inside an item is tried again when the text has grown by half, so that one
    large item in many portions costs its size and not the square of it.
    """

    def __init__(self, max_item: int, *, at_once: int = AT_ONCE) -> None:
        """`max_item` bounds the characters of one item, `at_once` the bytes of a small array."""
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._max_item = max_item
        self._small: list[bytes] | None = []
        self._left = min(max_item, at_once)
        self._text = ""
        self._enough = 0
        self._state = "start"
        self.count = 0

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[Any]:
        """Yield the items that are complete with these bytes."""
        if self._small is not None:
            self._small.append(data)
            self._left -= len(data)
            if self._left >= 0 and not last:
                return
            data, self._small = b"".join(self._small), None
            if last and (whole := self._whole(data)) is not None:
                yield from whole
                return
        try:
            self._text += self._decoder.decode(data, last)
        except UnicodeDecodeError as error:
            raise Damaged(f"its body is not valid UTF-8 ({error.reason})") from error
        if len(self._text) >= self._enough or last:
            yield from self._items()

    def finish(self) -> Iterator[Any]:
        """Yield what is left, and check that the array was closed."""
        yield from self.feed(b"", last=True)
        if self._state != "end":
            raise Damaged(f"its JSON array breaks off after {self.count} items")

    def _whole(self, data: bytes) -> list[Any] | None:
        """The items of a whole array, if it is one for certain."""
        items = decode_quickly(data)
        if not isinstance(items, list):
            return None
        self._state, self.count = "end", len(items)
        return items

    def _items(self) -> Iterator[Any]:
        at = 0
        while (step := self._step(at)) is not None:
            value, at = step
            if value is not _NOTHING:
                self.count += 1
                yield value
        self._text = self._text[at:]
        self._enough = len(self._text) * 3 // 2
        if len(self._text) > self._max_item:
            raise self._too_large()

    def _step(self, at: int) -> tuple[Any, int] | None:
        """Take one bracket or item; None when more text is needed."""
        at = self._skip(at)
        if at == len(self._text):
            return None
        if self._state == "start":
            if self._text[at] != "[":
                raise Unusable("its body is not a JSON array")
            self._state = "first"
            return _NOTHING, at + 1
        if self._state == "end":
            raise Damaged("there is text behind the end of its JSON array")
        if self._text[at] == "]" and self._state == "first":
            self._state = "end"
            return _NOTHING, at + 1
        return self._item(at)

    def _item(self, at: int) -> tuple[Any, int] | None:
        try:
            value, end = raw_decode(self._text, at)
        except (json.JSONDecodeError, StopIteration):
            return None
        except RecursionError as error:
            raise Unusable("an item is nested too deep") from error
        except ValueError as error:
            raise Unusable(f"an item holds a number beyond every limit ({error})") from error
        end = self._skip(end)
        if end == len(self._text):
            return None
        if self._text[end] in ".eE" and isinstance(value, int | float):
            return None  # `3.` is read as 3 until the rest of 3.5 has come
        if self._text[end] not in ",]":
            raise Damaged(f"its JSON array is not valid after {self.count} items")
        if end - at > self._max_item:
            raise self._too_large()
        check_depth(value)
        self._state = "more" if self._text[end] == "," else "end"
        return value, end + 1

    def _too_large(self) -> Unusable:
        return Unusable(f"one item is larger than {self._max_item} characters, or no JSON")

    def _skip(self, at: int) -> int:
        match = _BLANK.match(self._text, at)
        assert match is not None
        return match.end()


_NOTHING: Any = object()
