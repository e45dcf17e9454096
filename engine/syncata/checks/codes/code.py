"""What is known about one code."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A code's meaning: why it appears, what text makes it appear, and what to do."""

    code: str
    title: str
    cause: str
    example: str
    fix: str
