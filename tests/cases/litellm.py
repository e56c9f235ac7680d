"""LiteLLM's behaviour as cases (`../shared/cases`), and the providers as these configure them.

The README beside the data says what is compared and how names translate.  What is configuration and no conversion is taken
as LiteLLM has it: which of a provider's base URLs is used, and the version of an API that a case names none of.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

import sansio
from sansio import ChatResponse, Completed, Exchange, Failed, LocalProtocolError
from sansio.auth import AwsKeys
from sansio.errors import Failure
from sansio.framing.eventstream import EventStreamMessage, encode
from sansio.types import Provider
from tests.cases.asked import chat_request

FILE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "litellm_cases.jsonl.gz"

Case = dict[str, Any]

_NAMES = {"azure": "azure_openai", "cohere_chat": "cohere"}
# By provider and model, where LiteLLM uses another of the base URLs than this library does.
_BASES = {
    "cohere/embed": "https://api.cohere.ai",
    "deepseek/": "https://api.deepseek.com/beta",
    "gemini/gemini-3": "https://generativelanguage.googleapis.com/v1alpha",
}


@cache
def cases() -> tuple[Case, ...]:
    """All of them."""
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


def of_kind(kind: str) -> Iterator[Case]:
    """The cases of one kind."""
    return (case for case in cases() if case["kind"] == kind)


def native_model(case: Case) -> str:
    """The model as its provider knows it."""
    model: str = case["input"].get("model") or case["input"]["params"]["model"]
    return model.partition("/")[2]


def provider_of(case: Case, *, dialect: str | None = None) -> Provider:
    """The provider as the case configures it."""
    known: str = case["provider"]
    name = _NAMES.get(known, known)
    config: dict[str, str] = case["input"].get("config") or {}
    match name:
        case "azure_openai":
            version = config.get("api_version", "2024-10-21")
            base = config.get("api_base", "https://acct.openai.azure.com")
            return sansio.provider(name, api_key="k", base_url=base, api_version=version, dialect=dialect)
        case "azure_ai":
            base = config.get("api_base", "https://acct.services.ai.azure.com")
            resource = base.removeprefix("https://").partition(".")[0]
            azure = sansio.provider(name, api_key="k", base_url=base, resource=resource)
            return msgspec.structs.replace(azure, query=())
        case "vertex_ai":
            options = {"vertex_location": "us-central1", "vertex_project": "test-project", **config}
            return sansio.provider(
                name,
                api_key="k",
                base_url=f"https://{options['vertex_location']}-aiplatform.googleapis.com",
                project=options["vertex_project"],
                location=options["vertex_location"],
                version="v1",
            )
        case "bedrock":
            return sansio.provider(name, secret=AwsKeys("id", "secret"), region="us-east-1")
        case _:
            asked = f"{name}/{native_model(case)}"
            other = next((base for start, base in _BASES.items() if asked.startswith(start)), None)
            return sansio.provider(name, api_key="k", base_url=other, dialect=dialect)


def dialect_of(case: Case) -> str:
    """The dialect that the case's model is asked in."""
    provider, model = provider_of(case), native_model(case)
    found = (variant.dialect for variant in provider.variants if re.fullmatch(variant.pattern, model))
    return next(found, provider.dialect)


def exchange_of(case: Case, *, on_loss: sansio.exchange.OnLoss | None = None) -> Exchange[ChatResponse]:
    """The exchange of a chat's case; raises what this library raises before anything is sent."""
    params: Case = case["input"].get("params") or {}
    request = chat_request(params, native_model(case), dialect_of(case))
    if isinstance(request, Failure):
        raise LocalProtocolError(request.message)
    policy = on_loss or ("drop" if params.get("drop_params") else "raise")
    return Exchange(provider_of(case), request, stream=bool(params.get("stream")), on_loss=policy, unix=1_700_000_000.0)


def answered(case: Case) -> Completed[ChatResponse] | Failed:
    """How the exchange of a response, stream or error case ends."""
    exchange = exchange_of(case, on_loss="drop")
    given = case["input"].get("provider_response") or case["input"]["provider_stream"]
    exchange.receive_head(given["status"], list(given["headers"].items()))
    for piece in _pieces(given):
        if exchange.outcome is None:
            exchange.receive_data(piece)
    exchange.receive_eof()
    outcome = exchange.outcome
    assert outcome is not None
    return outcome


def _pieces(given: Case) -> list[bytes]:
    if "sse_chunks" in given:
        return [chunk.encode() for chunk in given["sse_chunks"]]
    if "aws_event_frames" in given:
        return [_frame(frame) for frame in given["aws_event_frames"]]
    body = given["body"]
    return [body.encode() if isinstance(body, str) else json.dumps(body).encode()]


def _frame(frame: Case) -> bytes:
    kind = "exception" if str(frame["type"]).endswith("Exception") else "event"
    headers = {":message-type": kind, f":{kind}-type": frame["type"], ":content-type": "application/json"}
    payload = frame["payload"]
    return encode(
        EventStreamMessage(headers, payload.encode() if isinstance(payload, str) else json.dumps(payload).encode())
    )
