"""The results of batches, a line each."""

from __future__ import annotations

import pytest

import sansio
from sansio import ChatResponse, Completed, Exchange, Failed
from sansio.dialects.anthropic.batch_results import CODEC
from sansio.dialects.codec import Terms
from sansio.errors import Failure
from sansio.http import Limits
from sansio.types import BatchResults, BatchResultsRequest

PROVIDER = sansio.provider("anthropic", api_key="key")
REQUEST = BatchResultsRequest(id="b")
MESSAGE = b'{"id":"m","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn"}'
ERROR = b'{"type":"error","error":{"type":"invalid_request_error","message":"no"},"request_id":"r"}'
LINES = (
    b'{"custom_id":"a","result":{"type":"succeeded","message":%b}}\n' % MESSAGE
    + b'{"custom_id":"b","result":{"type":"errored","error":%b}}\n' % ERROR
    + b'{"custom_id":"c","result":{"type":"canceled"}}\n\n'
    + b'{"custom_id":"d","result":{"type":"expired"}}\n'
    + b'{"custom_id":"e","result":{"type":"succeeded","message":{"id":"m"}}}\n'
    + b'{"custom_id":"f","result":{}}'
)


def answered(body: bytes, *, stream: bool = False) -> Completed[BatchResults] | Failed:
    exchange = Exchange(PROVIDER, REQUEST, stream=stream)
    exchange.receive_head(200, [("content-type", "application/x-jsonl")])
    exchange.receive_data(body)
    exchange.receive_eof()
    assert exchange.outcome is not None
    return exchange.outcome


@pytest.mark.parametrize("stream", [False, True])
def test_every_line_is_a_result(stream: bool) -> None:
    end = answered(LINES, stream=stream)
    assert isinstance(end, Completed)
    results = end.response
    message = results["a"].outcome
    assert isinstance(message, ChatResponse)
    assert (message.text, message.provider) == ("hi", "anthropic")
    kinds = {name: outcome.kind for name in "bcdef" if isinstance(outcome := results[name].outcome, Failure)}
    assert kinds == {"b": "bad_request", "c": "cancelled", "d": "timeout", "e": "protocol", "f": "protocol"}
    error = results["b"].outcome
    assert isinstance(error, Failure)
    assert (error.message, error.request_id, error.provider) == ("no", "r", "anthropic")


def test_the_path() -> None:
    request = Exchange(PROVIDER, REQUEST).request
    assert (request.method, request.url) == ("GET", "https://api.anthropic.com/v1/messages/batches/b/results")


def test_a_line_that_is_no_result_is_the_end() -> None:
    end = answered(ERROR)
    assert isinstance(end, Failed)
    assert end.failure.kind == "bad_request"


def test_there_is_no_partial_result() -> None:
    reading = CODEC.reading(REQUEST, Terms(provider=PROVIDER, stream=True, limits=Limits()))
    reading.fold.extend([])
    assert reading.fold.partial() is None
