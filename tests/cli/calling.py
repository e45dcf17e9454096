"""Calls of the command line within a test."""

import pytest

from syncata.cli import main


def ended(*arguments: str) -> int:
    """The exit code of a call."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert isinstance(stop.value.code, int)
    return stop.value.code
