"""Requests on their way in: what no dialect takes."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from msgspec import Raw

from sansio.dialects.inbound import read_request
from sansio.dialects.shapes import Invalid
from sansio.errors import Failure
from sansio.http import Headers
from sansio.types import ChatRequest

_REQUEST = ChatRequest(model="m", messages="hi")


def _read(raw: Raw) -> ChatRequest:
    """Takes any text."""
    bytes(raw).decode()
    msgspec.json.decode(raw, type=str | dict[str, str])
    return _REQUEST


def _refusing(error: Exception) -> Callable[[Raw], ChatRequest]:
    def read(_: Raw) -> ChatRequest:
        raise error

    return read


@pytest.mark.parametrize("path", ["/v2/chat", "/prefix/v2/chat/", "/v2/chat?key=1"])
def test_the_path_may_have_a_prefix_and_a_query(path: str) -> None:
    assert read_request(("POST", path), "/v2/chat", (), b"{}", _read) is _REQUEST


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "words"),
    [
        ("POST", "/v1/chat", (), 404, "Unknown request URL: POST /v1/chat"),
        ("GET", "/v2/chat", (), 405, "use POST"),
        ("POST", "/v2/chat", (("Content-Encoding", "gzip"),), 415, "gzip"),
    ],
)
def test_what_is_refused(method: str, path: str, headers: Headers, status: int, words: str) -> None:
    failure = read_request((method, path), "/v2/chat", headers, b"{}", _read)
    assert isinstance(failure, Failure)
    assert failure.status == status
    assert words in failure.message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'"\xff"', "it is not UTF-8"),
        (b"[" * 600, "nests deeper"),
        (b'"', "Input data was truncated"),
        (b'"\\ud800"', "a string ends with half of a surrogate pair"),
    ],
)
def test_what_is_no_json(body: bytes, words: str) -> None:
    failure = read_request(("POST", "/v2/chat"), "/v2/chat", (), body, _read)
    assert isinstance(failure, Failure)
    assert failure.status == 400
    assert words in failure.message


@pytest.mark.parametrize(
    ("error", "message", "param"),
    [
        (Invalid(None, "model"), "Missing required parameter: 'model'.", "model"),
        (Invalid("Expected `str`", "model"), "Invalid type for 'model': Expected `str`.", "model"),
        (Invalid("Expected `object`", ""), "Invalid type for the request body: Expected `object`.", None),
    ],
)
def test_what_does_not_fit(error: Invalid, message: str, param: str | None) -> None:
    failure = read_request(("POST", "/v2/chat"), "/v2/chat", (), b"{}", _refusing(error))
    assert isinstance(failure, Failure)
    assert (failure.message, failure.param) == (message, param)
