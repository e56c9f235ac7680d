"""Requests as they come to a server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET, Raw

from sansio import ChatRequest
from sansio.dialects.gemini.server import SERVER
from sansio.errors import Failure

PATH = "/v1beta/models/m:generateContent"


def decoded(body: object, path: str = PATH) -> ChatRequest | Failure:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return SERVER.decode("POST", path, (), data)


def request(**body: Any) -> ChatRequest:
    found = decoded({"contents": [], **body})
    assert isinstance(found, ChatRequest), found
    return found


@pytest.mark.parametrize(
    ("path", "model", "stream"),
    [
        (PATH, "m", UNSET),
        ("/v1beta/models/m:streamGenerateContent?alt=sse", "m", True),
        ("/v1/tunedModels/t:generateContent", "tunedModels/t", UNSET),
        ("/v1/projects/p/locations/l/publishers/google/models/x%40001:generateContent", "x@001", UNSET),
        ("/v1/projects/p/locations/l/publishers/meta/models/x:generateContent", "meta/x", UNSET),
        ("/v1/projects/p/locations/l/endpoints/7:streamGenerateContent", "endpoints/7", True),
    ],
)
def test_the_model_and_the_stream_stand_in_the_path(path: str, model: str, stream: object) -> None:
    found = decoded({}, path)
    assert isinstance(found, ChatRequest)
    assert (found.model, found.stream) == (model, stream)


def test_further_members_are_kept() -> None:
    found = request(safetySettings=[], cached_content="c", model="models/m", labels=None)
    assert found.extra == {"safetySettings": Raw(b"[]"), "cachedContent": Raw(b'"c"')}


def test_null_is_as_good_as_nothing() -> None:
    found = request(systemInstruction=None, tools=None, generationConfig={"temperature": None}, toolConfig=None)
    assert found == ChatRequest(model="m", messages=[])


def test_the_choice_of_no_tools_says_nothing() -> None:
    assert request(toolConfig={"functionCallingConfig": {"mode": "ANY"}}).extra is not None


def test_instructions() -> None:
    assert request(systemInstruction={"role": "user", "parts": [{"text": "a"}]}).conversation[0].content == "a"
    message = request(system_instruction={"parts": [{"text": "a"}, {"text": "b"}], "x": 1}).conversation[0]
    assert (message.role, message.text, message.extra) == ("system", "ab", {"x": Raw(b"1")})


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/v1/models", (), 404),
        ("GET", PATH, (), 405),
        ("POST", PATH, (("content-encoding", "gzip"),), 415),
    ],
)
def test_what_is_no_request(method: str, path: str, headers: tuple[tuple[str, str], ...], status: int) -> None:
    failure = SERVER.decode(method, path, headers, b"{}")
    assert isinstance(failure, Failure)
    assert failure.status == status


MISFITS: list[Any] = [
    ([], "$"),
    ({"contents": 7}, "contents"),
    ({"contents": [7]}, "contents[0]"),
    ({"contents": [{"parts": 7}]}, "contents[0].parts"),
    ({"contents": [{"parts": [7]}]}, "contents[0].parts[0]"),
    ({"contents": [{"parts": [{"text": []}]}]}, "contents[0].parts[0].text"),
    ({"contents": [{"role": "model", "parts": [{"text": []}]}]}, "contents[0].parts[0]"),
    ({"generationConfig": {"temperature": []}}, "generationConfig.temperature"),
    ({"tools": [{"functionDeclarations": [{}]}]}, "tools[0].functionDeclarations[0].name"),
    ({"serviceTier": 7}, "serviceTier"),
]


@pytest.mark.parametrize(("body", "param"), MISFITS)
def test_a_value_of_a_wrong_type(body: object, param: str) -> None:
    failure = decoded(body)
    assert isinstance(failure, Failure)
    assert (failure.status, failure.param) == (400, param)
    assert param in failure.message


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 300 + b"]" * 300])
def test_what_is_no_json(body: bytes) -> None:
    failure = decoded(body)
    assert isinstance(failure, Failure)
    assert failure.kind == "bad_request"
