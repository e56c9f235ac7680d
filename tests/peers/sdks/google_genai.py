"""Google's SDK, generateContent."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.peers.sdks.report import BUSY, MISSING, PLAIN, QUESTION, SCHEMA, TOOLS, call, error, run

genai: Any = import_module("google.genai")
_DECLARED = [{"name": name, "parameters_json_schema": SCHEMA} for name in ("weather", "time")]
_TOOLS = {"tools": [{"function_declarations": _DECLARED}], "automatic_function_calling": {"disable": True}}


def _calls(responses: list[Any]) -> list[Any]:
    return [call(made.name, made.args) for response in responses for made in response.function_calls or ()]


def _shown(responses: list[Any]) -> dict[str, Any]:
    last = responses[-1]
    return {
        "text": "".join([response.text or "" for response in responses]),
        "reason": last.candidates[0].finish_reason.value,
        "tokens": [last.usage_metadata.prompt_token_count, last.usage_metadata.candidates_token_count],
    }


def main(url: str) -> dict[str, Any]:
    """Ask through both methods."""
    client = genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=url))  # it closes when dropped
    models = client.models
    streamed = list(models.generate_content_stream(model=PLAIN, contents=QUESTION))
    return {
        "counted": models.count_tokens(model=PLAIN, contents=QUESTION).total_tokens,
        "whole": _shown([models.generate_content(model=PLAIN, contents=QUESTION)]),
        "streamed": {**_shown(streamed), "deltas": "".join([chunk.text or "" for chunk in streamed])},
        "tools": _calls([models.generate_content(model=TOOLS, contents=QUESTION, config=_TOOLS)]),
        "streamed tools": _calls(list(models.generate_content_stream(model=TOOLS, contents=QUESTION, config=_TOOLS))),
        "missing": error(lambda: models.generate_content(model=MISSING, contents=QUESTION)),
        "busy": error(lambda: models.generate_content(model=BUSY, contents=QUESTION)),
        "busy stream": error(lambda: list(models.generate_content_stream(model=BUSY, contents=QUESTION))),
    }


run(main)
