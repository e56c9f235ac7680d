"""The models that a server holds."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest
from msgspec import Raw

import sansio
from sansio import Exchange
from sansio.events import Completed, Failed
from sansio.types import GetModelRequest, ListModelsRequest, Model

_OLLAMA = sansio.provider("ollama")


R = TypeVar("R")


def _answered(exchange: Exchange[R], body: bytes) -> Completed[R] | Failed | None:
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(body)
    exchange.receive_eof()
    return exchange.outcome


def test_the_list() -> None:
    exchange = Exchange(_OLLAMA, ListModelsRequest())
    assert (exchange.request.method, exchange.request.url) == ("GET", "http://localhost:11434/api/tags")
    end = _answered(exchange, b'{"models":[{"name":"a:1","model":"a:1","size":5},{"name":"b"},{},{"name":1}]}')
    assert isinstance(end, Completed)
    assert end.response.data == [
        Model(id="a:1", name="a:1", extra={"size": Raw(b"5")}),
        Model(id="b", name="b"),
    ]
    losses = Exchange(_OLLAMA, ListModelsRequest(limit=5, after="x"), on_loss="drop").losses
    assert [loss.path for loss in losses] == ["limit", "after"]


@pytest.mark.parametrize(
    ("info", "window"),
    [
        (b'{"general.architecture":"llama","llama.context_length":8192}', 8192),
        (b'{"llama.context_length":"long"}', None),
        (b"{}", None),
    ],
)
def test_one_model(info: bytes, window: int | None) -> None:
    exchange = Exchange(_OLLAMA, GetModelRequest(model="llama3:8b"))
    assert (exchange.request.method, exchange.request.url) == ("POST", "http://localhost:11434/api/show")
    assert exchange.request.body == b'{"model":"llama3:8b"}'
    end = _answered(exchange, b'{"model_info":%b}' % info)
    assert isinstance(end, Completed)
    assert end.response == Model(
        id="llama3:8b", context_window=window, extra={"model_info": Raw(info)}, provider="ollama"
    )


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        (ListModelsRequest(), b"{}"),
        (GetModelRequest(model="a"), b"{}"),
        (GetModelRequest(model="a"), b'{"model_info":1}'),
    ],
)
def test_what_is_no_answer(request_: Any, body: bytes) -> None:
    assert isinstance(_answered(Exchange(_OLLAMA, request_), body), Failed)
