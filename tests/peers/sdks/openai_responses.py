"""OpenAI's SDK, the Responses API."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.peers.sdks.report import BUSY, MISSING, PLAIN, QUESTION, SCHEMA, TOOLS, call, error, run

openai: Any = import_module("openai")
_TOOLS = [{"type": "function", "name": name, "parameters": SCHEMA, "strict": False} for name in ("weather", "time")]


def _calls(response: Any) -> list[Any]:
    return [call(item.name, item.arguments) for item in response.output if item.type == "function_call"]


def _shown(response: Any) -> dict[str, Any]:
    usage = response.usage
    return {
        "text": response.output_text,
        "reason": response.status,
        "tokens": [usage.input_tokens, usage.output_tokens],
    }


def main(url: str) -> dict[str, Any]:
    """Ask through `create`, raw events and the stream helper."""
    client = openai.OpenAI(api_key="k", base_url=f"{url}/v1", max_retries=0)
    responses = client.responses
    whole = responses.create(model=PLAIN, input=QUESTION)
    deltas: list[str] = []
    with responses.stream(model=PLAIN, input=QUESTION) as stream:
        deltas += [event.delta for event in stream if event.type == "response.output_text.delta"]
        streamed = stream.get_final_response()
    with responses.stream(model=TOOLS, input=QUESTION, tools=_TOOLS) as stream:
        streamed_tools = stream.get_final_response()
    return {
        "counted": responses.input_tokens.count(model=PLAIN, input=QUESTION, tools=_TOOLS).input_tokens,
        "vectors": [item.embedding for item in client.embeddings.create(model=PLAIN, input=["a", "b"]).data],
        "flagged": client.moderations.create(model=PLAIN, input=QUESTION).results[0].flagged,
        "whole": _shown(whole),
        "streamed": {**_shown(streamed), "deltas": "".join(deltas)},
        "tools": _calls(responses.create(model=TOOLS, input=QUESTION, tools=_TOOLS)),
        "streamed tools": _calls(streamed_tools),
        "missing": error(lambda: responses.create(model=MISSING, input=QUESTION)),
        "busy": error(lambda: responses.create(model=BUSY, input=QUESTION)),
        "busy stream": error(lambda: list(responses.create(model=BUSY, input=QUESTION, stream=True))),
    }


run(main)
