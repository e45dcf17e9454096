"""What the code of a finding or of a rejected record means."""

import dataclasses

from syncata.checks import explanation_lines, meaning_of, nearest_code
from syncata.cli.output import Output, clean_text
from syncata.errors import Exit, UsageError


def explain_code(code: str, output: Output) -> Exit:
    """Tell cause, example and fix of a code. Raises UsageError where there is none."""
    found = meaning_of(code)
    if found is None:
        hint = nearest_code(code) or "docs/codes.md lists every code"
        raise UsageError(f"there is no code {clean_text(code)}", hint=hint)
    if output.as_json:
        output.document(dataclasses.asdict(found))
    else:
        output.result(explanation_lines(found))
        output.next("syncata validate PATH")
    return Exit.OK
