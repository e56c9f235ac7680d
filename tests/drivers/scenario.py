"""What most scenarios begin with: a client of one server, a request, and a look at what is left at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, Unpack

import sansio
from sansio import APIError, ChatRequest, Provider, Retry, Timeouts
from sansio.commands import NEVER, Attempted, Clock, Flow, Race
from sansio.exchange import Exchange
from sansio.flows import attempt
from sansio.types import ChatResponse
from sansio_transports._setup import Configuration
from tests.drivers.drivers import Client, Driver, Scenario, at_rest
from tests.drivers.server import Server

T = TypeVar("T")

REQUEST = ChatRequest(model="openai/gpt-4o", messages="hi")
PATIENT = Timeouts(connect=20.0, read=20.0)  # nothing is to run out by accident
HASTY = Timeouts(connect=20.0, read=0.1)
NO_RETRY = Retry(retries=0)


def provider(url: str) -> Provider:
    """A provider at *url*."""
    return sansio.provider("openai", api_key="secret", base_url=url)


def run(driver: Driver, server: Server | str, scenario: Scenario[T], **configuration: Unpack[Configuration]) -> T:
    """What the scenario returns; afterwards nothing may be booked or open that is not idle."""
    url = server if isinstance(server, str) else server.url
    configuration.setdefault("providers", [provider(url)])
    configuration.setdefault("retry", NO_RETRY)
    configuration.setdefault("timeouts", PATIENT)

    async def checked(client: Client) -> T:
        result = await scenario(client)
        assert at_rest(client.hub)
        return result

    return driver.run(checked, **configuration)


async def send(client: Client) -> ChatResponse:
    """One unstreamed call."""
    return await client.send(REQUEST)


async def stream(client: Client) -> ChatResponse:
    """One stream, read to its end."""
    async with client.stream(REQUEST) as answer:
        async for _ in answer:
            continue
    return answer.response


async def failing(client: Client, call: Scenario[Any]) -> APIError:
    """The exception that *call* raises."""
    try:
        await call(client)
    except APIError as exc:
        return exc
    raise AssertionError("the call did not fail")


def racing(*urls: str, stream: bool = True, stagger: float = 0.0) -> Callable[[Clock], Flow[Attempted[object]]]:
    """A flow that asks several servers for the same."""

    def flow(clock: Clock) -> Flow[Attempted[object]]:
        flows = tuple(attempt(Exchange(provider(url), REQUEST, stream=stream), PATIENT, NEVER, clock) for url in urls)
        result = yield Race(flows, stagger)
        assert isinstance(result, Attempted)
        return result

    return flow
