"""Every test of this folder runs on each driver."""

from __future__ import annotations

import pytest

from tests.drivers.drivers import DRIVERS, Driver


@pytest.fixture(params=DRIVERS, ids=lambda driver: driver.name)
def driver(request: pytest.FixtureRequest) -> Driver:
    """One of the drivers."""
    chosen: Driver = request.param
    return chosen
