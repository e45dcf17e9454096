"""The simulated 360Learning API v2: the target."""

from syncata.simulator.learning360.api import SWITCHES, build

__all__ = ["SWITCHES", "build"]
