"""Whether a secret is in a text or a file, in any spelling it may have got there by."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus


def spellings(secret: str) -> set[bytes]:
    """A secret as it is, percent-encoded, in JSON, in hexadecimal, and within base64.

    In base64 a text looks different at each of the three places it can begin at; the characters
    that also depend on its neighbours are left out.
    """
    raw = secret.encode()
    found = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
    found |= {raw.hex(), secret[::-1]}
    for before in range(3):
        padded = b"\0" * before + raw
        first, end = -(-before * 8 // 6), len(padded) * 8 // 6
        found |= {code(padded).decode()[first:end] for code in (b64encode, urlsafe_b64encode)}
    return {text.encode() for text in found}


def leaks(content: bytes, secrets: Iterable[str]) -> list[str]:
    """The secrets that a content holds."""
    return [secret for secret in secrets if any(text in content for text in spellings(secret))]


def leaking_files(root: Path, secrets: Iterable[str]) -> list[str]:
    """Every file below a folder that holds a secret, or is named after one."""
    found = []
    for path in (path for path in root.rglob("*") if path.is_file()):
        content = str(path.relative_to(root)).encode() + b"\n" + path.read_bytes()
        found += [f"{path.relative_to(root)}: {secret}" for secret in leaks(content, secrets)]
    return found
