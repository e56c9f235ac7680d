"""Every test of this folder runs on each driver."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from tests.drivers.drivers import DRIVERS, Driver

Names: TypeAlias = dict[str, Callable[[int], list[Any]]]


@pytest.fixture(params=DRIVERS, ids=lambda driver: driver.name)
def driver(request: pytest.FixtureRequest) -> Driver:
    """One of the drivers."""
    chosen: Driver = request.param
    return chosen


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Names of the test's own, each with a function that answers the look-up for a port."""
    real = socket.getaddrinfo
    known: Names = {}

    def look_up(host: str | bytes, port: int, *rest: int, **options: int) -> list[Any]:  # getaddrinfo's own
        answer = known.get(host.decode() if isinstance(host, bytes) else host)
        if answer is None:
            return list(real(host, port, *rest, **options))
        if (rest[3] if rest[3:] else options.get("flags", 0)) & socket.AI_NUMERICHOST:
            raise socket.gaierror(socket.EAI_NONAME, "not numeric")
        return answer(port)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known
