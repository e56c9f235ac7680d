"""The tables of codecs and servers."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import pytest

import sansio
from sansio import ChatRequest, ChatResponse, LocalProtocolError, Request, dialects
from sansio.dialects.openai_chat import CODEC
from sansio.dialects.openai_chat.server import SERVER

_OPENAI = sansio.provider("openai")


class Nameless(Request[ChatResponse], frozen=True):
    pass


class Other(Request[ChatResponse], frozen=True):
    operation: ClassVar[str] = "other"


class Mine(ChatRequest, frozen=True):
    pass


def test_a_codec_is_found_by_the_operation() -> None:
    assert dialects.codec_for(_OPENAI, ChatRequest(model="m", messages="hi")) is CODEC
    assert dialects.codec_for(_OPENAI, Mine(model="m", messages="hi")) is CODEC


def test_what_is_not_there() -> None:
    strange = msgspec.structs.replace(_OPENAI, dialect="x")
    with pytest.raises(LocalProtocolError, match=r"no dialect 'x'; there are .*openai_chat"):
        dialects.codec_for(strange, ChatRequest(model="m", messages="hi"))
    able = msgspec.structs.replace(_OPENAI, operations=frozenset({"other"}))
    with pytest.raises(LocalProtocolError, match="openai_chat has no Other"):
        dialects.codec_for(able, Other())
    for request in (Other(), Nameless()):
        with pytest.raises(LocalProtocolError, match=f"openai takes no {type(request).__name__}"):
            dialects.codec_for(_OPENAI, request)


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/chat/completions/", "/a/b/chat/completions?x=y"])
def test_a_server_is_found_by_the_end_of_the_path(path: str) -> None:
    assert dialects.server_for(path) == ("openai_chat", SERVER)


def test_servers_that_are_not_there() -> None:
    assert dialects.server_for("/chat/completions/x") is None
    assert dialects.server("openai_chat") is SERVER
    with pytest.raises(LocalProtocolError, match="no dialect 'x' for servers"):
        dialects.server("x")
