"""The simulated Stripe API, as far as products go: a source with cursors and minor units."""

from syncata.simulator.stripe.api import SWITCHES, build

__all__ = ["SWITCHES", "build"]
