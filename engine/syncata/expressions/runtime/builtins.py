"""The table of built-in functions: name, signature, arity towards other functions, code.

The arity is how many arguments `$map` and its like give them, as in the reference.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from syncata.expressions import html, language, library
from syncata.expressions.runtime import (
    collections,
    matching,
    number_pictures,
    numbers,
    ordering,
    pictures,
    texts,
)
from syncata.expressions.runtime.functions import Builtin, Function, Host
from syncata.expressions.runtime.signatures import signature

_TABLE: tuple[tuple[str, str, int, Callable[..., Any]], ...] = (
    ("sum", "<a<n>:n>", 1, numbers.total),
    ("count", "<a:n>", 1, collections.count),
    ("max", "<a<n>:n>", 1, numbers.largest),
    ("min", "<a<n>:n>", 1, numbers.smallest),
    ("average", "<a<n>:n>", 1, numbers.average),
    ("string", "<x-b?:s>", 1, texts.string),
    ("substring", "<s-nn?:s>", 3, texts.substring),
    ("substringBefore", "<s-s:s>", 2, texts.substring_before),
    ("substringAfter", "<s-s:s>", 2, texts.substring_after),
    ("lowercase", "<s-:s>", 1, texts.lowercase),
    ("uppercase", "<s-:s>", 1, texts.uppercase),
    ("length", "<s-:n>", 1, texts.length),
    ("trim", "<s-:s>", 1, texts.trim),
    ("pad", "<s-ns?:s>", 3, texts.pad),
    ("match", "<s-f<s:o>n?:a<o>>", 3, matching.match),
    ("contains", "<s-(sf):b>", 2, matching.contains),
    ("replace", "<s-(sf)(sf)n?:s>", 4, matching.replace),
    ("split", "<s-(sf)n?:a<s>>", 3, matching.split),
    ("join", "<a<s>s?:s>", 2, texts.join),
    ("formatNumber", "<n-so?:s>", 3, number_pictures.format_number),
    ("formatBase", "<n-n?:s>", 2, numbers.format_base),
    ("formatInteger", "<n-s:s>", 2, pictures.format_integer),
    ("parseInteger", "<s-s:n>", 2, pictures.parse_integer),
    ("number", "<(nsb)-:n>", 1, library.number),
    ("floor", "<n-:n>", 1, numbers.floor),
    ("ceil", "<n-:n>", 1, numbers.ceil),
    ("round", "<n-n?:n>", 2, numbers.rounded),
    ("abs", "<n-:n>", 1, numbers.absolute),
    ("sqrt", "<n-:n>", 1, numbers.square_root),
    ("power", "<n-n:n>", 2, numbers.power),
    ("random", "<:n>", 0, numbers.random),
    ("boolean", "<x-:b>", 1, collections.boolean),
    ("not", "<x-:b>", 1, collections.negated),
    ("map", "<af>", 2, collections.mapped),
    ("zip", "<a+>", 0, collections.zipped),
    ("filter", "<af>", 2, collections.filtered),
    ("single", "<af?>", 2, collections.single),
    ("reduce", "<afj?:j>", 3, collections.reduce),
    ("sift", "<o-f?:o>", 2, collections.sift),
    ("keys", "<x-:a<s>>", 1, collections.keys),
    ("lookup", "<x-s:x>", 2, collections.lookup),
    ("append", "<xx:a>", 2, collections.append),
    ("exists", "<x:b>", 1, collections.exists),
    ("spread", "<x-:a<o>>", 1, collections.spread),
    ("merge", "<a<o>:o>", 1, collections.merge),
    ("reverse", "<a:a>", 1, collections.reverse),
    ("each", "<o-f:a>", 2, collections.each),
    ("error", "<s?:x>", 1, collections.error),
    ("assert", "<bs?:x>", 2, collections.require),
    ("type", "<x:s>", 1, collections.type_of),
    ("sort", "<af?:a>", 2, ordering.sort),
    ("shuffle", "<a:a>", 1, collections.shuffle),
    ("distinct", "<x:x>", 1, collections.distinct),
    ("base64encode", "<s-:s>", 1, texts.base64_encoded),
    ("base64decode", "<s-:s>", 1, texts.base64_decoded),
    ("encodeUrlComponent", "<s-:s>", 1, texts.encode_url_component),
    ("encodeUrl", "<s-:s>", 1, texts.encode_url),
    ("decodeUrlComponent", "<s-:s>", 1, texts.decode_url_component),
    ("decodeUrl", "<s-:s>", 1, texts.decode_url),
    ("toMillis", "<s-s?:n>", 2, pictures.to_millis),
    ("fromMillis", "<n-s?s?:s>", 3, pictures.from_millis),
    ("clone", "<(oa)-:o>", 1, collections.clone),
)

OWN: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "duration": library.duration,
        "language": language.nearest,
        "text": html.text,
        "html": html.sanitized,
        "link": library.link,
    }
)
"""Functions that JSONata lacks and that need no scope."""


def _built_in() -> dict[str, Function]:
    made: dict[str, Function] = {
        name: Builtin(name, signature(sign), arity, function)
        for name, sign, arity, function in _TABLE
    }
    return made | {name: Host(name, function) for name, function in OWN.items()}


BUILT_IN: Mapping[str, Function] = MappingProxyType(_built_in())
"""Every function that an expression can call whatever its scope."""
