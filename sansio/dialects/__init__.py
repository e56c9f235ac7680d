"""Dialects: one package per wire API, with a client side (`CODEC`) and, for chats, a server side (`SERVER`) for gateways."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Final, TypeVar, cast

from ..errors import LocalProtocolError
from ..types import Provider, Request
from .codec import Codec, Server

R = TypeVar("R")

# For each dialect the modules that hold a `CODEC`, by operation; loaded on first use.
_CODECS: Final[dict[str, dict[str, str]]] = {
    "openai_chat": {"chat": "openai_chat"},
}

# The end of the path by which a server knows the dialect of a chat, and the module that holds its `SERVER`.
_SERVERS: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = (
    (re.compile(r".*/chat/completions/?"), "openai_chat", "openai_chat.server"),
)


def names() -> tuple[str, ...]:
    """The dialects, sorted."""
    return tuple(sorted(_CODECS))


def codec_for(provider: Provider, request: Request[R]) -> Codec[Request[R], R]:
    """The codec for requests like this one at *provider*; raises LocalProtocolError where there is none."""
    operation = getattr(type(request), "operation", None)
    dialect = provider.dialect if operation == "chat" else provider.operations.get(str(operation))
    if dialect is None:
        raise LocalProtocolError(f"{provider.name} takes no {type(request).__name__}")
    if (modules := _CODECS.get(dialect)) is None:
        raise LocalProtocolError(f"no dialect {dialect!r}; there are {', '.join(names())}")
    if (module := modules.get(str(operation))) is None:
        raise LocalProtocolError(f"{dialect} has no {type(request).__name__}")
    # The table pairs each operation with the codec of its kind of request, which no type can say of a dict.
    return cast("Codec[Request[R], R]", _loaded(module, "CODEC"))


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


@cache
def _loaded(module: str, name: str) -> object:
    found: object = getattr(import_module(f".{module}", __name__), name)
    return found


__all__ = ["codec_for", "names", "server", "server_for"]
