"""`$language(tag, allowed)`: the language of a list that is nearest to a tag."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from syncata.expressions.library import missing, wrong_argument
from syncata.expressions.values import UNDEFINED

ALIASES = {"us": "en", "iw": "he", "in": "id", "ji": "yi", "fil": "tl"}
TRADITIONAL = {"hant", "tw", "hk", "mo"}
SIMPLIFIED = {"hans", "cn", "sg"}
_TEXT = frozenset({str})


def nearest(tag: Any, allowed: Any) -> Any:
    """The entry of `allowed` nearest to `tag`, as it is written there; undefined if none is.

    Exact but for case and `-`/`_` first; then the same script of Chinese; then the base language;
    then the only regional variant of it, if there is just one.
    """
    options = [allowed] if isinstance(allowed, str) else allowed
    if not isinstance(options, list) or not _TEXT.issuperset(map(type, options)):
        raise wrong_argument(2, "language", "a list of texts")
    if missing(tag) or tag == "":
        return UNDEFINED
    if not isinstance(tag, str):
        raise wrong_argument(1, "language", "a text")
    return _nearest(tag, tuple(options))


@lru_cache(maxsize=4096)
def _nearest(tag: str, options: tuple[str, ...]) -> Any:
    known = {_folded(option): option for option in reversed(options)}
    for candidate in _candidates(_folded(tag)):
        if candidate in known:
            return known[candidate]
    return _only_variant(_folded(tag), known)


def _folded(tag: str) -> str:
    return tag.strip().replace("-", "_").lower()


def _candidates(tag: str) -> Iterable[str]:
    """The tag, then what may stand for it, nearest first."""
    yield tag
    base, *rest = tag.split("_")
    base = ALIASES.get(base, base)
    yield "_".join([base, *rest])
    if base == "zh":
        for group in (TRADITIONAL, SIMPLIFIED):
            if group & set(rest):
                yield from (f"zh_{part}" for part in sorted(group, key=_script_first))
    for length in range(len(rest) - 1, 0, -1):
        yield "_".join([base, *rest[:length]])
    if len(rest) > 1:
        yield f"{base}_{rest[-1]}"  # zh_hant_tw, sr_latn_rs: the region without the script
    yield base


def _script_first(part: str) -> tuple[bool, bool, str]:
    return (not part.startswith("han"), part not in {"cn", "tw"}, part)


def _only_variant(tag: str, known: dict[str, str]) -> Any:
    """The only allowed variant of the tag's base language."""
    base = tag.partition("_")[0]
    base = ALIASES.get(base, base)
    variants = [option for folded, option in known.items() if folded.startswith(f"{base}_")]
    return variants[0] if len(variants) == 1 else UNDEFINED
