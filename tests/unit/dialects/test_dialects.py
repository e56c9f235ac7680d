"""The table of codecs."""

from __future__ import annotations

import pytest

from sansio import ChatRequest, ChatResponse, LocalProtocolError, Request, dialects
from sansio.dialects.openai_chat import CODEC


class Other(Request[ChatResponse], frozen=True):
    pass


class Mine(ChatRequest, frozen=True):
    pass


def test_a_codec_is_found_by_the_kind_of_request() -> None:
    assert dialects.codec_for("openai_chat", ChatRequest(model="m", messages="hi")) is CODEC
    assert dialects.codec_for("openai_chat", Mine(model="m", messages="hi")) is CODEC


def test_what_is_not_there() -> None:
    with pytest.raises(LocalProtocolError, match="no dialect 'x'; there are openai_chat"):
        dialects.codec_for("x", Other())
    with pytest.raises(LocalProtocolError, match="openai_chat has no Other"):
        dialects.codec_for("openai_chat", Other())
