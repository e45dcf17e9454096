"""Connections: settings, references, defaults; every mistake at once and at its place."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from syncata.checks import check_connection, load_connection, render_text
from syncata.document import load_file
from syncata.errors import CredentialsRefused, SpecInvalid
from syncata.spec.connection import Connection
from syncata.spec.requests import Rate

SPEC = """\
spec: 1
name: shop
settings:
  organization: {type: string, pattern: "^[a-z]+$"}
  url: {type: string, format: uri, default: "https://{$settings.organization}.example.com"}
  size: {type: integer, minimum: 1, maximum: 100, default: 50}
  mail: {type: string, format: email, required: false}
  strict: {type: boolean, default: false}
  mode: {type: string, enum: [fast, safe], default: safe}
  token: {type: string, secret: true}
  secret: {type: string, secret: true}
source:
  base_url: "{$settings.url}"
  auth: {type: bearer, token: "{$settings.token}"}
  limits: {reads: 10/s}
  streams:
    products: {request: {path: /products}, key: id}
target:
  base_url: https://crm.example.com
  auth: {type: bearer, token: "{$settings.secret}"}
  resources:
    item: {upsert: {request: {method: PUT, path: "/items/{$key}", body: "{$}"}}}
syncs:
  products: {from: products, to: item, map: {name: title}}
schedule:
  - {syncs: [products], cron: "0 8 * * *"}
guards: {max_archives: 20%, misses: 3}
"""
SECRETS = '  token: "${env:TOKEN}"\n  secret: "${env:SECRET}"\n'
GOOD = "spec: shop\nsettings:\n  organization: acme\n" + SECRETS
ENVIRON = {"TOKEN": "t-1", "SECRET": "s-1", "SIZE": "7", "ODD": "${env:TOKEN} {$x}"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one spec."""
    for folder in ("mappings", "connections"):
        (tmp_path / folder).mkdir()
    (tmp_path / "mappings" / "shop.yaml").write_text(SPEC)
    return tmp_path


def load(project: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> Connection:
    path = project / "connections" / "acme.yaml"
    path.write_text(text)
    return load_connection(path, environ)


def findings(project: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(SpecInvalid) as refused:
        load(project, text)
    return [
        (f"{f.position.line}:{f.position.column} {f.code}", f.message)
        for f in refused.value.findings
    ]


def test_a_connection_is_its_spec_with_values(project: Path) -> None:
    """Given values, values by reference, and defaults that use other settings."""
    connection = load(project, GOOD)
    assert connection.name == "acme"
    assert connection.settings == {
        "organization": "acme", "url": "https://acme.example.com", "size": 50, "strict": False,
        "mode": "safe", "token": "t-1", "secret": "s-1",
    }  # fmt: skip
    assert connection.secrets == {"token", "secret"}
    assert "t-1" not in connection.public_settings().values()
    assert (connection.guards.max_archives, connection.guards.misses) == (0.2, 3)
    assert [entry.cron for entry in connection.schedule] == ["0 8 * * *"]


def test_what_comes_from_outside_is_read_as_the_settings_type(project: Path) -> None:
    """Variables are text; a number is wanted."""
    assert load(project, GOOD + '  size: "${env:SIZE}"\n').settings["size"] == 7


def test_files_give_values_without_their_last_line_break(project: Path) -> None:
    """As Docker and Kubernetes mount secrets."""
    (project / "token.txt").write_text("from-file\n")
    text = GOOD.replace("${env:TOKEN}", "${file:token.txt}")
    assert load(project, text).settings["token"] == "from-file"


def test_what_a_reference_yields_is_not_looked_at_again(project: Path) -> None:
    """A value can hold `${…}` and `{…}`; nothing happens to them."""
    settings = load(project, GOOD.replace("${env:TOKEN}", "${env:ODD}")).settings
    assert settings["token"] == "${env:TOKEN} {$x}"


def test_braces_in_a_connection_are_literal(project: Path) -> None:
    """Connections hold no expressions."""
    assert load(project, GOOD + '  url: "https://x.example.com/{$a}"\n').settings["url"] == (
        "https://x.example.com/{$a}"
    )


def test_all_secrets_without_value_are_named_at_once(project: Path) -> None:
    """One round of corrections, not one per variable; an empty variable is no secret."""
    with pytest.raises(CredentialsRefused) as refused:
        load(project, GOOD, {"SECRET": ""})
    assert "token: the environment variable TOKEN is not set" in refused.value.message
    assert "secret: what ${env:SECRET} leads to is empty" in refused.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD + "  organisation: x\n", ("6:3 SYN411", "the spec shop has no setting organisation")),
        (GOOD.replace("acme", "ACME"), ("3:17 SYN413", "organization must be a text that matches")),
        (GOOD + "  size: 101\n", ("6:9 SYN413", "size must be at most 100")),
        (GOOD + '  size: "7"\n', ("6:9 SYN413", "size must be a whole number; this is a text")),
        (GOOD + "  mail: nobody\n", ("6:9 SYN413", "mail must be of the form email")),
        (GOOD + "  url: example.com\n", ("6:8 SYN413", "url must be of the form uri")),
        (GOOD + "  mode: slow\n", ("6:9 SYN413", 'mode must be "fast" or "safe", not "slow"')),
        (GOOD.replace('"${env:TOKEN}"', "abc"), ("4:10 SYN414", "the setting token is secret")),
        (GOOD + '  mail: "${MAIL}"\n', ("6:9 SYN415", "${MAIL} is no reference")),
        (GOOD + '  mail: "${env:MAIL}"\n', ("6:9 SYN416", "the environment variable MAIL is not")),
        (GOOD + '  mail: "${file:/no/such}"\n', ("6:9 SYN416", "the file /no/such cannot be read")),
        (GOOD + "ca_file: no.pem\n", ("6:10 SYN418", "there is no file")),
        (GOOD + "proxy: proxy\n", ("6:8 SYN105", "proxy must be the proxy's URL")),
        (GOOD + "map: {}\n", ("6:1 SYN101", 'unknown key "map"')),
        ("spec: shp\n" + GOOD[11:], ("1:7 SYN410", 'there is no spec named "shp"')),
        ("spec: shop\nsettings:\n" + SECRETS, ("2:1 SYN412", "the setting organization is miss")),
        (GOOD + "schedule: [{syncs: [x], cron: 0 8 * * *}]\n", ("6:21 SYN322", "no sync is call")),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place_in_the_connection(
    project: Path, text: str, expected: tuple[str, str]
) -> None:
    """Line and column are those of the connection, and the message says what is wrong."""
    ((where, message),) = findings(project, text)
    assert where == expected[0]
    assert message.startswith(expected[1])


def test_all_mistakes_are_told_at_once(project: Path) -> None:
    """In the order of the file."""
    text = "spec: shop\nsettings:\n  size: 0\n  tokn: x\n  secret: abc\n"
    codes = [where.split()[1] for where, _ in findings(project, text)]
    assert codes == ["SYN412", "SYN412", "SYN413", "SYN411", "SYN414"]


def test_a_secret_never_stands_in_a_message(project: Path) -> None:
    """Not even one that breaks a rule."""
    (project / "mappings" / "shop.yaml").write_text(
        SPEC.replace("token: {type: string, secret", 'token: {type: string, pattern: "^x", secret')
    )
    with pytest.raises(SpecInvalid) as refused:
        load(project, GOOD)
    assert "t-1" not in str([(f.message, f.hint) for f in refused.value.findings])


def quoted(project: Path, text: str) -> list[str]:
    """The lines that people are shown of a connection that is wrong."""
    with pytest.raises(SpecInvalid) as refused:
        load(project, text)
    file = str(project / "connections" / "acme.yaml")
    return render_text(refused.value.findings, {file: text}).splitlines()


def test_a_secret_that_stands_in_the_file_is_not_quoted(project: Path) -> None:
    """Nor by another finding on its line, nor where its name is written wrongly; carets fit."""
    values = 'organization: acme, token: "hunter2", size: 0, tokn: hunter3'
    lines = quoted(project, f"spec: shop\nsettings: {{{values}}}\n")
    assert "hunter" not in "".join(lines)
    under = [
        line[carets.index("^") : carets.rindex("^") + 1]
        for line, carets in pairwise(lines)
        if line.startswith("2 |")
    ]
    assert under == ["settings", "***", "0", "tokn"]


@pytest.mark.parametrize(
    "value", ["[hunter2]", "|\n    hunter2", '"hunter2\n    hunter3"', "{a: hunter2}", "12345"]
)
def test_a_secret_of_any_form_is_not_quoted(project: Path, value: str) -> None:
    """A list, a text over several lines, an object, a number."""
    lines = quoted(project, GOOD.replace('"${env:TOKEN}"', value))
    assert "4 |   token: ***" in lines
    assert not any(text in line for line in lines for text in ("hunter", "12345"))


def test_a_default_that_does_not_fit_asks_for_a_value(project: Path) -> None:
    """The spec's default was made from this connection's values."""
    text = SPEC.replace("https://{$settings.organization}.example.com", "{$settings.organization}")
    (project / "mappings" / "shop.yaml").write_text(text)
    ((where, message),) = findings(project, GOOD)
    assert where == "2:1 SYN417"
    assert message == "the default of url must be of the form uri"


def test_a_connection_has_its_own_limits_guards_and_schedule(project: Path) -> None:
    """What it does not say stays as the spec says."""
    more = "limits: {source: {reads: 100/m, requests: 2/s}}\nguards: {misses: 5}\nschedule: []\n"
    connection = load(project, GOOD + more)
    limits = connection.spec.source.api.limits
    assert (limits.reads, limits.requests) == (Rate(100, 60.0), Rate(2, 1.0))
    assert (connection.guards.max_archives, connection.guards.misses) == (0.2, 5)
    assert connection.schedule == (), "an empty schedule means: never by itself"


def test_a_spec_can_be_named_by_path_and_may_be_a_packaged_one(project: Path) -> None:
    """Projects need no copy of what is packaged."""
    assert load(project, GOOD.replace("shop", "../mappings/shop.yaml")).spec.name == "shop"
    text = "spec: edflex-360learning\n"
    codes = {where.split()[1] for where, _ in findings(project, text)}
    assert codes == {"SYN412"}


def test_mistakes_in_the_spec_keep_their_place_there(project: Path) -> None:
    """A connection to a broken spec shows the spec's own findings."""
    (project / "mappings" / "shop.yaml").write_text(SPEC.replace("to: item", "to: itme"))
    with pytest.raises(SpecInvalid) as refused:
        load(project, GOOD)
    assert refused.value.findings[0].position.file.endswith("shop.yaml")


def test_a_connection_can_be_checked_without_its_surroundings(project: Path) -> None:
    """`validate` needs no variables, and still finds what is wrong in the file itself."""
    path = project / "connections" / "acme.yaml"
    more = '  url: "https://${env:HOST}"\n  mail: "${MAIL}"\n  size: 0\nca_file: x\n'
    path.write_text(GOOD + more)
    found = [(f.position.line, f.code) for f in check_connection(load_file(path))]
    assert found == [(7, "SYN415"), (8, "SYN413")]
    path.write_text(GOOD)
    assert check_connection(load_file(path)) == ()


def test_the_findings_of_an_empty_or_foreign_file_say_what_belongs_there(project: Path) -> None:
    """A file that is nothing yet."""
    path = project / "connections" / "acme.yaml"
    for text in ("", "- a\n", "hello\n"):
        path.write_text(text)
        (finding,) = check_connection(load_file(path))
        assert finding.code == "SYN103"


def checked(project: Path, text: str) -> list[tuple[str, int]]:
    path = project / "connections" / "acme.yaml"
    path.write_text(text)
    return [(f.code, f.position.line) for f in check_connection(load_file(path))]


def test_a_wrong_shape_hides_no_wrong_setting(project: Path) -> None:
    """A misspelled key and wrong settings are told together."""
    text = GOOD.replace("acme", "ACME") + "  size: 0\nguard: {}\n"
    assert checked(project, text) == [("SYN413", 3), ("SYN413", 6), ("SYN101", 7)]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://api.example.com", [("SYN419", 6)]),
        ("https://api.example.com", []),
        ("http://127.0.0.1:8080", []),
        ("http://localhost:8080", []),
    ],
)
def test_credentials_are_not_sent_in_the_clear(
    project: Path, url: str, found: list[tuple[str, int]]
) -> None:
    """Plain http is for this machine; anywhere else it is a finding at the setting."""
    assert checked(project, f"{GOOD}  url: {url}\n") == found


def test_one_of_two_settings_must_be_given(project: Path) -> None:
    """`required_without`: with neither, both are named; with one of them all is well."""
    spec = project / "mappings" / "shop.yaml"
    either = "mail: {type: string, format: email, required_without: phone}\n"
    either += "  phone: {type: string, required: false}"
    spec.write_text(SPEC.replace("mail: {type: string, format: email, required: false}", either))
    with pytest.raises(SpecInvalid) as caught:
        load(project, GOOD)
    (finding,) = caught.value.findings
    assert (finding.code, "or phone" in finding.hint) == ("SYN412", True)
    assert load(project, GOOD + "  phone: '1'\n").settings["phone"] == "1"
    assert load(project, GOOD + "  mail: a@b.example\n").settings["mail"] == "a@b.example"
