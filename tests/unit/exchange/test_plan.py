"""What an exchange is about to send."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import sansio
from sansio import ChatRequest, Credential, Exchange, LocalProtocolError, SansioWarning, UnsupportedParameterError
from sansio.exchange.plan import VERSION
from sansio.types import Loss

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
    provider = sansio.provider("openai", api_key="key", headers=(("User-Agent", "provider"), ("X-A", "provider")))
    headers = Exchange(provider, _PLAIN, headers=(("x-a", "caller"), ("X-B", "\xe9 b"), ("x-c", ""))).request.headers
    assert ("User-Agent", "provider") in headers
    assert ("x-a", "caller") in headers
    assert ("X-B", "\xe9 b") in headers
    assert ("x-c", "") in headers
    assert len(headers) == 8


def test_a_query() -> None:
    url = Exchange(_OPENAI, _PLAIN, query=(("api-version", "1"), ("a", "b c"))).request.url
    assert url.endswith("/chat/completions?api-version=1&a=b+c")


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


def test_a_loss_is_dropped() -> None:
    exchange = Exchange(_OPENAI, _LOSSY, on_loss="drop")
    assert exchange.losses == (Loss("top_k", "dropped", "openai does not take it"),)
    assert b"top_k" not in bytes(exchange.request.body if isinstance(exchange.request.body, bytes) else b"top_k")


def test_no_other_policy() -> None:
    with pytest.raises(LocalProtocolError, match="on_loss is raise, warn or drop, not 'ignore'"):
        Exchange(_OPENAI, _PLAIN, on_loss="ignore")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
