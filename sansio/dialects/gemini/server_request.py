"""The server's way in: the path and the bytes of a generateContent request to a ChatRequest, with unknown members kept.

https://ai.google.dev/api/generate-content.  What the client sends is data: a request that cannot be read becomes a
Failure, worded for its sender.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from msgspec import Raw

from ...errors import Failure, kind_of_status
from ...http import Headers, Limits
from ...types import ChatRequest, Message
from ..lenient import REFUSALS, check_depth
from .objects import Invalid, members, typed
from .server_contents import Conversation, content_part, plain
from .server_generation import parameters
from .server_tools import choice, strict, tools

MODELS: Final = (
    r".*?(?:/publishers/(?P<publisher>[^/]+))?/(?P<collection>models|tunedModels|endpoints)/(?P<model>[^/]+)"
)
"""The pattern of a path up to its method."""

_PATH: Final = re.compile(MODELS + r":(?P<method>g|streamG)enerateContent/?")
_DEPTH: Final = Limits().depth

T = TypeVar("T")


def decode_request(method: str, path: str, headers: Headers, body: bytes) -> ChatRequest | Failure:
    """The chat request in *path* and *body*, or why there is none: a Failure with the status to answer.

    The model and whether to stream stand in the path, in the forms of both the Gemini API and Vertex AI.  Members without
    a canonical form are in `extra`, those of `generationConfig` and `toolConfig` under these names.
    """
    return read_call((method, path), _PATH, headers, body, _chat)


def _chat(model: str, path: re.Match[str], raw: Raw) -> ChatRequest:
    return chat_request(raw, model, stream=path["method"] == "streamG")


def read_call(
    target: tuple[str, str],
    pattern: re.Pattern[str],
    headers: Headers,
    body: bytes,
    read: Callable[[str, re.Match[str], Raw], T],
) -> T | Failure:
    """What *read* makes of the model, the path and the body of a call of a model's method, or why there is none.

    *target* is the request's method and path.
    """
    method, path = target
    found = pattern.fullmatch(path.partition("?")[0])
    if found is None:
        return _failure(404, f"{method} {path} is no method of a model.")
    if method != "POST":
        return _failure(405, f"Not allowed to {method} on {path}; use POST.")
    if coding := next((value for name, value in headers if name.lower() == "content-encoding"), ""):
        return _failure(415, f"The request body has the content coding {coding}; send it without one.")
    try:
        check_depth(body, _DEPTH)
        return read(_model(found), found, Raw(body))
    except Invalid as exc:
        return _failure(400, f"Invalid value at '{exc.path}': {exc.reason}.", param=exc.path)
    except REFUSALS as exc:
        return _failure(400, f"Invalid JSON payload received: {exc}.")


def _model(path: re.Match[str]) -> str:
    """The model's name: with its collection, or its publisher, where that is not the usual one."""
    from urllib.parse import unquote

    name = unquote(path["model"])
    if path["collection"] != "models":
        return f"{path['collection']}/{name}"
    publisher = path["publisher"]
    return name if publisher in (None, "google") else f"{publisher}/{name}"


def _failure(status: int, message: str, *, param: str | None = None) -> Failure:
    return Failure(kind=kind_of_status(status), message=message, status=status, param=param)


def chat_request(raw: Raw, model: str, *, stream: bool) -> ChatRequest:
    """The chat request in a body.  Raises Invalid."""
    body = {name: value for name, value in members(raw, "$").items() if bytes(value) != b"null"}
    given: dict[str, object] = {}
    extra: dict[str, Raw] = {}
    messages = _messages(body)
    if "tools" in body:
        given["tools"] = found = tools(body.pop("tools"), "tools")
        if "toolConfig" in body:
            mixed = len({type(tool) for tool in found}) > 1
            chosen, validated, rest = choice(body.pop("toolConfig"), "toolConfig", mixed=mixed)
            if validated and chosen is None:
                given["tools"] = strict(found)
            if chosen is not None:
                given["tool_choice"] = chosen
            if rest is not None:
                extra["toolConfig"] = rest
    if "generationConfig" in body:
        known, rest = parameters(body.pop("generationConfig"), "generationConfig")
        given |= known
        if rest is not None:
            extra["generationConfig"] = rest
    if "serviceTier" in body:
        given["service_tier"] = typed(body.pop("serviceTier"), str, "serviceTier").lower()
    if "store" in body:
        given["store"] = typed(body.pop("store"), bool, "store")
    extra |= {name: value.copy() for name, value in body.items() if name not in _IN_PATH}
    given |= {"stream": True} if stream else {}
    return msgspec.structs.replace(ChatRequest(model=model, messages=messages, extra=extra or None), **given)


_IN_PATH: Final = frozenset({"model"})  # some say it in the body, too


def _messages(body: dict[str, Raw]) -> list[Message]:
    conversation = Conversation()
    messages: list[Message] = []
    if "systemInstruction" in body:
        messages.append(_instruction(body.pop("systemInstruction")))
    for place, content in enumerate(typed(body.pop("contents", Raw(b"[]")), list[Raw], "contents")):
        conversation.add(content, f"contents[{place}]")
    return messages + conversation.messages


def _instruction(raw: Raw) -> Message:
    content = members(raw, "systemInstruction")
    content.pop("role", None)
    raws = typed(content.pop("parts", Raw(b"[]")), list[Raw], "systemInstruction.parts")
    parts = [content_part(part, f"systemInstruction.parts[{place}]") for place, part in enumerate(raws)]
    return Message("system", plain(parts), extra={name: value.copy() for name, value in content.items()} or None)
