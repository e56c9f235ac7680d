"""What Ollama's errors mean."""

from __future__ import annotations

import pytest

import sansio
from sansio.dialects.codec import Reply, Terms
from sansio.dialects.ollama import CODEC
from sansio.http import Limits

_TERMS = Terms(provider=sansio.provider("ollama"), stream=False, limits=Limits())


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, '"m" does not support thinking', "bad_request"),
        (400, "the input length exceeds the context length", "context_window"),
        (401, "unauthorized", "authentication"),
        (404, "model 'x' not found", "not_found"),
        (429, "you have reached your hourly usage limit", "quota_exceeded"),
        (429, "too many requests", "rate_limited"),
        (500, "llama runner process has terminated", "server_error"),
        (502, "upstream", "server_error"),
        (503, "server busy, please try again.  maximum pending requests exceeded", "overloaded"),
        (503, "starting", "service_unavailable"),
    ],
)
def test_the_kind(status: int, error: str, kind: str) -> None:
    body = b'{"error":"%b"}' % error.replace('"', '\\"').encode()
    failure = CODEC.failure(Reply(status, {}, body), _TERMS)
    assert (failure.kind, failure.message) == (kind, error)
