"""Rerank."""

from __future__ import annotations

import json
from typing import Any

import pytest

import sansio
from sansio import Exchange
from sansio.events import Completed, Failed
from sansio.types import RerankRequest, RerankResponse, RerankResult

_COHERE = sansio.provider("cohere", api_key="k")
_ANSWER = b'{"id":"x","results":[{"index":1,"relevance_score":0.5}],"meta":{"billed_units":{"search_units":1}}}'


def _exchange(**members: Any) -> Exchange[RerankResponse]:
    whole: dict[str, Any] = {"model": "r", "query": "q", "documents": ["a", "b"], **members}
    return Exchange(_COHERE, RerankRequest(**whole), on_loss="drop")


def _answered(body: bytes, **members: Any) -> Completed[RerankResponse] | Failed:
    exchange = _exchange(**members)
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(body)
    exchange.receive_eof()
    assert exchange.outcome is not None
    return exchange.outcome


def test_the_body() -> None:
    exchange = _exchange(top_n=1, max_tokens_per_doc=9, return_documents=True)
    assert exchange.request.url == "https://api.cohere.com/v2/rerank"
    assert isinstance(exchange.request.body, bytes)
    assert json.loads(exchange.request.body) == {
        "model": "r",
        "query": "q",
        "documents": ["a", "b"],
        "top_n": 1,
        "max_tokens_per_doc": 9,
    }
    assert exchange.losses == ()


def test_losses() -> None:
    exchange = _exchange(documents=[{"text": "a"}, {"title": "b"}], rank_fields=["title"], truncation=True)
    assert isinstance(exchange.request.body, bytes)
    assert json.loads(exchange.request.body)["documents"] == ["a", '{"title":"b"}']
    assert [f"{loss.path} {loss.action}" for loss in exchange.losses] == [
        "rank_fields dropped",
        "truncation dropped",
        "documents[1] approximated",
    ]


def test_the_answer() -> None:
    end = _answered(_ANSWER)
    assert isinstance(end, Completed)
    assert end.response == RerankResponse(results=[RerankResult(1, 0.5)], id="x", search_units=1.0, provider="cohere")


def test_documents_are_given_back_where_that_was_asked() -> None:
    end = _answered(_ANSWER, return_documents=True)
    assert isinstance(end, Completed)
    assert end.response.results == [RerankResult(1, 0.5, "b")]
    end = _answered(b'{"results":[{"index":9,"relevance_score":0.5}]}', return_documents=True)
    assert isinstance(end, Completed)
    assert end.response.results == [RerankResult(9, 0.5)]


@pytest.mark.parametrize("body", [b"{}", b'{"results":[{"index":1}]}', b'{"results":[{"relevance_score":1}]}'])
def test_what_is_no_answer(body: bytes) -> None:
    assert isinstance(_answered(body), Failed)
