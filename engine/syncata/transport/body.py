"""Bodies of answers: bounded while they are inflated, JSON or nothing."""

import json
import math
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import httpx

from syncata.model import UNREAD, read_quickly

_MAX_DEPTH = 100
_PIECE = 256 * 1024


class Damaged(Exception):
    """An answer that came incomplete or garbled; another attempt may help."""


class Unusable(Exception):
    """An answer that no further attempt makes better: too large, too deep, not understood."""


class Inflater:
    """Inflates gzip in pieces of bounded size, however small the bytes that came."""

    def __init__(self) -> None:
        """Start before the first byte."""
        self._member = zlib.decompressobj(31)
        self._started = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the inflated pieces of the next bytes."""
        self._started = self._started or bool(data)
        while data:
            if self._member.eof:  # gzip may be several members, one behind the other
                self._member = zlib.decompressobj(31)
            try:
                piece = self._member.decompress(data, _PIECE)
            except zlib.error as error:
                raise Damaged(f"its gzip body is damaged ({error})") from error
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if piece:
                yield piece

    def finish(self) -> None:
        """Check that the end was reached: a cut gzip body is no error to zlib."""
        if self._started and not self._member.eof:
            raise Damaged("its gzip body was cut off")


def inflater(headers: Mapping[str, str]) -> Inflater | None:
    """Return what the answer's encoding needs; several layers are refused, they hide bombs."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip"):
        return Inflater()
    raise Unusable(f"its content encoding {encoding[:40]!r} is not understood, only gzip is")


async def read_body(response: httpx.Response, headers: Mapping[str, str], limit: int) -> bytes:
    """Read a whole body of at most `limit` inflated bytes."""
    inflate = inflater(headers)
    if declared_length(headers) > limit:
        raise _too_large(limit)
    pieces: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        for piece in (chunk,) if inflate is None else inflate.feed(chunk):
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            pieces.append(piece)
    if inflate is not None:
        inflate.finish()
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large(limit: int) -> Unusable:
    return Unusable(f"its body is larger than {limit} bytes")


def declared_length(headers: Mapping[str, str]) -> int:
    """The length that the answer claims for its body as sent; 0 where it claims none."""
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def is_framed(headers: Mapping[str, str]) -> bool:
    """Whether the answer itself says where its body ends; else any cut looks like the end."""
    return "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()


def may_be_json(headers: Mapping[str, str]) -> bool:
    """Whether the content type leaves room for JSON; some APIs send it as plain text."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return "html" not in kind and "xml" not in kind


def claims_json(headers: Mapping[str, str]) -> bool:
    """Whether the content type promises JSON, or there is none."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return not kind or kind.endswith(("/json", "+json"))


def decode(raw: bytes) -> Any:
    """Decode JSON: integers exact, no NaN, no Infinity, no nesting without end.

    Damaged for what is no JSON text (it may have been cut), Unusable for JSON beyond the limits.
    """
    value = decode_quickly(raw)
    return _carefully(raw) if value is UNREAD else value


def decode_quickly(raw: bytes) -> Any:
    """What `decode` yields, where that is quickly told; else UNREAD."""
    value = read_quickly(raw)
    return value if value is UNREAD or _is_shallow(raw) else UNREAD


def _carefully(raw: bytes) -> Any:
    try:
        value = _DECODER.decode(raw.decode("utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"its body is not valid JSON ({error})") from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        raise Unusable(f"its body holds a number beyond every limit ({error})") from error
    check_depth(value)
    return value


def _is_shallow(raw: bytes) -> bool:
    """Whether nothing is nested too deep for certain; brackets in texts may hide that."""
    brackets = raw.translate(_PAIRS, _NO_BRACKETS)
    for _ in range(_MAX_DEPTH):
        if not brackets:
            return True
        brackets = brackets.replace(b"()", b"")
    return not brackets


def check_depth(value: Any) -> None:
    """Refuse a value that is nested deeper than what follows could handle."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(_MAX_DEPTH):
        if not level:
            return
        level = [
            child
            for each in level
            for child in (each.values() if type(each) is dict else each)
            if type(child) is dict or type(child) is list
        ]
    if level:
        raise _too_deep()


def _too_deep() -> Unusable:
    return Unusable(f"its JSON is nested more than {_MAX_DEPTH} deep")


def _no_constant(text: str) -> NoReturn:
    raise Unusable(f"its JSON holds {text}, which is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise Unusable(f"its JSON holds a number beyond every limit ({text[:40]})")
    return number


_PAIRS = bytes.maketrans(b"[{]}", b"(())")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[{]}"))
_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def raw_decode(text: str, start: int) -> tuple[Any, int]:
    """Decode the JSON value that begins at `start`; JSONDecodeError while it is incomplete."""
    return _DECODER.raw_decode(text, start)
