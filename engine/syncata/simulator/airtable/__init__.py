"""The simulated Airtable API with one table: a target with partial updates and small batches."""

from syncata.simulator.airtable.api import SWITCHES, build

__all__ = ["SWITCHES", "build"]
