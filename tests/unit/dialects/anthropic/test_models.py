"""The models of the API."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Raw

import sansio
from sansio import Completed, Exchange, Failed
from sansio.types import GetModelRequest, ListModelsRequest, Model, Request

R = TypeVar("R")

PROVIDER = sansio.provider("anthropic", api_key="key")
OPUS = b'{"type":"model","id":"c","display_name":"C","created_at":"1970-01-01T00:01:00Z","max_input_tokens":5,"max_tokens":4,"line":"x"}'
MODEL = Model(id="c", created=60, name="C", context_window=5, max_output_tokens=4, extra={"line": Raw(b'"x"')})


def answered(request: Request[R], body: bytes, status: int = 200) -> R | Failed:
    exchange = Exchange(PROVIDER, request)
    exchange.receive_head(status, [])
    exchange.receive_data(body)
    exchange.receive_eof()
    end = exchange.outcome
    assert end is not None
    return end.response if isinstance(end, Completed) else end


def test_a_page() -> None:
    request = Exchange(PROVIDER, ListModelsRequest(after="a", limit=2)).request
    assert (request.method, request.url) == ("GET", "https://api.anthropic.com/v1/models?after_id=a&limit=2")
    assert request.body == b""
    found = answered(ListModelsRequest(), b'{"data":[%b,5],"has_more":true,"last_id":"c"}' % OPUS)
    assert not isinstance(found, Failed)
    assert (found.data, found.next) == ([MODEL], "c")
    last = answered(ListModelsRequest(), b'{"data":[],"has_more":false,"last_id":"c"}')
    assert not isinstance(last, Failed)
    assert last.next is None


def test_one_model() -> None:
    request = Exchange(PROVIDER, GetModelRequest(model="anthropic/a b")).request
    assert request.url == "https://api.anthropic.com/v1/models/a%20b"
    found = answered(GetModelRequest(model="c"), OPUS)
    assert not isinstance(found, Failed)
    assert (found.id, found.created, found.extra) == (MODEL.id, MODEL.created, MODEL.extra)
    bare = answered(GetModelRequest(model="c"), b'{"id":"c","created_at":"soon"}')
    assert not isinstance(bare, Failed)
    assert (bare.created, bare.extra) == (None, None)
    plain = answered(GetModelRequest(model="c"), b'{"id":"c"}')
    assert not isinstance(plain, Failed)
    assert plain.created is None


def test_answers_that_are_none() -> None:
    assert isinstance(answered(ListModelsRequest(), b"{}"), Failed)
    refused = answered(
        GetModelRequest(model="c"), b'{"type":"error","error":{"type":"not_found_error","message":"m"}}', 404
    )
    assert isinstance(refused, Failed)
    assert refused.failure.kind == "not_found"
