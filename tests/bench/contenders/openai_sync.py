"""openai-python, synchronous."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from time import process_time
from typing import Any

from tests.bench import payloads
from tests.bench.contenders.rounds import Result, run

openai: Any = import_module("openai")
httpx: Any = import_module(openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])


@cache
def _client(url: str) -> Any:
    return openai.OpenAI(api_key="key", base_url=f"{url}/v1", max_retries=0)


def _streams(count: int, url: str) -> Result:
    length = 0
    for _ in range(count):
        stream = _client(url).chat.completions.create(model="gpt-4o", messages=payloads.question(), stream=True)
        for chunk in stream:
            for choice in chunk.choices:
                length += len(choice.delta.content or "")
    return {"count": count * payloads.EVENTS, "length": length / count}


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    return _streams(4, f"{url}/burst")


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return _streams(1, f"{url}/paced")


def unary(url: str) -> Result:
    """Whole answers."""
    length = 0
    for _ in range(100):
        answer = _client(f"{url}/unary").chat.completions.create(model="gpt-4o", messages=payloads.question())
        length += len(answer.choices[0].message.content)
    return {"count": 100, "length": length / 100}


_sizes: list[int] = []


@cache
def _offline() -> Any:
    body = payloads.unary()

    def answer(request: Any) -> Any:
        _sizes.append(len(request.content))
        return httpx.Response(200, headers={"content-type": "application/json"}, content=body)

    transport = httpx.MockTransport(answer)
    return openai.OpenAI(api_key="key", http_client=httpx.Client(transport=transport))


def _calls(**parameters: Any) -> float:
    start = process_time()
    for _ in range(20):
        _offline().chat.completions.create(model="gpt-4o", **parameters)
    return process_time() - start


def encode(_url: str) -> Result:
    """Requests with a long conversation to a transport that answers at once, less the same with a short one."""
    rest = _calls(messages=payloads.question())
    cost = _calls(messages=payloads.conversation(), tools=payloads.tools())
    if min(_sizes[-20:]) < 30_000:
        raise ValueError("the body is not the conversation")
    return {"cpu": cost - rest, "count": 20, "length": 0}


if __name__ == "__main__":
    run({"burst": burst, "paced": paced, "unary": unary, "encode": encode}, "openai", httpx.__name__, "pydantic")
