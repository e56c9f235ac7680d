"""Connection and its clients: no byte makes it raise, and how the bytes are cut does not matter."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sansio.events import Completed, TextDelta
from sansio.gateway import Action, Close, Connection, Conversation, Pause, Reset, Step, Write
from sansio.http import Limits
from sansio.testing.strategies import fragmented
from sansio.types import ChatResponse, Choice, Message

STEPS: list[Step] = [
    TextDelta("a"),
    Completed(ChatResponse("c", 1, "m", [Choice(0, Message("assistant", "a"), "stop")])),
]
JSON = b'{"model":"m","messages":[],"stream":true}'
REQUESTS = [
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n%b" % (len(JSON), JSON),
    b"POST /chat/completions HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3;x\r\n%b\r\n%x\r\n%b\r\n0\r\na: b\r\n\r\n"
    % (JSON[:3], len(JSON) - 3, JSON[3:]),
    b"POST /chat/completions HTTP/1.0\r\ncontent-length: 2\r\n\r\n{}",
    b"GET /v1/models HTTP/1.1\r\nhost: h\r\n\r\n",
    b"HEAD / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n",
    b"\r\n",
]
PIECES = [
    *REQUESTS,
    b"POST ",
    b" HTTP/1.1\r\n",
    b"content-length: 9\r\n",
    b"transfer-encoding: chunked\r\n",
    b"\r\n\r\n",
    b"0\r\n",
]

# How h11 words a refusal depends on how much it has seen.
WORDS = re.compile(rb'"message":"[^"]*"|content-length: \d+')


def answered(pieces: list[bytes]) -> tuple[bytes, list[Action]]:
    """What is written, and every other action."""
    machine = Conversation(Connection(models=["m"], limits=Limits(head=1000, body=1000)), lambda _: STEPS)
    written = b""
    others: list[Action] = []
    for piece in [*pieces, b""]:
        machine.receive_data(piece)
        for action in iter(machine.next_action, None):
            match action:
                case Write(data):
                    written += data
                case Pause() | Close() | Reset():
                    others.append(action)
    return WORDS.sub(b"", written), others


@given(st.data(), st.lists(st.sampled_from(PIECES) | st.binary(max_size=20), max_size=4).map(b"".join))
def test_any_bytes_in_any_pieces_are_answered_alike(data: st.DataObject, sent: bytes) -> None:
    assert answered(data.draw(fragmented(sent))) == answered([sent] if sent else [])


@given(st.lists(st.sampled_from(REQUESTS), max_size=3).map(b"".join))
def test_byte_by_byte_is_no_different(sent: bytes) -> None:
    assert answered([sent[n : n + 1] for n in range(len(sent))]) == answered([sent] if sent else [])
