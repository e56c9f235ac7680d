"""Answers to whatever is no chat: what has another shape is none, in every dialect and operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import sansio
from sansio import ChatRequest, Completed, Exchange, Failed, LocalProtocolError
from sansio import types as t
from sansio.dialects.operation import listed

_CHAT = ChatRequest(model="m", messages="hi")
_FILE = t.Upload(b"1", "a.mp3")
_REQUESTS: tuple[t.Request[Any], ...] = (
    t.CancelBatchRequest(id="b"),
    t.CountTokensRequest(chat=_CHAT),
    t.CreateBatchRequest(input_file_id="f", endpoint="/v1/chat/completions", model="m"),
    t.CreateBatchRequest(requests=[t.BatchItem("a", _CHAT)]),
    t.DeleteFileRequest(id="f"),
    t.EmbeddingRequest(model="cohere.embed-v4", input="a"),
    t.GetBatchRequest(id="b"),
    t.GetFileRequest(id="f"),
    t.GetModelRequest(model="m"),
    t.ImageEditRequest(model="m", images=[_FILE], prompt="p"),
    t.ImageRequest(model="imagen-4", prompt="p"),
    t.ImageRequest(model="m", prompt="p"),
    t.ListBatchesRequest(),
    t.ListFilesRequest(),
    t.ListModelsRequest(),
    t.ModerationRequest(model="m", input="a"),
    t.RerankRequest(model="m", query="q", documents=["a"]),
    t.SpeechRequest(model="m", input="a", voice="v", stream_format="sse"),
    t.SpeechRequest(model="m", input="a", voice="v"),
    t.TranscriptionRequest(model="m", file=_FILE),
    t.TranslationRequest(model="m", file=_FILE),
    t.UploadFileRequest(file=_FILE, purpose="batch"),
)
_OPTIONS: dict[str, dict[str, Any]] = {"bedrock": {"region": "us-east-1"}, "vertex_ai": {"project": "p"}}
_PROVIDERS = ("anthropic", "bedrock", "cohere", "gemini", "mistral", "ollama", "openai", "vertex_ai", "xai")
# What Google has left out where it says nothing: https://protobuf.dev/programming-guides/json/#field-presence.
_EMPTY = {"batch_cancel", "batches", "file_delete", "files", "images"}

_OTHERS = (
    b'{"foo":1}',
    b'{"status":"ok"}',
    b'{"data":[{}]}',
    b'{"data":[{"foo":1}]}',
    b'{"data":null}',
    b'{"results":[{}]}',
    b'{"models":[{}]}',
    b'{"files":[{}]}',
    b'{"operations":[{}]}',
    b'{"predictions":[{}]}',
    b'{"embeddings":[{}]}',
    b'{"text":null}',
    b'{"deleted":true}',
    b'"text"',
    b"null",
    b"7",
    b"<html></html>",
)


def _asked(name: str) -> Iterator[tuple[t.Request[Any], bool]]:
    """The requests that the provider takes, streamed and not."""
    provider = sansio.provider(name, api_key="k", **_OPTIONS.get(name, {}))
    for request in _REQUESTS:
        for stream in (False, True):
            try:
                Exchange(provider, request, stream=stream, on_loss="drop", seed=b"0" * 16)
            except LocalProtocolError:
                continue
            yield request, stream


def _outcome(name: str, request: t.Request[Any], body: bytes, *, stream: bool) -> Completed[Any] | Failed | None:
    provider = sansio.provider(name, api_key="k", **_OPTIONS.get(name, {}))
    exchange = Exchange(provider, request, stream=stream, on_loss="drop", seed=b"0" * 16)
    exchange.receive_head(200, [("content-type", "application/json")])
    exchange.receive_data(body)
    exchange.receive_eof()
    return exchange.outcome


@pytest.mark.parametrize("name", _PROVIDERS)
def test_a_document_of_another_shape_is_no_answer(name: str) -> None:
    asked = list(_asked(name))
    assert asked
    for request, stream in asked:
        for body in _OTHERS:
            if isinstance(request, t.SpeechRequest) and not body.startswith((b"{", b"[")):
                continue  # what is no JSON object may be sound
            end = _outcome(name, request, body, stream=stream)
            assert isinstance(end, Failed), (request, body)
            assert end.failure.kind in {"protocol", "truncated"}, (request, body)


@pytest.mark.parametrize("name", _PROVIDERS)
def test_an_empty_object_is_no_answer_but_where_defaults_are_left_out(name: str) -> None:
    for request, stream in _asked(name):
        end = _outcome(name, request, b"{}", stream=stream)
        empty = name in {"gemini", "vertex_ai"} and request.operation in _EMPTY and getattr(request, "model", "") != "m"
        assert isinstance(end, Completed) == empty, request


def test_the_items_of_a_page() -> None:
    def read(item: int) -> str | None:
        return str(item) if item else None

    assert listed([], read) == []
    assert listed([1, 0, 2], read) == ["1", "2"]
    assert listed([0, 0], read) is None
