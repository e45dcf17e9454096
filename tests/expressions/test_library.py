"""Our own functions."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from syncata.document import Scalar
from syncata.expressions import UNDEFINED, ExpressionError, Scope, compile_expression, html

LANGUAGES = ["en", "fr", "pt_BR", "zh_CN", "zh_tw", "he_IL", "tl_PH", "es-419", "sr_Latn", "nb_NO"]


def call(name: str, *arguments: Any) -> Any:
    """Call a function from an expression with these values."""
    bound = {f"a{number}": value for number, value in enumerate(arguments)}
    text = f"${name}(" + ", ".join(f"${key}" for key in bound) + ")"
    scope = Scope(bound, now=datetime(2026, 1, 1, tzinfo=UTC))
    return compile_expression(Scalar.of(text)).evaluate({}, scope)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("PT1H30M", "minutes", 90),
        ("P1Y", "days", 365),
        ("P1M", "days", 30),
        ("P2W", "days", 14),
        ("P1DT12H", "hours", 36),
        ("PT0.5H", "seconds", 1800),
        ("PT1,5M", "seconds", 90),
        ("-PT1M", "seconds", -60),
        ("+PT1S", "milliseconds", 1000),
        ("PT1S", "minutes", 1 / 60),
        (90, "minutes", 1.5),
        ("90", "seconds", 90),
        ("0", "hours", 0),
        (0, "seconds", 0),
        ("pt5m", "minutes", 5),
        ("PT0S", "seconds", 0),
        ("", "seconds", UNDEFINED),
        (None, "seconds", UNDEFINED),
        (UNDEFINED, "seconds", UNDEFINED),
        ("P", "seconds", UNDEFINED),
        ("P1DT", "days", UNDEFINED),
        ("1h", "hours", UNDEFINED),
        ("PT", "hours", UNDEFINED),
        (1.5, "milliseconds", 1500),
    ],
)
def test_duration(text: Any, unit: str, value: Any) -> None:
    """ISO 8601 durations and seconds in a unit; nothing for what is none."""
    found = call("duration", text, unit)
    assert found == value
    assert isinstance(found, int) or not isinstance(value, int)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en-GB", "en"),
        ("us", "en"),
        ("fr_FR", "fr"),
        ("pt-br", "pt_BR"),
        ("pt", "pt_BR"),
        ("pt_PT", "pt_BR"),
        ("zh-Hant", "zh_tw"),
        ("zh_TW", "zh_tw"),
        ("zh-Hant-HK", "zh_tw"),
        ("zh_HK", "zh_tw"),
        ("zh-Hans", "zh_CN"),
        ("zh_SG", "zh_CN"),
        ("zh", UNDEFINED),
        ("he", "he_IL"),
        ("iw", "he_IL"),
        ("tl", "tl_PH"),
        ("es_419", "es-419"),
        ("sr-Latn-RS", "sr_Latn"),
        ("de", UNDEFINED),
        ("", UNDEFINED),
        (None, UNDEFINED),
        (UNDEFINED, UNDEFINED),
    ],
)
def test_language(tag: Any, value: Any) -> None:
    """The nearest language as the list writes it; nothing where it would be a guess."""
    assert call("language", tag, LANGUAGES) == value


def test_language_takes_the_base() -> None:
    """Chinese with only the base language falls back to it; the script's own entry comes first."""
    assert call("language", "zh_CN", ["zh", "en"]) == "zh"
    assert call("language", "zh-TW", ["zh", "zh_HANT", "zh_HANS"]) == "zh_HANT"
    assert call("language", "en-US", ["en_GB", "en_US"]) == "en_US"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two&nbsp;&amp; three</p>", "One\n\nTwo & three"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>a</li><li><p>b</p></li><li></li></ul>end", "- a\n- b\n\nend"),
        ("  a \n b ", "a b"),
        ("x<script>alert(1)</script><style>p{}</style>y", "xy"),
        ("", ""),
        ("<p> </p>", ""),
        ("1 < 2 &lt;b&gt;", "1 < 2 <b>"),
        ("<h1>T</h1>text", "T\n\ntext"),
        ("<td>a</td><td>b</td>", "a b"),
        ("a<br><br>b", "a\n\nb"),
        (None, UNDEFINED),
        (UNDEFINED, UNDEFINED),
    ],
)
def test_text(html: Any, text: Any) -> None:
    """HTML reads like text: paragraphs, lines and items stay, tags and scripts go."""
    assert call("text", html) == text


def test_ordinary_html_is_read_as_the_parser_reads_it() -> None:
    """Random HTML gives the same text whether it is ordinary, and read quickly, or not."""
    luck, quick = random.Random(7), 0
    for _ in range(2000):
        text = "".join(luck.choices(MARKUP, k=luck.randint(1, 9)))
        parsed, read = html._TextReader(), html._simple(text)
        parsed.feed(text)
        parsed.close()
        if read is not None:
            quick += 1
            assert html._laid_out(read) == html._laid_out("".join(parsed.pieces)), text
    assert 500 < quick < 1800


MARKUP = [
    "<p>", "</p>", "<br>", "<br/>", "<ul>", "<li>", "</li>", "</ul>", '<a href="x">', "</a>",
    "text ", "  a\n b", "&amp;", "&lt;b&gt;", "&#233;", "&foo", "<td>", "</td>", "<svg>", "</svg>",
    "<p/>", "<a href='y' class=\"z\">", "<x", ">", "<", "&", "<!-- c -->", "</P >", "é", "<h1>",
    "<script>1<2</script>", "<p class=a>", '<div\n id="1">', "</div>", '<a href="a<b">',
    "<hr/>", "<strong>", "&#11;", "\v", "\xa0",
]  # fmt: skip


def test_html() -> None:
    """Only harmless tags and http links survive."""
    dirty = (
        " <p onclick=x>a<script>1</script><a href='javascript:1'>b</a>"
        "<a href='https://x.example'>c</a><img src=x></p> "
    )
    assert call("html", dirty) == (
        '<p>a<a rel="noopener noreferrer">b</a>'
        '<a href="https://x.example" rel="noopener noreferrer">c</a></p>'
    )
    assert call("html", None) is UNDEFINED


@pytest.mark.parametrize(
    ("header", "rel", "url"),
    [
        ('<https://x/2>; rel="next", <https://x/9>; rel=last', "next", "https://x/2"),
        ('<https://x/2>; rel="next", <https://x/9>; rel=last', "last", "https://x/9"),
        ('</p?a=1,2;3>; title="a, \\"b\\"; rel=x"; rel="prev next"', "next", "/p?a=1,2;3"),
        ("<a>; REL=Next", "next", "a"),
        ("<a>; rel=prev; rel=next", "next", UNDEFINED),
        ("<a>; rel=prev", "next", UNDEFINED),
        ("", "next", UNDEFINED),
        (None, "next", UNDEFINED),
        ("rubbish", "next", UNDEFINED),
        (UNDEFINED, "next", UNDEFINED),
    ],
)
def test_link(header: Any, rel: str, url: Any) -> None:
    """The URL of a relation in a Link header."""
    assert call("link", header, rel) == url


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("duration", (True, "seconds")),
        ("duration", ([1], "seconds")),
        ("duration", ("PT1S", "years")),
        ("language", (1, ["en"])),
        ("language", ("en", 5)),
        ("text", (5,)),
        ("html", ({},)),
        ("link", (5, "next")),
        ("link", ("<a>", 5)),
        ("duration", ("PT1S",)),
        ("text", ("a", "b")),
    ],
)
def test_wrong_arguments(name: str, arguments: tuple[Any, ...]) -> None:
    """An argument of the wrong type, and a wrong number of them, is an error at the call."""
    with pytest.raises(ExpressionError) as raised:
        call(name, *arguments)
    assert raised.value.code == "T0410"
    assert f"${name}" in raised.value.message
    assert raised.value.position.column == 1
