"""Dialects: one package per wire API, with a client side (here) and a server side (for gateways)."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any, Final, TypeVar, cast

from ..errors import LocalProtocolError
from ..types import ChatRequest, Request
from .codec import Codec

R = TypeVar("R")

# For each dialect the modules that hold a `CODEC`, by the kind of request; loaded on first use.
_CODECS: Final[dict[str, dict[type[Request[Any]], str]]] = {
    "openai_chat": {ChatRequest: "openai_chat"},
}


def names() -> tuple[str, ...]:
    """The dialects, sorted."""
    return tuple(sorted(_CODECS))


def codec_for(dialect: str, request: Request[R]) -> Codec[Request[R], R]:
    """The codec for requests like this one in *dialect*; raises LocalProtocolError where there is none."""
    if (modules := _CODECS.get(dialect)) is None:
        raise LocalProtocolError(f"no dialect {dialect!r}; there are {', '.join(names())}")
    module = next((modules[kind] for kind in type(request).__mro__ if kind in modules), None)
    if module is None:
        raise LocalProtocolError(f"{dialect} has no {type(request).__name__}")
    # The table pairs each kind of request with the codec of that kind, which no type can say of a dict.
    return cast("Codec[Request[R], R]", _codec(module))


@cache
def _codec(module: str) -> object:
    codec: object = import_module(f".{module}", __name__).CODEC
    return codec


__all__ = ["codec_for", "names"]
