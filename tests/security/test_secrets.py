"""Secrets: who can read which, and in what spelling they are hidden."""

import json
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.acceptance.canaries import leaking_files, leaks, spellings
from tests.cli.calling import ended

from syncata.checks import check_spec, load_connection
from syncata.checks.places import PLACES
from syncata.document import load_bytes
from syncata.errors import CredentialsRefused, SpecInvalid
from syncata.session import redactor

SPEC = """\
spec: 1
name: minimal
settings:
  token: {type: string, secret: true}
source:
  base_url: https://shop.example.com
  auth: {type: bearer, token: "{$settings.token}"}
  streams:
    products:
      request: {path: /products}
      key: id
target:
  base_url: https://crm.example.com
  resources:
    item:
      upsert:
        request: {method: PUT, path: "/items/{$key}", body: "{$}"}
syncs:
  products:
    from: products
    to: item
    map:
      name: title
"""
CANARY_TEXT = "cAnaRy-7f3b-1234"
CANARY = 'cAnaRy-7f3b/+&=%s"é'


def connection(tmp_path: Path, spec: str = SPEC, **settings: str) -> Path:
    """A project with one connection of a spec."""
    for folder in ("mappings", "connections"):
        (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / "mappings" / "minimal.yaml").write_text(spec, encoding="utf-8")
    path = tmp_path / "connections" / "a.yaml"
    path.write_text(json.dumps({"spec": "minimal", "settings": settings}), encoding="utf-8")
    return path


PLACES_OF_SPECS = {
    "base_url": ("https://shop.example.com", "https://shop.example.com/${env:OTHER}"),
    "auth": ('"{$settings.token}"', '"${env:OTHER}"'),
    "header": ("  streams:", '  headers: {X-A: "${env:OTHER}"}\n  streams:'),
    "path": ("path: /products", 'path: "/products/${env:OTHER}"'),
    "body": ('body: "{$}"', 'body: {a: "${env:OTHER}"}'),
    "field": ("name: title", 'name: "${env:OTHER}"'),
    "file": ("name: title", 'name: "${file:/run/secrets/other}"'),
    "default": ("  token: {", '  other: {type: string, default: "${env:OTHER}"}\n  token: {'),
    "function": ("name: title", "name: $env('OTHER')"),
    "evaluation": ("name: title", "name: $eval('1')"),
}


@pytest.mark.parametrize("place", PLACES_OF_SPECS)
def test_a_spec_reads_no_variable_and_no_file(tmp_path: Path, place: str) -> None:
    """References resolve in connection files; in a spec each is a finding."""
    old, new = PLACES_OF_SPECS[place]
    assert old in SPEC
    path = connection(tmp_path, SPEC.replace(old, new, 1), token="${env:TOKEN}")
    with pytest.raises(SpecInvalid) as refused:
        load_connection(path, {"TOKEN": "x1234", "OTHER": CANARY})
    codes = {finding.code for finding in refused.value.findings}
    assert codes & {"SYN212", "SYN220", "SYN304"}
    assert leaks(str(refused.value.findings).encode(), [CANARY]) == []


def test_a_connection_has_the_secrets_it_names_and_no_others(tmp_path: Path) -> None:
    """What its own file refers to is all that a spec is given of the environment."""
    around = {"TOKEN": "mine-1234", "OTHER": CANARY, "SYNCATA_TOKEN": CANARY}
    loaded = load_connection(connection(tmp_path, token="${env:TOKEN}"), around)
    assert loaded.settings == {"token": "mine-1234"}
    assert loaded.secret_values() == ("mine-1234",)


def test_what_a_variable_holds_is_no_reference_itself(tmp_path: Path) -> None:
    """Whoever may set one value cannot read another by it."""
    loaded = load_connection(
        connection(tmp_path, token="${env:TOKEN}"), {"TOKEN": "${env:OTHER}", "OTHER": CANARY}
    )
    assert loaded.settings["token"] == "${env:OTHER}"


def test_a_secret_as_text_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """The finding names the setting."""
    with pytest.raises(SpecInvalid) as refused:
        load_connection(connection(tmp_path, token=CANARY), {})
    (finding,) = refused.value.findings
    assert finding.code == "SYN414"
    assert leaks(str(finding).encode(), [CANARY]) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"{$settings.token}"', CANARY_TEXT),
        ("  streams:", f"  headers: {{Authorization: {CANARY_TEXT}}}\n  streams:"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_credential_in_a_spec_is_refused_and_not_repeated(
    tmp_path: Path, old: str, new: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `validate` shows may be the public log of a pull request."""
    connection(tmp_path, SPEC.replace(old, new, 1), token="${env:TOKEN}")
    assert ended("validate", str(tmp_path), "--format", form) == 3
    shown = "".join(capsys.readouterr())
    assert "SYN405" in shown
    assert leaks(shown.encode(), [CANARY_TEXT]) == []


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_a_proxys_password_as_text_is_refused_and_not_repeated(
    tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reference may stand there."""
    path = connection(tmp_path, token="${env:TOKEN}")
    whole = json.loads(path.read_text(encoding="utf-8"))
    for password, code in ((CANARY_TEXT, 3), ("${env:PROXY_PASSWORD}", 0)):
        whole["proxy"] = f"http://me:{password}@proxy.example:3128"
        path.write_text(json.dumps(whole, indent=1), encoding="utf-8")
        assert ended("validate", str(tmp_path), "--format", form) == code
        shown = "".join(capsys.readouterr())
        assert ("SYN414" in shown) == (code == 3)
        assert leaks(shown.encode(), [CANARY_TEXT]) == []


def test_a_secret_that_is_missing_is_named_by_its_variable(tmp_path: Path) -> None:
    """Its message tells no other variable."""
    with pytest.raises(CredentialsRefused) as refused:
        load_connection(connection(tmp_path, token="${env:TOKEN}"), {"OTHER": CANARY})
    assert "TOKEN is not set" in str(refused.value.message)
    assert leaks(refused.value.message.encode(), [CANARY]) == []


def test_secrets_reach_addresses_and_credentials_only() -> None:
    """Of all places of a spec one sees secrets, and it is neither mapped nor stored."""
    assert [place.name for place in PLACES if place.secrets] == [
        "address, authentication and headers of an API"
    ]


def test_what_a_secret_is_put_into_is_no_place_of_records() -> None:
    """`map`, a body and a definition are told that they cannot have it."""
    for old, new in (
        ("name: title", "name: $settings.token"),
        ('body: "{$}"', 'body: {a: "{$settings.token}"}'),
        ("path: /products", 'path: "/products?k={$settings.token}"'),
    ):
        found = check_spec(load_bytes(SPEC.replace(old, new).encode(), "x.yaml"))
        assert found, new


@pytest.mark.parametrize(
    "echoed",
    [
        CANARY,
        quote(CANARY, safe=""),
        json.dumps(CANARY),
        json.dumps(json.dumps(CANARY)),
        b64encode(CANARY.encode()).decode(),
    ],
)
def test_a_secret_is_hidden_in_each_spelling(tmp_path: Path, echoed: str) -> None:
    """An API echoes what it was sent in its own way."""
    path = connection(tmp_path, token="${env:TOKEN}")
    redact = redactor(load_connection(path, {"TOKEN": CANARY}))
    shown = redact(f"the API says: {echoed}")
    assert "***" in shown
    assert "cAnaRy" not in shown
    assert leaks(shown.encode(), [CANARY]) == []


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_the_search_for_canaries_finds_them(tmp_path: Path, before: str) -> None:
    """Plain, in URLs, in JSON, in hexadecimal, and within base64 wherever they begin there."""
    secret = "cAnaRy/7f3b+é"
    for text in (
        before + secret,
        quote(before + secret, safe=""),
        json.dumps(before + secret),
        b64encode(f"{before}{secret}:x".encode()).decode(),
        f"{before}{secret}".encode().hex(),
    ):
        assert leaks(text.encode(), [secret]) == [secret], text
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "a.db").write_bytes(b"\0\1" + b64encode((before + secret).encode()))
    assert leaking_files(tmp_path, [secret]) == [f"state/a.db: {secret}"]
    assert all(len(text) > 8 for text in spellings(secret))
    assert leaks(b"nothing of it", [secret]) == []
