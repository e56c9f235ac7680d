"""The server side as a gateway uses it."""

from __future__ import annotations

import json

import pytest

from sansio.dialects import server, server_for
from sansio.dialects.gemini.server import SERVER
from sansio.errors import Failure
from sansio.events import Completed
from sansio.gateway import Connection, RequestReceived
from sansio.types import ChatRequest, ChatResponse, Choice, Message

BODY = json.dumps({"contents": [{"parts": [{"text": "hi"}]}]}).encode()


@pytest.mark.parametrize(
    "path",
    [
        "/v1beta/models/gemini-x:generateContent",
        "/v1beta/models/gemini-x:streamGenerateContent?alt=sse",
        "/v1/projects/p/locations/l/publishers/google/models/x:generateContent",
        "/v1/projects/p/locations/l/endpoints/1:streamGenerateContent",
    ],
)
def test_a_server_is_known_by_its_paths(path: str) -> None:
    assert server_for(path) == ("gemini", SERVER)
    assert server("gemini") is SERVER


def test_a_connection_speaks_it() -> None:
    connection = Connection()
    head = f"POST /v1beta/models/m:streamGenerateContent?alt=sse HTTP/1.1\r\nhost: a\r\ncontent-length: {len(BODY)}\r\n\r\n"
    connection.receive_data(head.encode() + BODY)
    received = connection.next_event()
    assert isinstance(received, RequestReceived)
    assert (received.request, received.stream) == (
        ChatRequest(model="m", messages=[Message("user", "hi")], stream=True, dialect="gemini"),
        True,
    )
    said = connection.send(
        Completed(ChatResponse(id="r", created=0, model="m", choices=[Choice(0, Message("assistant", "yo"), "stop")]))
    )
    assert b"content-type: text/event-stream" in said
    assert b'"text":"yo"' in said


def test_an_answer_and_a_failure() -> None:
    response = ChatResponse(id="r", created=0, model="m", choices=[])
    assert json.loads(SERVER.encode_response(response)) == {"candidates": [], "modelVersion": "m", "responseId": "r"}
    status, _, body = SERVER.encode_failure(Failure(kind="not_found", message="no"))
    assert (status, json.loads(body)) == (404, {"error": {"code": 404, "message": "no", "status": "NOT_FOUND"}})
