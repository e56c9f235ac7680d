"""Which of the request's stop sequences an answer met, where the API tells it."""

from __future__ import annotations

import json

import pytest

from sansio import ChatRequest, ChatResponse, Completed, Exchange, provider
from sansio.events import ChoiceFinished, Delta, Fold, Started, TextDelta
from sansio.types import Choice, Message
from tests.properties.crossing import answered

_SAID: list[Delta] = [
    Started("r", 1, "m"),
    TextDelta("a"),
    ChoiceFinished("stop", "stop_sequence", stop_sequence="END"),
]


def _response() -> ChatResponse:
    fold = Fold()
    fold.extend(_SAID)
    return fold.response()


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("dialect", ["anthropic", "openai_chat"])
def test_it_is_told(dialect: str, stream: bool) -> None:
    for said in (_SAID, []):  # nothing is streamed of an answer out of a cache
        end = answered(dialect, [*said, Completed(_response())], lambda body: [body], stream=stream)[-1]
        assert isinstance(end, Completed)
        choice = end.response.choices[0]
        assert (choice.finish_reason, choice.stop_sequence) == ("stop", "END")


def test_a_token_by_its_number_is_none() -> None:
    choice = {"index": 0, "message": {"content": "a"}, "finish_reason": "stop", "stop_reason": 2}
    assert _read({"choices": [choice]}) == Choice(0, Message("assistant", "a"), "stop")


def _read(body: object) -> Choice:
    exchange = Exchange(provider("vllm"), ChatRequest(model="m", messages="hi"))
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(json.dumps(body).encode())
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Completed)
    return exchange.outcome.response.choices[0]
