"""LiteLLM's behaviour as cases (`../shared/cases`), put to this library: what each case asks, and what comes of it here.

The README beside the data says what is compared and how names translate.  What is configuration and no conversion is taken
as LiteLLM has it: which of a provider's base URLs is used, and the version of an API that a case names none of.  Gemini's
members may be spelled in camel or in snake case, which the API takes as the same.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

import sansio
from sansio import ChatRequest, ChatResponse, Completed, Exchange, Failed, LocalProtocolError, UnsupportedParameterError
from sansio.auth import AwsKeys
from sansio.dialects.openai_chat.server_request import decode_request
from sansio.errors import Failure
from sansio.framing.eventstream import EventStreamMessage, encode
from sansio.types import Message, Opaque, OrderedPart, Provider, ReasoningPart

FILE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "litellm_cases.jsonl.gz"

Case = dict[str, Any]
Outcome = tuple[object, ...]

_NAMES = {"azure": "azure_openai", "cohere_chat": "cohere"}
_BASES = {
    "deepseek": "https://api.deepseek.com/beta",
    "vertex_ai": "https://{vertex_location}-aiplatform.googleapis.com/v1/projects/{vertex_project}/locations/{vertex_location}",
}


@cache
def cases() -> tuple[Case, ...]:
    """All of them."""
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


def of_kind(kind: str) -> Iterator[Case]:
    """The cases of one kind."""
    return (case for case in cases() if case["kind"] == kind)


def provider_of(case: Case) -> Provider:
    """The provider as the case configures it."""
    known: str = case["provider"]
    name, config = _NAMES.get(known, known), case["input"].get("config") or {}
    match name:
        case "azure_openai":
            version = config.get("api_version", "2024-10-21")
            base = config.get("api_base", "https://acct.openai.azure.com")
            return sansio.provider(name, api_key="k", base_url=base, api_version=version)
        case "azure_ai":
            base = config.get("api_base", "https://acct.services.ai.azure.com")
            resource = base.removeprefix("https://").partition(".")[0]
            azure = sansio.provider(name, api_key="k", base_url=base, resource=resource)
            return msgspec.structs.replace(azure, query=())
        case "vertex_ai":
            options = {"vertex_location": "us-central1", "vertex_project": "test-project", **config}
            base = _BASES[name].format_map(options)
            return sansio.provider(name, api_key="k", base_url=base, project="test-project", location="us-central1")
        case "bedrock":
            return sansio.provider(name, secret=AwsKeys("id", "secret"), region="us-east-1")
        case _:
            return sansio.provider(name, api_key="k", base_url=_BASES.get(name))


def request_of(case: Case) -> ChatRequest | Failure:
    """The chat request that a case asks for, read as a server of OpenAI's API reads it."""
    asked = dict(case["input"].get("params") or {})
    asked.pop("drop_params", None)
    extra = asked.pop("extra_body", None) or {}
    body = {"messages": [{"role": "user", "content": "hi"}], **asked, **extra}
    body["model"] = _native(case)
    body["messages"] = [_message(message) for message in body["messages"]]
    if isinstance(effort := body.get("reasoning_effort"), dict):
        body["reasoning_effort"] = effort.get("effort")
    if (dialect := _dialect(case)) == "openai_chat":
        return decode_request("POST", "/v1/chat/completions", (), json.dumps(body).encode())
    return _translated(body, dialect)


def _translated(body: Case, dialect: str) -> ChatRequest | Failure:
    """The request with Claude's blocks and the tools of other APIs as what they are: OpenAI's API has them not."""
    blocks = [message.pop("thinking_blocks", None) for message in body["messages"]]
    native = [
        (n, tool) for n, tool in enumerate(body.get("tools") or ()) if tool.get("type") not in {"function", "custom"}
    ]
    body["tools"] = [tool for tool in body.get("tools") or () if tool.get("type") in {"function", "custom"}] or None
    if body["tools"] is None:
        del body["tools"]
    decoded = decode_request("POST", "/v1/chat/completions", (), json.dumps(body).encode())
    if isinstance(decoded, Failure):
        return decoded
    owner = dialect if dialect == "bedrock_converse" else "anthropic"  # Claude's blocks are Claude's
    messages = [
        message if blocks is None else _with_blocks(message, blocks, owner)
        for message, blocks in zip(decoded.conversation, blocks, strict=True)
    ]
    tools = list(decoded.tools or ())
    for place, tool in native:
        tools.insert(place, Opaque(_owner(tool), msgspec.Raw(json.dumps(tool).encode())))
    return msgspec.structs.replace(decoded, messages=messages, tools=tools or decoded.tools)


def _dialect(case: Case) -> str:
    provider, model = provider_of(case), _native(case)
    found = (variant.dialect for variant in provider.variants if re.fullmatch(variant.pattern, model))
    return next(found, provider.dialect)


def _message(message: Case) -> Case:
    """A message without LiteLLM's own shorthands."""
    content = message.get("content")
    return {**message, "content": [_part(part) for part in content]} if isinstance(content, list) else dict(message)


def _part(part: Case) -> Case:
    """An image as a bare URL, the media type beside it, and a file whose id is a URL, as OpenAI's parts."""
    if part.get("type") == "image_url":
        image = part["image_url"]
        image = {"url": image} if isinstance(image, str) else {name: image[name] for name in image if name != "format"}
        return {**part, "image_url": image}
    if part.get("type") == "file":
        file = {name: value for name, value in part["file"].items() if name != "format"}
        if str(file.get("file_id")).startswith(("https:", "http:", "gs:")):
            file["file_url"] = file.pop("file_id")
        return {**part, "file": file}
    return part


def _owner(tool: Case) -> str:
    """The dialect that a tool of no OpenAI type belongs to."""
    return "gemini" if "type" not in tool else "anthropic"


def _with_blocks(message: Message, blocks: list[Case], dialect: str) -> Message:
    """The message with Claude's blocks as the reasoning of whoever is asked."""
    parts: list[OrderedPart] = []
    for block in blocks:
        if block["type"] == "redacted_thinking":
            raw = {"reasoningContent": {"redactedContent": block["data"]}} if dialect == "bedrock_converse" else block
            parts.append(Opaque(dialect, msgspec.Raw(json.dumps(raw).encode())))
            continue
        rest = {name: value for name, value in block.items() if name != "thinking"}
        if dialect == "bedrock_converse":
            rest = {"signature": block["signature"]}
        parts.append(
            ReasoningPart(text=block["thinking"], state=Opaque(dialect, msgspec.Raw(json.dumps(rest).encode())))
        )
    rest_of_it = [part for part in message.ordered if not isinstance(part, ReasoningPart)]
    return msgspec.structs.replace(message, parts=[*parts, *rest_of_it], reasoning_content=None)


def _native(case: Case) -> str:
    model: str = case["input"].get("model") or case["input"]["params"]["model"]
    return model.partition("/")[2]


def exchange_of(case: Case, *, on_loss: sansio.exchange.OnLoss | None = None) -> Exchange[ChatResponse]:
    """The exchange of a case; raises what this library raises before anything is sent."""
    params = case["input"].get("params") or {}
    request = request_of(case)
    if isinstance(request, Failure):
        raise LocalProtocolError(request.message)
    policy = on_loss or ("drop" if params.get("drop_params") else "raise")
    return Exchange(provider_of(case), request, stream=bool(params.get("stream")), on_loss=policy, unix=1_700_000_000.0)


def request_outcome(case: Case) -> Outcome:
    """What this library makes of a request case."""
    try:
        request = exchange_of(case).request
    except UnsupportedParameterError:
        return ("unsupported",)
    except LocalProtocolError:
        return ("refused",)
    body = request.body if isinstance(request.body, bytes) else b""
    return sent(case, request.method, request.url, json.loads(body or b"null"))


def expected_request(case: Case) -> Outcome:
    """What LiteLLM makes of it."""
    expected = case["expected"]
    if "exception" in expected:
        return ("unsupported",) if expected["exception"]["type"] == "UnsupportedParamsError" else ("refused",)
    request = expected["request"]
    return sent(case, request["method"], request["url"], request["body"])


def sent(case: Case, method: str, url: str, body: object) -> Outcome:
    """An HTTP request as it is compared."""
    parts = urlsplit(url)
    body = plain(body)
    if case["provider"] in {"gemini", "vertex_ai"}:
        body = _camel(body)
    return method, f"{parts.scheme}://{parts.netloc}{parts.path}", frozenset(parse_qsl(parts.query)), body


def plain(value: object) -> object:
    """JSON without what is null or empty, which is the same as absent."""
    match value:
        case dict():
            members = {name: plain(member) for name, member in value.items()}
            return {name: member for name, member in members.items() if member not in (None, "", [], {})}
        case list():
            return [plain(item) for item in value]
        case _:
            return value


def _camel(value: object) -> object:
    match value:
        case dict():
            return {
                re.sub(r"_([a-z])", lambda found: found[1].upper(), name): _camel(item) for name, item in value.items()
            }
        case list():
            return [_camel(item) for item in value]
        case _:
            return value


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
