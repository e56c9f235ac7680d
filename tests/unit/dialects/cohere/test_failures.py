"""What Cohere's errors mean."""

from __future__ import annotations

import pytest

import sansio
from sansio import ChatRequest, Credential, Exchange, Failed
from sansio.dialects.codec import Reply, Terms
from sansio.dialects.cohere import CODEC
from sansio.http import Limits

_TERMS = Terms(provider=sansio.provider("cohere"), stream=False, limits=Limits())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"error_type":"TOO_MANY_TOKENS","message":"size limit exceeded"}', "context_window"),
        (400, b'{"message":"too many tokens: size limit exceeded"}', "context_window"),
        (400, b'{"message":"the prompt exceeds the context of the model"}', "context_window"),
        (400, b'{"message":"invalid request"}', "bad_request"),
        (401, b'{"message":"invalid api token"}', "authentication"),
        (401, b'{"message":"no api key supplied"}', "authentication"),
        (402, b'{"message":"add a payment method"}', "quota_exceeded"),
        (403, b'{"message":"forbidden"}', "permission_denied"),
        (404, b'{"message":"model not found"}', "not_found"),
        (422, b'{"message":"No valid response generated. Try updating messages"}', "unprocessable"),
        (
            429,
            b'{"message":"You are using a Trial key, which is limited to 1000 API calls / month."}',
            "quota_exceeded",
        ),
        (429, b'{"message":"You are using a Trial key, which is limited to 10 API calls / minute."}', "rate_limited"),
        (429, b'{"message":"slow down"}', "rate_limited"),
        (498, b'{"message":"invalid token, get a new one"}', "authentication"),
        (498, b'{"message":"this is a blocked token"}', "authentication"),
        (498, b"", "authentication"),
        (499, b'{"message":"client closed request"}', "bad_request"),
        (501, b'{"message":"not implemented"}', "bad_request"),
        (503, b'{"message":"service unavailable"}', "service_unavailable"),
        (504, b"", "timeout"),
    ],
)
def test_the_kind(status: int, body: bytes, kind: str) -> None:
    assert CODEC.failure(Reply(status, {}, body), _TERMS).kind == kind


def test_the_id_of_the_request() -> None:
    body = b'{"id":"b","message":"broke"}'
    assert CODEC.failure(Reply(500, {}, body), _TERMS).request_id == "b"
    assert CODEC.failure(Reply(500, {}, b"<html>"), _TERMS).request_id is None
    exchange = Exchange(_TERMS.provider, ChatRequest(model="m", messages="hi"), credential=Credential(()))
    exchange.receive_head(500, [("X-Debug-Trace-Id", "t")])
    exchange.receive_data(body)
    exchange.receive_eof()
    assert isinstance(exchange.outcome, Failed)
    assert exchange.outcome.failure.request_id == "t"
