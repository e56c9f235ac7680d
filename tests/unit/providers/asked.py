"""What a provider is sent, for the tests of its data."""

from __future__ import annotations

import json
from typing import Any

from sansio import ChatRequest, Exchange, Provider

HI = [{"role": "user", "content": "hi"}]


def body(provider: Provider, **members: Any) -> tuple[dict[str, Any], list[str]]:
    """The body of a chat request without its messages where these say hi, and the paths of what it loses."""
    stream: bool = members.pop("stream", False)
    given: dict[str, Any] = {"model": "m", "messages": "hi", **members}
    exchange = Exchange(provider, ChatRequest(**given), stream=stream, on_loss="drop")
    assert isinstance(exchange.request.body, bytes)
    sent: dict[str, Any] = json.loads(exchange.request.body)
    assert sent.pop("model") == given["model"]
    if sent["messages"] == HI:
        del sent["messages"]
    return sent, [loss.path for loss in exchange.losses]
