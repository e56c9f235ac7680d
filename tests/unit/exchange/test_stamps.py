"""What every response says beside the provider's own words."""

from __future__ import annotations

import json
from decimal import Decimal

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed, Loss, Provider
from sansio.exchange.known import Known
from sansio.exchange.stamps import stamped
from sansio.models import ModelInfo, Prices, Registry

_ANSWER = {
    "id": "a",
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
}


def _answered(provider: Provider, model: str = "gpt-4o") -> ChatResponse:
    exchange = Exchange(provider, ChatRequest(model=model, messages="hi"))
    exchange.receive_head(200, [("x-request-id", "req_1")])
    exchange.receive_data(json.dumps(_ANSWER).encode())
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    return exchange.outcome.response


def test_who_answered_under_which_id_and_what_it_cost() -> None:
    response = _answered(sansio.provider("openai", api_key="k"))
    assert (response.provider, response.request_id) == ("openai", "req_1")
    assert response.cost == Decimal("0.0035")
    assert response.cost == sansio.cost(response)


def test_a_provider_under_a_name_of_its_own_has_the_prices_of_the_one_that_it_is() -> None:
    response = _answered(sansio.provider("openai", api_key="k", name="mine"), model="mine/gpt-4o")
    assert (response.provider, response.cost) == ("mine", Decimal("0.0035"))


def test_an_unknown_price_is_unknown() -> None:
    unheard = Provider(name="unheard_of", base_url="http://localhost", dialect="openai_chat", keyless=True)
    assert _answered(unheard).cost is None


def test_what_did_not_finish_has_no_cost_yet() -> None:
    exchange = Exchange(sansio.provider("openai", api_key="k"), ChatRequest(model="gpt-4o", messages="hi"), stream=True)
    exchange.receive_head(200, [("x-request-id", "req_1")])
    exchange.receive_data(b'data: {"model":"gpt-4o","choices":[{"index":0,"delta":{"content":"h"}}]}\n\n')
    exchange.receive_broken("reset")
    assert isinstance(exchange.outcome, Failed)
    partial = exchange.outcome.partial
    assert partial is not None
    assert (partial.provider, partial.request_id, partial.cost, partial.text) == ("openai", "req_1", None, "h")


def test_what_an_operation_of_ones_own_answers_with_stays_as_it_is() -> None:
    provider = sansio.provider("openai", api_key="k")
    request = ChatRequest(model="gpt-4o", messages="hi")
    assert stamped("mine", request, provider, request_id="req_1", content_type=None, known=Known()) == "mine"


_MINE = Registry(
    [
        ModelInfo(
            provider="anthropic",
            id="claude-opus-4-6",
            max_output_tokens=77,
            prices=Prices(input=Decimal(1), output=Decimal(2)),
        )
    ]
)


def test_a_registry_of_the_caller_s_own_says_what_an_answer_cost() -> None:
    exchange = Exchange(
        sansio.provider("anthropic", api_key="k"),
        ChatRequest(model="claude-opus-4-6", messages="hi"),
        registry=_MINE,
    )
    assert exchange.losses == (Loss("max_tokens", "filled", "the API requires it"),)
    assert isinstance(exchange.request.body, bytes)
    assert json.loads(exchange.request.body)["max_tokens"] == 77
    answer = {
        "type": "message",
        "model": "claude-opus-4-6",
        "content": [{"type": "text", "text": "hi"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1_000_000, "output_tokens": 500_000},
    }
    exchange.receive_head(200, [])
    exchange.receive_data(json.dumps(answer).encode())
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    assert exchange.outcome.response.cost == Decimal(2)
