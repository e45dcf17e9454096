"""Built-in functions on texts. They count characters, not UTF-16 code units, but for `$split`
into single units and the positions of `$match`, as the reference does."""

import base64
import re
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from syncata.expressions.faults import Refusal
from syncata.expressions.runtime.functions import Function
from syncata.expressions.runtime.limits import grow, grown
from syncata.expressions.runtime.operators import LARGEST_EXACT, number_text
from syncata.expressions.runtime.sequences import gathered
from syncata.expressions.values import UNDEFINED, json_text

MAX_WIDTH = 1_000_000
_SPACES = re.compile("[ \t\n\r]+")
_URL = "!*'();:@&=+$,/?#-_.~"
_URL_PART = "!*'()-_.~"


def string(value: Any, prettify: Any = UNDEFINED) -> Any:
    """`$string`: a value as text; functions are empty texts."""
    if type(value) is int and -LARGEST_EXACT < value < LARGEST_EXACT:
        return str(value)
    if value is UNDEFINED or isinstance(value, str):
        return value
    if isinstance(value, Function):
        return ""
    if isinstance(value, float):
        return number_text(value)
    indent = 2 if prettify is True else 0
    try:
        return json_text(value, indent)
    except Refusal as refusal:
        if refusal.code != "SYN223":
            raise
    return json_text(_without_functions(value), indent)


def _without_functions(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_functions(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_without_functions(item) for item in value]
    return "" if isinstance(value, Function) else value


def concatenated(value: Any) -> str:
    """A side of `&`: nothing for undefined, else as `$string` writes it."""
    if value is UNDEFINED:
        return ""
    text: str = string(value)
    return text


def substring(text: Any, start: Any, length: Any = UNDEFINED) -> Any:
    """`$substring`: from a start (negative: from the end), of a length."""
    if text is UNDEFINED or start is UNDEFINED:
        return text
    size = len(text)
    start = max(start, -size)
    if length is UNDEFINED:
        return text[int(start) :]
    if length <= 0:
        return ""
    end = start + length if start >= 0 else size + start + length
    return text[int(start) : int(min(end, size))]


def substring_before(text: Any, characters: Any) -> Any:
    """`$substringBefore`: what stands before the first occurrence, else all."""
    if text is UNDEFINED or characters is UNDEFINED:
        return text
    return text.partition(characters)[0] if characters else ""


def substring_after(text: Any, characters: Any) -> Any:
    """`$substringAfter`: what stands after the first occurrence, else all."""
    if text is UNDEFINED or characters is UNDEFINED or characters == "":
        return text
    before, found, after = text.partition(characters)
    return after if found else before


def lowercase(text: Any) -> Any:
    """`$lowercase`."""
    return text if text is UNDEFINED else text.lower()


def uppercase(text: Any) -> Any:
    """`$uppercase`."""
    return text if text is UNDEFINED else text.upper()


def length(text: Any) -> Any:
    """`$length`, in characters."""
    return text if text is UNDEFINED else len(text)


def trim(text: Any) -> Any:
    """`$trim`: no white space at the ends, single spaces inside."""
    if text is UNDEFINED:
        return UNDEFINED
    if "  " in text or "\n" in text or "\t" in text or "\r" in text:
        text = _SPACES.sub(" ", text)
    return text.strip(" ")


def pad(text: Any, width: Any, filling: Any = UNDEFINED) -> Any:
    """`$pad`: filled up to a width, on the left if that is negative."""
    if text is UNDEFINED or width is UNDEFINED:
        return text
    if abs(width) > MAX_WIDTH:
        raise Refusal("SYN222", f"$pad cannot pad to more than {MAX_WIDTH} characters")
    missing = abs(int(width)) - len(text)
    if missing <= 0:
        return text
    filling = " " if filling is UNDEFINED or not filling else filling
    grow(abs(int(width)))
    padding = (filling * missing)[:missing]
    return text + padding if width > 0 else padding + text


def join(texts: Any, separator: Any = UNDEFINED) -> Any:
    """`$join`."""
    if texts is UNDEFINED:
        return UNDEFINED
    between = "" if separator is UNDEFINED else separator
    grow(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def joined(texts: Any, separator: str, careful: Function) -> Any:
    """`$join` with a separator; what is no list of texts is left to the function itself."""
    if isinstance(texts, list):
        try:
            text = separator.join(texts)
        except TypeError:
            pass
        else:
            return grown(text)
    elif texts is UNDEFINED or type(texts) is str:
        return texts
    return careful.call((texts, separator))


def joined_items(items: list[Any], separator: str, careful: Function) -> Any:
    """The same of a sequence, given as the list of its items."""
    if not items:
        return UNDEFINED
    try:
        text = separator.join(items)
    except TypeError:
        return careful.call((gathered(items), separator))
    return grown(text)


def code_units(text: str) -> list[str]:
    """The UTF-16 code units of a text; characters beyond the first plane give two halves."""
    if text.isascii():
        return list(text)
    raw = text.encode("utf-16-be", "surrogatepass")
    return [chr(high << 8 | low) for high, low in zip(raw[::2], raw[1::2], strict=True)]


def base64_encoded(text: Any) -> Any:
    """`$base64encode`, of the low byte of each code unit, as the reference does."""
    if text is UNDEFINED:
        return UNDEFINED
    raw = text.encode("utf-16-le", "surrogatepass")[::2]
    return base64.b64encode(raw).decode("ascii")


def base64_decoded(text: Any) -> Any:
    """`$base64decode`: each byte is a character; what is not base64 is skipped."""
    if text is UNDEFINED:
        return UNDEFINED
    body = re.sub("[^A-Za-z0-9+/]", "", re.split("=", text.replace("-", "+").replace("_", "/"))[0])
    body = body[:-1] if len(body) % 4 == 1 else body
    return base64.b64decode(body + "=" * (-len(body) % 4)).decode("latin-1")


def _encoded(text: Any, safe: str) -> Any:
    if text is UNDEFINED:
        return UNDEFINED
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise Refusal("D3140", "half of a surrogate pair cannot be part of a URL") from None


def encode_url(text: Any) -> Any:
    """`$encodeUrl`."""
    return _encoded(text, _URL)


def encode_url_component(text: Any) -> Any:
    """`$encodeUrlComponent`."""
    return _encoded(text, _URL_PART)


def decode_url_component(text: Any) -> Any:
    """`$decodeUrlComponent`."""
    if text is UNDEFINED:
        return UNDEFINED
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        raise Refusal("D3140", "a % of the URL is not followed by two hexadecimal digits")
    try:
        return unquote_to_bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("D3140", "the URL does not stand for text in UTF-8") from None


def decode_url(text: Any) -> Any:
    """`$decodeUrl`: escapes of characters that structure a URL stay."""
    if text is UNDEFINED:
        return UNDEFINED
    reserved = "|".join(f"{ord(character):02X}" for character in ";/?:@&=+$,#")
    kept = re.sub(f"%(?=(?i:{reserved}))", "%25", text)
    return decode_url_component(kept)
