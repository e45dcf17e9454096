"""How the API words things: error shapes, bracket filters, pages behind a Link header."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from syncata.simulator.shell import RefusalError, json_response

T = TypeVar("T")

Values = Mapping[str, Any]

_LANGUAGES = (
    "bg cs da de el en es fi fr hr ht_HT hu id it ja kar_MM ko lt mh_MH nl nl_BE no pl pt ro ru "
    "rw_RW sk sl so_SO sv sw_KE th ti_ET tr uk zh am_ET bn bs ca cy en_CA en_GB es_AR es_MX et "
    "fr_CA gu he_IL hy kk km lo lv mi mn_MN mr ms my_MM nn_NO or pa pt_BR pt_MZ rn_BI si ta te "
    "tl_PH ur uz yo_NG zh_tw hi sr ar vi zh_HANT"
)
LANGUAGES = frozenset(_LANGUAGES.split())
OBJECT_ID = re.compile("[a-fA-F0-9]{24}")


def error(status: int, code: str, message: str = "") -> Response:
    """Return the general shape: an object with code and message."""
    said = message or f"Simulated: {code}"
    return json_response({"error": {"code": code, "message": said}}, status)


def plain_error(status: int, code: str) -> Response:
    """Return the short shape that tokens, OAuth and core rate limits use."""
    return json_response({"error": code}, status)


def refusal(status: int, code: str, message: str = "") -> RefusalError:
    """Return an exception that answers the general shape."""
    return RefusalError(error(status, code, message))


class Brackets:
    """Filters in bracket notation: `mail[eq]=a`, `mail[in]=a`, `mail[in][0]=a`, `mail[in][]=a`."""

    def __init__(
        self, request: Request, allowed: Mapping[str, str], folded: Collection[str] = ()
    ) -> None:
        """Parse the query; `allowed` maps each field to its operators, separated by blanks.

        Fields that are `folded` are compared in any case.
        """
        self._folded = folded
        self._asked: dict[tuple[str, str], set[str]] = {}
        for name, value in request.query_params.multi_items():
            field, _, rest = name.partition("[")
            operator = rest.partition("]")[0]
            if name == "next":
                continue
            if operator not in allowed.get(field, "").split():
                # The contract names no code for this; a silent filter would hide our mistakes.
                raise refusal(400, "invalidFilter", f"Unknown filter {name}")
            self._asked.setdefault((field, operator), set()).add(self._compared(field, value))

    def keeps(self, values: Values) -> bool:
        """Whether an object passes every filter."""
        return all(
            _passes(operator, self._compared(field, values.get(field, "")), wanted)
            for (field, operator), wanted in self._asked.items()
        )

    def _compared(self, field: str, value: Any) -> Any:
        return str(value).casefold() if field in self._folded else value

    def __bool__(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self._asked)


def _passes(operator: str, value: Any, wanted: Collection[str]) -> bool:
    """Judge a text, or the texts of a field that holds several; "" is an absent date."""
    has = set(value) if isinstance(value, tuple) else {str(value)}
    match operator:
        case "eq" | "in":
            return not has.isdisjoint(wanted)
        case "ne" | "nin":
            return has.isdisjoint(wanted)
        # Milliseconds of a date filter are taken as 0; equal forms compare as text.
        case "gte":
            return str(value) >= min(wanted)[:19]
        case _:
            return "" < str(value) < min(wanted)[:19]


def page(
    request: Request,
    rows: Sequence[T],
    size: int,
    keep: Callable[[T], bool],
    show: Callable[[T], Values],
) -> Response:
    """Answer one page of what `keep` lets through; Link leads to the next where there is one."""
    cursor = request.query_params.get("next", "c0").removeprefix("c")
    if not cursor.isdigit():
        raise refusal(400, "invalidCursor")
    shown: list[Values] = []
    for place in range(int(cursor), len(rows)):
        row = rows[place]
        if not keep(row):
            continue
        if len(shown) == size:
            url = request.url.include_query_params(next=f"c{place}")
            return json_response(shown, Link=f'<{url}>; rel="next"')
        shown.append(show(row))
    return json_response(shown)
