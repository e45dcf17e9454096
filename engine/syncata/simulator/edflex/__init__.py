"""The simulated Edflex Connect v1 API: the source."""

from syncata.simulator.edflex.api import SWITCHES, build

__all__ = ["SWITCHES", "build"]
