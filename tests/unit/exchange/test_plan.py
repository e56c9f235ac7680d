"""What an exchange is about to send."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path
from typing import Any

import pytest

import sansio
from sansio import ChatRequest, Credential, Exchange, LocalProtocolError, SansioWarning, UnsupportedParameterError
from sansio.exchange.plan import VERSION
from sansio.http import Headers
from sansio.types import CacheControl, FilePart, FileReference, Loss, TextPart, user
from sansio_transports.asyncio import Client as AsyncioClient
from sansio_transports.sync import Client
from tests.drivers.answers import ANSWER, always
from tests.drivers.scenario import provider
from tests.drivers.server import Server

_OPENAI = sansio.provider("openai", api_key="key")
_PLAIN = ChatRequest(model="gpt-4o", messages="hi")
_LOSSY = ChatRequest(model="gpt-4o", messages="hi", top_k=3)


def test_the_request() -> None:
    request = Exchange(_OPENAI, _PLAIN).request
    assert (request.method, request.url) == ("POST", "https://api.openai.com/v1/chat/completions")
    assert dict(request.headers) == {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "user-agent": f"sansio-llm/{VERSION}",
        "authorization": "Bearer key",
    }
    assert "key" not in repr(request)


def test_a_stream_is_asked_for() -> None:
    assert dict(Exchange(_OPENAI, _PLAIN, stream=True).request.headers)["accept"] == "text/event-stream"


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION


def test_of_headers_the_caller_s_count_then_the_provider_s() -> None:
    own = sansio.provider("openai", api_key="key", headers=(("User-Agent", "provider"), ("X-A", "provider")))
    headers = Exchange(own, _PLAIN, headers=(("x-a", "caller"), ("X-B", "\xe9 b"), ("x-c", ""))).request.headers
    assert ("User-Agent", "provider") in headers
    assert ("x-a", "caller") in headers
    assert ("X-B", "\xe9 b") in headers
    assert ("x-c", "") in headers
    assert len(headers) == 8


def test_a_list_of_features_has_the_caller_s_and_those_that_the_request_needs() -> None:
    claude = sansio.provider("anthropic", api_key="key", headers=(("Anthropic-Beta", "fast-mode-2026-02-01"),))
    message = user([FilePart(file=FileReference(file_id="file_1"))])
    asked = ChatRequest(model="claude-opus-4-6", messages=[message])
    ours = dict(Exchange(claude, asked).request.headers)["anthropic-beta"]
    assert ours == "files-api-2025-04-14,fast-mode-2026-02-01"
    mine = Exchange(claude, asked, headers=(("anthropic-beta", "a, files-api-2025-04-14"),)).request.headers
    assert dict(mine)["anthropic-beta"] == "files-api-2025-04-14,fast-mode-2026-02-01,a"
    nothing: Any = None
    with pytest.raises(LocalProtocolError, match="headers are pairs"):
        Exchange(claude, asked, headers=((nothing, "a"),))


def test_a_query() -> None:
    url = Exchange(_OPENAI, _PLAIN, query=(("api-version", "1"), ("a", "b c"))).request.url
    assert url.endswith("/chat/completions?api-version=1&a=b%20c")


@pytest.mark.parametrize(
    ("base", "query", "url"),
    [
        ("http://h/v1?api-version=1", (), "http://h/v1/chat/completions?api-version=1"),
        ("http://h/v1/?v=1&w=%20", (("a", "b"),), "http://h/v1/chat/completions?v=1&w=%20&a=b"),
        ("http://h?v=1", (), "http://h/chat/completions?v=1"),
        ("http://h/v1", (("a", "b"),), "http://h/v1/chat/completions?a=b"),
    ],
)
def test_a_base_url_s_own_query_goes_before_the_caller_s(base: str, query: Headers, url: str) -> None:
    based = sansio.provider("openai", api_key="key", base_url=base)
    assert Exchange(based, _PLAIN, query=query).request.url == url


def test_a_request_shows_no_secret() -> None:
    secretive = sansio.provider(
        "openai", api_key="ASEC", base_url="http://h/v1?sig=BSEC", headers=(("x-token", "HSEC"),)
    )
    shown = repr(Exchange(secretive, _PLAIN, query=(("key", "QSEC"),)).request)
    assert "SEC" not in shown
    assert "x-token" in shown


def test_a_credential_replaces_the_key() -> None:
    credential = Credential((("x-token", "t"),))
    headers = dict(Exchange(sansio.provider("openai"), _PLAIN, credential=credential).request.headers)
    assert headers["x-token"] == "t"
    assert "authorization" not in headers


@pytest.mark.parametrize(
    ("name", "value"), [("x-a", "b\r\nc: d"), ("x-a", " b"), ("x a", "b"), ("", "b"), ("x-a", "\u20ac")]
)
def test_what_http_cannot_carry(name: str, value: str) -> None:
    with pytest.raises(LocalProtocolError, match="HTTP cannot carry") as caught:
        Exchange(_OPENAI, _PLAIN, headers=((name, value),))
    assert repr(value) not in str(caught.value)


@pytest.mark.parametrize("headers", [None, 5, {"x-a": "b"}, (("x-a", 5),), ((5, "x-a"),), (("x-a",),), (["x-a", "b"],)])
def test_headers_are_pairs_of_text(headers: Any) -> None:
    with pytest.raises(LocalProtocolError, match="headers are pairs"):
        Exchange(_OPENAI, _PLAIN, headers=headers)


@pytest.mark.parametrize("query", [5, (("a",),), (("a", "\ud800"),)])
def test_a_query_is_pairs_of_text(query: Any) -> None:
    with pytest.raises(LocalProtocolError, match="a query is pairs"):
        Exchange(_OPENAI, _PLAIN, query=query)


def test_headers_are_looked_at_once() -> None:
    """What many requests have in common is one object, which the head's own cache finds by its identity."""
    one, two = (Exchange(_OPENAI, _PLAIN, headers=(("x-a", "b"),)).request.headers for _ in range(2))
    assert one is two
    assert Exchange(_OPENAI, _PLAIN, headers=(("x-a", "c"),)).request.headers != one
    assert Exchange(_OPENAI, _PLAIN, headers=(("x-a", "b"),), stream=True).request.headers != one


def test_no_more_than_some_headers_are_remembered() -> None:
    first = Exchange(_OPENAI, _PLAIN).request.headers
    for number in range(100):
        Exchange(_OPENAI, _PLAIN, headers=(("x-a", str(number)),))
    assert Exchange(_OPENAI, _PLAIN).request.headers is not first


def test_a_key_with_a_line_end_is_refused_without_being_shown() -> None:
    with pytest.raises(LocalProtocolError, match="authorization") as caught:
        Exchange(sansio.provider("openai", api_key="secret\n"), _PLAIN)
    assert "secret" not in str(caught.value)


def test_a_missing_key() -> None:
    with pytest.raises(LocalProtocolError, match=r"needs an api_key \(OPENAI_API_KEY\)"):
        Exchange(sansio.provider("openai"), _PLAIN)


def test_a_loss_raises() -> None:
    with pytest.raises(UnsupportedParameterError) as caught:
        Exchange(_OPENAI, _LOSSY)
    failure = caught.value.failure
    assert (failure.kind, failure.provider, failure.param) == ("unsupported", "openai", "top_k")
    assert failure.message == "openai cannot take the request as it is: top_k (dropped: openai does not take it)"


def test_a_loss_warns() -> None:
    with pytest.warns(SansioWarning, match="top_k") as caught:
        exchange = Exchange(_OPENAI, _LOSSY, on_loss="warn")
    assert caught[0].filename == __file__
    assert exchange.losses == (Loss("top_k", "dropped", "openai does not take it"),)


def test_a_loss_warns_where_a_client_is_used() -> None:
    with Server(always(ANSWER)) as server, Client(providers=[provider(server.url)], on_loss="warn") as client:
        with pytest.warns(SansioWarning, match="top_k") as caught:
            client.send(ChatRequest(model="openai/gpt-4o", messages="hi", top_k=3))
        assert caught[0].filename == __file__


def test_a_loss_warns_where_an_asyncio_client_is_awaited() -> None:
    async def main(url: str) -> None:
        async with AsyncioClient(providers=[provider(url)], on_loss="warn") as client:
            await client.send(ChatRequest(model="openai/gpt-4o", messages="hi", top_k=3))

    with Server(always(ANSWER)) as server, pytest.warns(SansioWarning, match="top_k") as caught:
        asyncio.run(main(server.url))
    assert caught[0].filename == __file__


def test_what_is_omitted_raises_nothing() -> None:
    part = TextPart(text="hi", cache_control=CacheControl())
    exchange = Exchange(_OPENAI, ChatRequest(model="gpt-4o", messages=[user([part])]))
    assert exchange.losses == (Loss("messages[0].content[0].cache_control", "omitted", "the API has no such mark"),)


def test_a_loss_is_dropped() -> None:
    exchange = Exchange(_OPENAI, _LOSSY, on_loss="drop")
    assert exchange.losses == (Loss("top_k", "dropped", "openai does not take it"),)
    assert b"top_k" not in bytes(exchange.request.body if isinstance(exchange.request.body, bytes) else b"top_k")


def test_no_other_policy() -> None:
    with pytest.raises(LocalProtocolError, match="on_loss is raise, warn or drop, not 'ignore'"):
        Exchange(_OPENAI, _PLAIN, on_loss="ignore")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
