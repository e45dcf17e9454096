"""JSONata's own codes, as its reference words them."""

import re

from jsonata.jexception import JException

from syncata.expressions.faults import CODE


def reference_message(code: str) -> str | None:
    """The message of a code of JSONata, with `…` where it names a value; None for other codes."""
    template = JException.error_codes.get(code) if CODE.match(code) else None
    if template is None:
        return None
    return re.sub(r"\{\{\{?\w+\}\}\}?", "…", template.replace("Object", "function"))
