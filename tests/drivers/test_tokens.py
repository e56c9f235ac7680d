"""An access token that many calls want at once: one request, and all have it, or know why not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

import sansio
from sansio import AuthenticationError, ChatRequest, Provider
from sansio.auth import EntraClientSecret
from sansio.commands import NEVER, Clock, Flow
from sansio.errors import Failure
from sansio.flows import forget, token
from sansio.http import Timeouts
from sansio.policy import Retry
from sansio.types import Credential
from tests.drivers.answers import ANSWER, whole
from tests.drivers.drivers import Client, Driver
from tests.drivers.scenario import run
from tests.drivers.server import Peer, Server

TOKEN = whole(b'{"access_token":"eyJ","expires_in":3600,"token_type":"Bearer"}')
REFUSAL = whole(b'{"error":"invalid_client"}', "401 Unauthorized")


def wanted(url: str, clock: Clock) -> Flow[Credential | Failure]:
    clock.unix = 1e9
    grant = EntraClientSecret("t", "c", "secret", authority=url)
    return token(grant, Retry(0), Timeouts(read=20.0), lambda: 0.5, clock, until=NEVER)


@pytest.mark.parametrize("reply", [TOKEN, REFUSAL], ids=["token", "refusal"])
def test_calls_that_want_a_token_at_once_make_one_request(driver: Driver, reply: bytes) -> None:
    all_wait = threading.Event()
    told: list[Credential | Failure] = []

    def answer(peer: Peer) -> None:
        peer.request()
        assert all_wait.wait(20.0)
        peer.send(reply)
        peer.stall()

    with Server(answer) as server:

        async def scenario(client: Client) -> None:
            async def want() -> None:
                outcome, _ = await client.perform(partial(wanted, server.url), {})
                told.append(outcome)

            async def look() -> None:
                while client.hub.shared.tokens.waiting < 4:
                    await driver.sleep(0.001)
                all_wait.set()

            await driver.together(*[want] * 5, look)
            assert client.hub.shared.tokens.waiting == 0

        run(driver, server, scenario)
    assert len(server.requests) == 1
    assert server.requests[0].target.endswith("/t/oauth2/v2.0/token")
    assert len(told) == 5
    assert {type(outcome) for outcome in told} == {Credential if reply is TOKEN else Failure}


def test_a_token_is_fetched_again_once_it_was_refused(driver: Driver) -> None:
    def answer(peer: Peer) -> None:
        while True:
            peer.request()
            peer.send(TOKEN)

    with Server(answer) as server:
        grant = EntraClientSecret("t", "c", "secret", authority=server.url)

        async def scenario(client: Client) -> None:
            for _ in range(2):
                await client.perform(partial(wanted, server.url), {})
            assert len(server.requests) == 1
            outcome, _ = await client.perform(partial(wanted, server.url), {})
            assert isinstance(outcome, Credential)
            await client.perform(partial(_forget, grant, outcome), {})
            for _ in range(2):
                await client.perform(partial(wanted, server.url), {})
            assert len(server.requests) == 2

        run(driver, server, scenario)


def _forget(grant: EntraClientSecret, credential: Credential, _: Clock) -> Flow[None]:
    return forget(grant, credential)


def _cloud(tokens: list[str], refused: str) -> Callable[[Peer], None]:
    """A token endpoint that gives *tokens* in turn, and beside it an API that does not take *refused*."""
    left = iter(tokens)

    def answer(peer: Peer) -> None:
        while True:
            asked = peer.request()
            if asked.target.endswith("/token"):
                peer.send(whole(b'{"access_token":"%b","expires_in":3600}' % next(left).encode()))
            elif asked.headers["authorization"] == f"Bearer {refused}":
                peer.send(whole(b'{"error":{"message":"expired"}}', "401 Unauthorized"))
            else:
                peer.send(ANSWER)

    return answer


def _azure(url: str) -> Provider:
    grant = EntraClientSecret("t", "c", "secret", authority=url)
    return sansio.provider("azure_openai", secret=grant, base_url=url)


@pytest.mark.parametrize(
    ("refused", "targets"),
    [
        ("none", ["token", "completions", "completions"]),
        ("one", ["token", "completions", "token", *["completions"] * 2]),
    ],
)
def test_calls_get_the_token_that_their_provider_wants(driver: Driver, refused: str, targets: list[str]) -> None:
    """The second call uses the first one's; one that the provider refuses is replaced."""
    with Server(_cloud(["one", "two"], refused)) as server:

        async def scenario(client: Client) -> None:
            for _ in range(2):
                answer = await client.send(ChatRequest(model="azure_openai/gpt-4o", messages="hi"))
                assert answer.text == "hello"

        run(driver, server, scenario, providers=[_azure(server.url)])
    assert [request.target.rpartition("/")[2] for request in server.requests] == targets
    last = "two" if refused == "one" else "one"
    assert server.requests[-1].headers["authorization"] == f"Bearer {last}"


def test_a_token_that_is_refused_again_and_again_is_an_error(driver: Driver) -> None:
    with Server(_cloud(["one", "one"], "one")) as server:

        async def scenario(client: Client) -> None:
            with pytest.raises(AuthenticationError, match="expired"):
                await client.send(ChatRequest(model="azure_openai/gpt-4o", messages="hi"))

        run(driver, server, scenario, providers=[_azure(server.url)])
    assert len(server.requests) == 4


def test_a_grant_that_is_refused_is_the_call_s_error(driver: Driver) -> None:
    def answer(peer: Peer) -> None:
        peer.request()
        peer.send(REFUSAL)

    with Server(answer) as server:

        async def scenario(client: Client) -> None:
            with pytest.raises(AuthenticationError, match="no access token") as caught:
                await client.send(ChatRequest(model="azure_openai/gpt-4o", messages="hi"))
            assert caught.value.provider == "azure_openai"

        run(driver, server, scenario, providers=[_azure(server.url)])
