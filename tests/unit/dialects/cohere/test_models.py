"""The models that Cohere serves."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from msgspec import Raw

import sansio
from sansio import Exchange
from sansio.events import Completed, Failed
from sansio.types import GetModelRequest, ListModelsRequest, Model, ModelList

_COHERE = sansio.provider("cohere", api_key="k")
_ITEM = b'{"name":"a","context_length":512.0,"endpoints":["chat"]}'
_MODEL = Model(id="a", context_window=512, extra={"endpoints": Raw(b'["chat"]')})


R = TypeVar("R")


def _answered(exchange: Exchange[R], body: bytes) -> Completed[R] | Failed | None:
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(body)
    exchange.receive_eof()
    return exchange.outcome


def test_the_list() -> None:
    exchange = Exchange(_COHERE, ListModelsRequest(limit=5, after="t"))
    assert (exchange.request.method, exchange.request.body) == ("GET", b"")
    assert exchange.request.url == "https://api.cohere.com/v1/models?page_size=5&page_token=t"
    end = _answered(exchange, b'{"models":[%b,{"name":"b"},{"id":1}],"next_page_token":"u"}' % _ITEM)
    assert isinstance(end, Completed)
    assert end.response == ModelList(data=[_MODEL, Model(id="b")], next="u", provider="cohere")


def test_one_model() -> None:
    exchange = Exchange(_COHERE, GetModelRequest(model="cohere/a"))
    assert exchange.request.url == "https://api.cohere.com/v1/models/a"
    end = _answered(exchange, _ITEM)
    assert isinstance(end, Completed)
    assert (end.response.id, end.response.context_window) == ("a", 512)


@pytest.mark.parametrize("request_", [ListModelsRequest(), GetModelRequest(model="a")])
def test_what_is_no_answer(request_: Any) -> None:
    end = _answered(Exchange(_COHERE, request_), b'{"message":"model not found"}')
    assert isinstance(end, Failed)
    assert end.failure.message == "model not found"
