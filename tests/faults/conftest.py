"""The world of the acceptance tests, which stands between two simulators."""

from tests.acceptance.conftest import (  # noqa: F401
    environment,
    folder,
    packaged_spec_once,
    shop,
    world,
)
