"""A connection: one deployment of a spec, with its settings resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syncata.spec.model import Guards, ScheduleEntry, Spec

DEADLINE = 6 * 3600.0
"""Seconds that a run may take where a connection says nothing."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One deployment of a spec: resolved settings, limits and guards of its own.

    `settings` holds every value that is set, secrets included; `secrets` names those. `deadline`:
    seconds that a run may take.
    """

    name: str
    file: str
    spec: Spec
    settings: Mapping[str, Any]
    secrets: frozenset[str]
    guards: Guards
    schedule: tuple[ScheduleEntry, ...]
    proxy: str | None
    ca_file: str | None
    deadline: float = DEADLINE

    def public_settings(self) -> dict[str, Any]:
        """The settings that may be shown and mapped: all but the secrets."""
        return {name: value for name, value in self.settings.items() if name not in self.secrets}

    def secret_values(self) -> tuple[str, ...]:
        """The texts that no output may contain."""
        return tuple(str(self.settings[name]) for name in self.secrets if name in self.settings)
