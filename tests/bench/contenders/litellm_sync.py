"""LiteLLM's completion call."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from tests.bench import payloads
from tests.bench.contenders.rounds import Result, run

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # the default fetches a file when it is imported
litellm: Any = import_module("litellm")


def _call(url: str, **parameters: Any) -> Any:
    return litellm.completion(
        model="openai/gpt-4o", api_key="key", api_base=f"{url}/v1", messages=payloads.question(), **parameters
    )


def _streams(count: int, url: str) -> Result:
    length = 0
    for _ in range(count):
        for chunk in _call(url, stream=True):
            for choice in chunk.choices:
                length += len(choice.delta.content or "")
    return {"count": count * payloads.EVENTS, "length": length / count}


def burst(url: str) -> Result:
    """Streams whose events come all at once."""
    return _streams(1, f"{url}/burst")


def paced(url: str) -> Result:
    """A stream whose events come one by one."""
    return _streams(1, f"{url}/paced")


def unary(url: str) -> Result:
    """Whole answers."""
    length = sum([len(_call(f"{url}/unary").choices[0].message.content) for _ in range(50)])
    return {"count": 50, "length": length / 50}


if __name__ == "__main__":
    run({"burst": burst, "paced": paced, "unary": unary}, "litellm", "openai")
