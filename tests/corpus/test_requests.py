"""Every recorded request to a chat is read by the server's side of its dialect, and sent as it was by the client's.

What the provider's quirks, or our one way of saying a thing, change is listed below by the path of the member.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final, cast
from urllib.parse import urlsplit

import pytest

from sansio import ChatRequest, ChatResponse, Credential, Exchange, dialects
from sansio.dialects.served import Asked
from sansio.errors import Failure
from tests.corpus.recordings import DIALECTS, Recording, reader, recordings
from tests.tally import Tally

_ASKED = sorted(
    (item for item in recordings() if item.expected and isinstance(item.request_body, dict)),
    key=lambda item: (item.api, item.provider),
)
_GROUPS = {key: list(group) for key, group in groupby(_ASKED, key=lambda item: (item.api, item.provider))}

pytestmark = pytest.mark.skipif(not _ASKED, reason="no recorded traffic beside the repository")

_PATHS: Final = {
    "anthropic": "/v1/messages",
    "bedrock_converse": "/model/m/converse",
    "cohere": "/v2/chat",
    "ollama": "/api/chat",
    "openai_chat": "/v1/chat/completions",
    "openai_responses": "/v1/responses",
}

# What OpenAI's API refuses, and the recorded provider takes.
_REFUSED: Final = {
    "openai_chat": (
        r"Missing required parameter: 'response_format\.json_schema(\.name)?'\.",  # Together, Perplexity and llama.cpp
        r"Invalid type for 'logprobs': .*",  # a count, at Together
        r"Invalid type for 'messages\[0\]\.content\[1\]\.input_audio': .*",  # the base64 alone, at Mistral
        r"Missing required parameter: 'audio\.voice'\.",
    ),
    "openai_responses": (r"Missing required parameter: 'model'\.",),  # which a stored prompt names
}
# Conversations that the API refuses, and so does the client; these are the recorded refusals.
_UNSENT: Final = frozenset({"318f8e8947f2da69", "66a3718920fbfc5d"})

_CHANGED: Final[dict[str, tuple[str, ...]]] = {
    "anthropic": (
        r"tools\[\]\.type",  # custom, which need not be said
        r"temperature",  # 1 beside thinking, which allows nothing else
        r"thinking",  # disabled, at a model that has none
        r"output_config\.format\.schema\.additionalProperties",  # false, and filled where it is missing
    ),
    "bedrock_converse": (
        r"messages\[\]\.content\[\]\.toolResult\.content\[\]\.(json|text)",  # a result as JSON is its text
        r"messages(\[\]\.content)?",  # messages of one side are joined
    ),
    "cohere": (r"tool_choice",),  # in upper case
    "gemini": (
        r"systemInstruction\.role",  # there is one
        r"contents\[\]\.parts\[\]\.function(Call|Response)\.id",  # before Gemini 3 there are none
        r"tools.*\.(nullable|type)",  # a schema that says null as JSON Schema does
        r"tools\[\]\.functionDeclarations\[\]\.parametersJsonSchema",  # of no parameters
        r"contents\[\]\.parts",  # an empty text says nothing
        r"generationConfig\.thinkingConfig\.thinking(Budget|Level)",  # the least, and as much as the model thinks fit
    ),
    "openai_chat": (
        r"stream_options(\.include_usage)?",  # streams report their usage, and the option is theirs alone
        r"max_(completion_)?tokens",  # under the provider's name
        r"tool_choice",  # required, where the provider says any
        r"messages\[\]\.content\[\]\.image_url",  # an object, where it was a bare URL
        r"messages\[\]\.content",  # texts as one, where the provider wants that
        r"reasoning_effort|thinking|reasoning",  # in the provider's words
        r"temperature|stop|logprobs|top_logprobs",  # what the model refuses, or the default
        r"messages\[\]\.reasoning_content|messages\[\]\.reasoning",  # under the provider's name, where it takes it back
    ),
    "openai_responses": (
        r"input\[\]\.type",  # message, which need not be said
        r"instructions|input",  # the first message of the system's
        r"input\[\]\.(id|status)",  # which say nothing in a request
        r"input\[\]\.content(\[\]\.annotations)?",  # what the API said of its text, and does not ask for again
        r"top_logprobs",  # without what includes them
    ),
}


@pytest.mark.parametrize("group", _GROUPS, ids="-".join)
def test_what_is_read_is_what_was_sent(group: tuple[str, str], tally: Tally) -> None:
    counts: Counter[str] = Counter()
    for recording in _GROUPS[group]:
        counts[_outcome(recording)] += 1
    tally("requests", *group, counts)


def _outcome(recording: Recording) -> str:
    dialect = DIALECTS[recording.api]
    if re.search(r"/v1/chat$|/api/generate$", urlsplit(recording.url).path) and dialect in {"cohere", "ollama"}:
        return "other API"
    body = {**recording.request_body}
    if dialect == "openai_chat":  # where servers of one model, and URLs with its name, do without
        body["model"] = body.get("model") or "model"
    asked = dialects.server(dialect).decode_request("POST", _path(recording, dialect), (), json.dumps(body).encode())
    if isinstance(asked, Failure):
        assert recording.status in {400, 422} or any(
            re.fullmatch(text, asked.message) for text in _REFUSED.get(dialect, ())
        ), (recording.id, asked)
        return "refused"
    if recording.id in _UNSENT:
        assert recording.status == 400
        return "refused"
    exchange = _exchange(recording, asked, dialect)
    assert isinstance(exchange.request.body, bytes)
    changed = set(_differences(_plain(body, dialect), _plain(json.loads(exchange.request.body), dialect)))
    unlisted = {path for path in changed if not any(re.fullmatch(p, path) for p in _CHANGED.get(dialect, ()))}
    assert not unlisted, recording.id
    assert changed or not exchange.losses, recording.id
    return "in another form" if changed else "as it was"


_SERVED: Final = {"count_tokens", "embeddings", "moderation", "rerank"}


def test_operations_are_read_as_they_were_sent() -> None:
    """Of the APIs whose operations have a server's side; an encoding that is the provider's own default is said."""
    seen: Counter[str] = Counter()
    for recording in recordings():
        path = urlsplit(recording.url).path
        side = dialects.operation_server(path)
        sent: Any = recording.request_body
        if recording.api not in _SERVED or side is None or sent is None:
            continue
        asked = side.decode("POST", path, (), json.dumps(sent).encode())
        assert isinstance(asked, Asked), recording.id
        provider = reader(recording, None if recording.api == "count_tokens" else side.dialect)
        exchange = Exchange(provider, asked.request, credential=Credential(()), unix=0.0)
        assert isinstance(exchange.request.body, bytes)
        body: dict[str, Any] = json.loads(exchange.request.body)
        changed = set(_differences(_without_nothing(sent), _without_nothing(body)))
        assert changed <= {"encoding_format", "model"}, recording.id
        seen[recording.api] += 1
    assert seen == {"count_tokens": 3, "embeddings": 46, "rerank": 5}


def _path(recording: Recording, dialect: str) -> str:
    if dialect == "gemini":
        return urlsplit(recording.url).path or "/v1beta/models/gemini-2.5-flash:generateContent"
    return _PATHS[dialect]


def _exchange(recording: Recording, asked: ChatRequest, dialect: str) -> Exchange[ChatResponse]:
    provider, stream = reader(recording, dialect), recording.stream or recording.stream_requested
    return Exchange(provider, asked, stream=stream, credential=Credential(()), unix=0.0, on_loss="drop")


def _differences(one: object, other: object, path: str = "") -> Iterator[str]:
    """The paths of members that differ, without the places in lists."""
    if isinstance(one, dict) and isinstance(other, dict):
        mine, theirs = cast("dict[str, object]", one), cast("dict[str, object]", other)
        for name in mine.keys() | theirs.keys():
            yield from _differences(mine.get(name), theirs.get(name), f"{path}.{name}" if path else name)
    elif isinstance(one, list) and isinstance(other, list):
        ours, others = cast("list[object]", one), cast("list[object]", other)
        if len(ours) != len(others):
            yield path
            return
        for pair in zip(ours, others, strict=True):
            yield from _differences(*pair, f"{path}[]")
    elif one != other:
        yield path


def _plain(body: dict[str, Any], dialect: str) -> object:
    """The body in one form of those that mean the same."""
    rest = {name: value for name, value in body.items() if name not in {"model", "stream"}}
    if dialect == "anthropic":
        rest["system"] = _blocks(rest.get("system"))
        rest["messages"] = [{**said, "content": _blocks(said["content"])} for said in rest["messages"]]
    if dialect == "openai_responses" and isinstance(rest.get("input"), str):
        rest["input"] = [{"role": "user", "content": rest["input"]}]
    found = _without_nothing(rest)
    return _gemini(cast("dict[str, Any]", found)) if dialect == "gemini" else found


def _blocks(content: object) -> object:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _without_nothing(value: object) -> object:
    """JSON without empty members, which say nothing."""
    if isinstance(value, dict):
        members = {name: _without_nothing(inner) for name, inner in cast("dict[str, object]", value).items()}
        return {name: inner for name, inner in members.items() if inner not in (None, {}, [], "")}
    return [_without_nothing(item) for item in cast("list[object]", value)] if isinstance(value, list) else value


def _gemini(body: dict[str, Any]) -> object:
    """Names in camel case, words in lower case, schemas under their newer names, and the contents of one side as one."""
    body = cast("dict[str, Any]", _camel(body))
    for tool in body.get("tools", ()):
        for function in tool.get("functionDeclarations", ()):
            _rename(function, "parameters", "parametersJsonSchema")
    _rename(body.get("generationConfig", {}), "responseSchema", "responseJsonSchema")
    contents: list[dict[str, Any]] = []
    for content in body.get("contents", ()):
        if contents and contents[-1]["role"] == content.get("role", "user"):
            contents[-1]["parts"] += content["parts"]
        else:
            contents.append({"role": "user", **content})
    return {**body, "contents": contents}


def _rename(members: dict[str, Any], old: str, new: str) -> None:
    if old in members:
        members[new] = members.pop(old)


def _camel(value: object) -> object:
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {re.sub(r"_([a-z])", lambda found: found[1].upper(), k): _camel(v) for k, v in members.items()}
    if isinstance(value, list):
        return [_camel(item) for item in cast("list[object]", value)]
    return value.lower() if isinstance(value, str) and re.fullmatch(r"[A-Z]+", value) else value
