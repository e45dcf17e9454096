"""What `validate` says of types: words, hints, severities."""

from pathlib import Path

import pytest

from syncata.checks import check_spec
from syncata.document import load_bytes, load_file
from syncata.errors import Finding, Severity

SPECS = Path(__file__).parents[1] / "specs"
PACKAGED = Path(__file__).parents[2] / "mappings"
SCHEMA = "edflex/content.schema.json"


def finding(name: str) -> Finding:
    (found,) = check_spec(load_file(SPECS / "invalid" / f"type_{name}.yaml"))
    return found


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        (
            "argument_number",
            "argument 1 of $uppercase must be a text; duration is a number",
            "write $string(duration)",
        ),
        ("operator_plus", '`+` works on numbers; "a" is a text', "`&` joins texts"),
        (
            "result_enum",
            (
                'the resource\'s schema refuses this: level must be "beginner", "intermediate" or '
                '"advanced", not "intermediat"'
            ),
            'did you mean "intermediate"?',
        ),
        (
            "result_too_long",
            "the resource's schema refuses this: name must have at most 20 characters",
            "",
        ),
        (
            "condition_never",
            'status is never "opend": `live` is always false, so every record counts as closed',
            'did you mean "opened"?',
        ),
        (
            "without_counterpart",
            'the table has nothing for "medium": the field is then left out',
            "",
        ),
    ],
)
def test_a_finding_says_what_is_wrong_and_what_to_do(name: str, message: str, hint: str) -> None:
    """In the words of the spec, with the name that was meant."""
    found = finding(name)
    assert (found.message, found.hint) == (message, hint)


def test_a_folded_text_gives_its_start_and_the_advice_to_use_a_block() -> None:
    """YAML does not tell where the characters of a folded text stand."""
    found = finding("in_folded")
    assert found.hint.endswith("after `|` instead of `>` it is exact")
    assert found.length == 1


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("path_closed_deep", Severity.ERROR),
        ("path_deep", Severity.WARNING),
        ("argument_count", Severity.ERROR),
        ("argument_number", Severity.ERROR),
        ("operator_plus", Severity.ERROR),
        ("result_of_field", Severity.ERROR),
        ("result_of_table", Severity.WARNING),
        ("never_there", Severity.ERROR),
        ("condition_never", Severity.ERROR),
        ("condition_always", Severity.WARNING),
        ("condition_final", Severity.WARNING),
        ("comparison_never", Severity.WARNING),
        ("without_counterpart", Severity.WARNING),
        ("condition_no_boolean", Severity.ERROR),
    ],
)
def test_only_what_is_certain_is_an_error(name: str, severity: Severity) -> None:
    """A warning may be meant, and refuses no spec."""
    assert finding(name).severity is severity


@pytest.mark.parametrize("name", ["edflex-360learning", "starter", "stripe-airtable"])
def test_packaged_specs_have_no_finding(name: str) -> None:
    """Not even a warning."""
    assert check_spec(load_file(PACKAGED / f"{name}.yaml")) == ()


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ("title ? $trim(title)", "title ? $trim(titel)", "SYN330"),
        ("image.(bigUrl ?", "image.(bigUlr ?", "SYN330"),
        ("creator.name,", "creator.nane,", "SYN330"),
        ('"3": "advanced"', '"3": "advancd"', "SYN263"),
        ("$ceil($duration(duration", "$string($duration(duration", "SYN262"),
        ("isMain: 'false'", "isMain: '\"false\"'", "SYN263"),
        ("externalId: id", "externalId: '{\"id\": id}'", "SYN263"),
        ('"completed" ? 100', '"completed" ? 101', "SYN263"),
        ("$known.progress = 100", "$known.progres = 100", "SYN330"),
    ],
)  # fmt: skip
def test_a_slip_in_the_packaged_spec_is_found(right: str, wrong: str, code: str) -> None:
    """Typing errors that only a run would have shown, or nothing at all."""
    file = PACKAGED / "edflex-360learning.yaml"
    text = file.read_text(encoding="utf-8")
    assert right in text
    found = check_spec(load_bytes(text.replace(right, wrong, 1).encode(), str(file)))
    assert code in {f.code for f in found}
