from __future__ import annotations

import json

import msgspec
import pytest

from sansio import ChatRequest, ChatResponse, Failure, LocalProtocolError
from sansio.dialects.openai.batch_lines import batch_input, batch_output
from sansio.types import BatchItem, BatchResults, Loss, Provider
from tests.unit.dialects.openai.exchanged import OPENAI

HELLO = ChatRequest(model="openai/gpt-4o", messages="hi", stream=True)


def test_a_line_for_each_request() -> None:
    data, losses = batch_input([BatchItem("a", HELLO), BatchItem("b", HELLO)], OPENAI)
    first, second = data.splitlines(keepends=True)
    assert first == (
        b'{"custom_id":"a","method":"POST","url":"/v1/chat/completions",'
        b'"body":{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}}\n'
    )
    assert json.loads(second)["custom_id"] == "b"
    assert losses == ()


def test_the_path_is_the_dialects_and_the_prefix_the_callers() -> None:
    provider: Provider = msgspec.structs.replace(OPENAI, dialect="openai_responses")
    data, _ = batch_input([BatchItem("a", HELLO)], provider)
    assert json.loads(data)["url"] == "/v1/responses"
    data, _ = batch_input([BatchItem("a", HELLO)], OPENAI, prefix="")
    assert json.loads(data)["url"] == "/chat/completions"


def test_losses_name_their_request() -> None:
    request = ChatRequest(model="gpt-4o", messages="hi", top_k=1)
    _, losses = batch_input([BatchItem("a", HELLO), BatchItem("b", request)], OPENAI)
    assert losses == (Loss("b.top_k", "dropped", "openai does not take it"),)


def test_no_requests_are_an_empty_file() -> None:
    assert batch_input([], OPENAI) == (b"", ())


def test_a_name_is_given_once() -> None:
    with pytest.raises(LocalProtocolError, match="called 'a'"):
        batch_input([BatchItem("a", HELLO), BatchItem("a", HELLO)], OPENAI)


def test_lines_of_an_output_are_results() -> None:
    answer = (
        b'{"id":"c","object":"chat.completion","created":1,"model":"m",'
        b'"choices":[{"index":0,"message":{"role":"assistant","content":"4"},"finish_reason":"stop"}]}'
    )
    line = b'{"custom_id":"a","response":{"status_code":200,"body":%b}}\n' % answer
    refused = b'{"custom_id":"b","response":{"status_code":429,"body":{"error":{"message":"slow"}}}}\n'
    results = batch_output(line + refused, OPENAI)
    assert isinstance(results, BatchResults)
    first, second = results.results
    assert isinstance(first.outcome, ChatResponse)
    assert first.outcome.text == "4"
    assert isinstance(second.outcome, Failure)
    assert second.outcome.kind == "rate_limited"


def test_a_line_that_is_no_result_is_a_failure() -> None:
    found = batch_output(b'{"custom_id"', OPENAI)
    assert isinstance(found, Failure)
    assert found.kind == "protocol"
