"""Dialects: one package per wire API, with a client side (`CODEC`) and, for chats, a server side (`SERVER`) for gateways."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeVar, cast

from ..errors import LocalProtocolError
from ..types import Provider, Request
from .codec import Codec, Server

if TYPE_CHECKING:
    from .served import OperationServer

R = TypeVar("R")

# OpenAI's APIs beside chat, which are the same whichever of its two chats is used.
_OPENAI: Final = {
    "batch": "openai.batches:GET",
    "batch_cancel": "openai.batches:CANCEL",
    "batch_create": "openai.batches:CREATE",
    "batch_results": "openai.batch_results",
    "batches": "openai.batches:LIST",
    "count_tokens": "openai.count_tokens",
    "embeddings": "openai.embeddings",
    "file": "openai.files:GET",
    "file_content": "openai.files:CONTENT",
    "file_delete": "openai.files:DELETE",
    "file_upload": "openai.files:UPLOAD",
    "files": "openai.files:LIST",
    "image_edits": "openai.images:EDIT",
    "images": "openai.images:GENERATE",
    "model": "openai.models:GET",
    "models": "openai.models:LIST",
    "moderation": "openai.moderations",
    "rerank": "openai.rerank",
    "response": "openai_responses.stored:GET",
    "response_cancel": "openai_responses.stored:CANCEL",
    "response_delete": "openai_responses.stored:DELETE",
    "speech": "openai.speech",
    "transcription": "openai.transcription:TRANSCRIBE",
    "translation": "openai.transcription:TRANSLATE",
}

# For each dialect the modules that hold a `CODEC`, or `module:NAME` for another one, by operation; loaded on first use.
_CODECS: Final[dict[str, dict[str, str]]] = {
    "anthropic": {
        "batch": "anthropic.batches:GET",
        "batch_cancel": "anthropic.batches:CANCEL",
        "batch_create": "anthropic.batches:CREATE",
        "batch_results": "anthropic.batch_results",
        "batches": "anthropic.batches:LIST",
        "chat": "anthropic",
        "count_tokens": "anthropic.count_tokens",
        "file": "anthropic.files:GET",
        "file_content": "anthropic.files:CONTENT",
        "file_delete": "anthropic.files:DELETE",
        "file_upload": "anthropic.files:UPLOAD",
        "files": "anthropic.files:LIST",
        "model": "anthropic.models:GET",
        "models": "anthropic.models:LIST",
    },
    "bedrock_converse": {
        "chat": "bedrock_converse",
        "count_tokens": "bedrock_converse.count_tokens",
        "embeddings": "bedrock_converse.embeddings",
    },
    "cohere": {
        "chat": "cohere",
        "embeddings": "cohere.embeddings",
        "model": "cohere.models:GET",
        "models": "cohere.models:LIST",
        "rerank": "cohere.rerank",
    },
    "gemini": {
        "batch": "gemini.batches:GET",
        "batch_cancel": "gemini.batches:CANCEL",
        "batch_create": "gemini.batches:CREATE",
        "batch_results": "gemini.batches:RESULTS",
        "batches": "gemini.batches:LIST",
        "chat": "gemini",
        "count_tokens": "gemini.count_tokens",
        "embeddings": "gemini.embeddings",
        "file": "gemini.files:GET",
        "file_content": "gemini.files:CONTENT",
        "file_delete": "gemini.files:DELETE",
        "file_upload": "gemini.files:UPLOAD",
        "files": "gemini.files:LIST",
        "images": "gemini.images",
        "model": "gemini.models:GET",
        "models": "gemini.models:LIST",
    },
    "ollama": {
        "chat": "ollama",
        "embeddings": "ollama.embeddings",
        "model": "ollama.models:GET",
        "models": "ollama.models:LIST",
    },
    "openai_chat": {"chat": "openai_chat", **_OPENAI},
    "openai_responses": {"chat": "openai_responses", **_OPENAI},
}

# Operations that a provider has, or has not, together, by the name under which it lists them.
_GROUPS: Final[dict[str, str]] = {
    "batch": "batches",
    "batch_cancel": "batches",
    "batch_create": "batches",
    "batch_results": "batches",
    "file": "files",
    "file_content": "files",
    "file_delete": "files",
    "file_upload": "files",
    "image_edits": "images",
    "model": "models",
    "response": "responses",
    "response_cancel": "responses",
    "response_delete": "responses",
    "translation": "transcription",
}

# The end of the path by which a server knows the dialect of a chat, and the module that holds its `SERVER`.
_SERVERS: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = (
    (re.compile(r".*/model/.+/converse(?:-stream)?/?"), "bedrock_converse", "bedrock_converse.server"),
    (re.compile(r".*/chat/completions/?"), "openai_chat", "openai_chat.server"),
    (re.compile(r".*/v2/chat/?"), "cohere", "cohere.server"),
    (re.compile(r".*/api/chat/?"), "ollama", "ollama.server"),
    (re.compile(r".*/responses/?"), "openai_responses", "openai_responses.server"),
    (re.compile(r".*/messages/?"), "anthropic", "anthropic.server"),
    (re.compile(r".*/[^/]+:(?:streamG|g)enerateContent/?"), "gemini", "gemini.server"),
)


# The end of the path by which a server knows an operation beside the chat, and the module that holds its `SERVER`.
_SERVED: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r".*/model/.+/count-tokens/?"), "bedrock_converse.server_count"),
    (re.compile(r".*/messages/count_tokens/?"), "anthropic.server_count"),
    (re.compile(r".*/responses/input_tokens/?"), "openai_responses.server_count"),
    (re.compile(r".*/(?:models|tunedModels|endpoints)/[^/]+:countTokens/?"), "gemini.server_count"),
    (re.compile(r".*/(?:embeddings|moderations|rerank)/?"), "openai.server"),
)


def names() -> tuple[str, ...]:
    """The dialects, sorted."""
    return tuple(sorted(_CODECS))


def codec_for(provider: Provider, request: Request[R]) -> Codec[Request[R], R]:
    """The codec for requests like this one at *provider*; raises LocalProtocolError where there is none."""
    operation: str = getattr(type(request), "operation", "")
    if operation != "chat" and _GROUPS.get(operation, operation) not in provider.operations:
        raise LocalProtocolError(f"{provider.name} takes no {type(request).__name__}")
    if (modules := _CODECS.get(provider.dialect)) is None:
        raise LocalProtocolError(f"no dialect {provider.dialect!r}; there are {', '.join(names())}")
    if (module := modules.get(operation)) is None:
        raise LocalProtocolError(f"{provider.dialect} has no {type(request).__name__}")
    # The table pairs each operation with the codec of its kind of request, which no type can say of a dict.
    module, _, name = module.partition(":")
    return cast("Codec[Request[R], R]", _loaded(module, name or "CODEC"))


def server_for(path: str) -> tuple[str, Server] | None:
    """The dialect that a chat at *path* speaks, and its server side; None where no dialect has such a path."""
    path = path.partition("?")[0]
    for pattern, dialect, module in _SERVERS:
        if pattern.fullmatch(path):
            return dialect, server(dialect, module)
    return None


def server(dialect: str, module: str | None = None) -> Server:
    """The server side of *dialect*; raises LocalProtocolError where there is none."""
    module = module or next((module for _, name, module in _SERVERS if name == dialect), None)
    if module is None:
        raise LocalProtocolError(f"no dialect {dialect!r} for servers")
    return cast("Server", _loaded(module, "SERVER"))


def operation_server(path: str) -> OperationServer | None:
    """The server side of the operation beside the chat at *path*; None where there is none."""
    path = path.partition("?")[0]
    module = next((module for pattern, module in _SERVED if pattern.fullmatch(path)), None)
    return None if module is None else cast("OperationServer", _loaded(module, "SERVER"))


@cache
def _loaded(module: str, name: str) -> object:
    found: object = getattr(import_module(f".{module}", __name__), name)
    return found


__all__ = ["codec_for", "names", "operation_server", "server", "server_for"]
