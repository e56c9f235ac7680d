"""The chat request: what is sent of it, and what is not."""

from __future__ import annotations

import msgspec

import sansio
from sansio.types import ChatRequest, StreamOptions


def test_a_bare_text_is_one_message_of_the_user() -> None:
    assert ChatRequest(model="m", messages="hi").conversation == [sansio.user("hi")]
    messages = [sansio.system("brief"), sansio.user("hi")]
    assert ChatRequest(model="m", messages=messages).conversation is messages


def test_unset_is_left_out_and_null_is_sent() -> None:
    request = ChatRequest(model="m", messages="hi", stop=None, temperature=0.0, stream_options=StreamOptions())
    assert msgspec.json.decode(msgspec.json.encode(request)) == {
        "model": "m",
        "messages": "hi",
        "stop": None,
        "temperature": 0.0,
        "stream_options": {},
    }


def test_a_request_decodes_from_what_it_encodes_to() -> None:
    request = ChatRequest(model="m", messages=[sansio.user("hi")], n=2, logit_bias={"5": -1.0}, user=None)
    assert msgspec.json.decode(msgspec.json.encode(request), type=ChatRequest) == request
