"""A loop of one's own over httpx: its lines, and `json.loads` of each event."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from tests.bench import payloads
from tests.bench.contenders.rounds import Result, run

httpx: Any = import_module("httpx")
_client = httpx.Client()


def _stream(url: str) -> int:
    length = 0
    body = {"model": "gpt-4o", "messages": payloads.question(), "stream": True}
    with _client.stream("POST", f"{url}/v1/chat/completions", json=body) as response:
        for line in response.iter_lines():
            if line.startswith("data: ") and line != "data: [DONE]":
                for choice in json.loads(line[6:])["choices"]:
                    length += len(choice["delta"].get("content") or "")
    return length


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    length = sum([_stream(f"{url}/burst") for _ in range(5)])
    return {"count": 5 * payloads.EVENTS, "length": length / 5}


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return {"count": payloads.EVENTS, "length": _stream(f"{url}/paced")}


def unary(url: str) -> Result:
    """Whole answers."""
    body = {"model": "gpt-4o", "messages": payloads.question()}
    length = 0
    for _ in range(200):
        answer = _client.post(f"{url}/unary/v1/chat/completions", json=body).json()
        length += len(answer["choices"][0]["message"]["content"])
    return {"count": 200, "length": length / 200}


if __name__ == "__main__":
    run({"burst": burst, "paced": paced, "unary": unary}, "httpx")
