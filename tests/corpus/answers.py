"""What a plain second reading of an answer that is no chat says, beside the typed one."""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Callable
from typing import Any

from sansio.types import (
    Batch,
    BatchList,
    BatchResults,
    ChatResponse,
    EmbeddingResponse,
    FileContent,
    FileDeleted,
    FileList,
    FileObject,
    ImageResponse,
    Model,
    ModelList,
    ModerationResponse,
    RerankResponse,
    ResponseDeleted,
    SpeechResponse,
    TokenCount,
    TranscriptionResponse,
)
from tests.corpus.recordings import Recording

Json = Any  # any JSON
Told = tuple[object, object]
"""The same, as ours has it and as it stands in the body."""

_LISTS = ("data", "models", "files", "images", "predictions", "results")


def told(response: object, recording: Recording) -> Told:
    """What *response* holds, and what the recording says."""
    return _READERS[type(response)](response, recording)


def _said(recording: Recording) -> Json:
    return json.loads(recording.body)


def _listed(recording: Recording) -> list[Json]:
    said: list[Json] | dict[str, list[Json]] = _said(recording)
    return said if isinstance(said, list) else next(said[name] for name in _LISTS if said.get(name))


def _id(item: Json) -> str:
    """An id, which is a name at Google, and there without its kind for models."""
    if isinstance(item, str):
        return item
    name: str = item.get("id") or item["name"].removeprefix("models/")
    return name


def _one(response: Batch | FileDeleted | FileObject | Model | ResponseDeleted, recording: Recording) -> Told:
    said = _said(recording)
    return response.id, _id(said.get("file", said))


def _models(response: ModelList, recording: Recording) -> Told:
    return [item.id for item in response.data], [_id(item) for item in _listed(recording)]


def _page(response: BatchList | FileList, recording: Recording) -> Told:
    said = _said(recording)
    following = said.get("last_id") if said.get("has_more") else said.get("nextPageToken")
    ids = [_id(item) for item in _listed(recording)]
    return ([item.id for item in response.data], response.next), (ids, following)


def _results(response: BatchResults, recording: Recording) -> Told:
    assert all(isinstance(item.outcome, ChatResponse) for item in response.results)
    lines = recording.body.splitlines()
    return [item.custom_id for item in response.results], [json.loads(line)["custom_id"] for line in lines]


def _chat(response: ChatResponse, recording: Recording) -> Told:
    found = re.search(r'"id": ?"((?:msg|resp)_\w+)"', recording.response_body)
    return response.id, found and found[1]


def _count(response: TokenCount, recording: Recording) -> Told:
    said = _said(recording)
    return response.input_tokens, said.get("input_tokens", said.get("totalTokens"))


# Where the vectors stand, elsewhere than at OpenAI.
_VECTORS: dict[str, Callable[[Json], list[Json]]] = {
    "cohere": lambda said: list(said["embeddings"]["float"]),
    "gemini": lambda said: [item["values"] for item in said.get("embeddings") or [said["embedding"]]],
    "vertex": lambda said: [item["embeddings"]["values"] for item in said["predictions"]],
}


def _vectors(response: EmbeddingResponse, recording: Recording) -> Told:
    assert [item.index for item in response.data] == list(range(len(response.data)))
    find = _VECTORS.get(recording.provider, lambda said: [item["embedding"] for item in said["data"]])
    said = [_numbers(vector, recording) for vector in find(_said(recording))]
    return [list(item.embedding) for item in response.data], said


def _numbers(vector: list[float] | str, recording: Recording) -> list[float]:
    if isinstance(vector, list):
        return vector
    data = base64.b64decode(vector)
    return list(struct.unpack(f"<{len(data)}b" if recording.provider == "perplexity" else f"<{len(data) // 4}f", data))


def _images(response: ImageResponse, recording: Recording) -> Told:
    ours = [(image.url, image.b64_json, image.filtered) for image in response.data]
    assert all(any(image) for image in ours)
    return ours, [
        (
            item.get("url") or item.get("gcsUri"),
            item.get("b64_json") or item.get("image") or item.get("bytesBase64Encoded"),
            item.get("raiFilteredReason"),
        )
        for item in _listed(recording)
    ]


def _content(response: FileContent | SpeechResponse, recording: Recording) -> Told:
    mistral = recording.provider == "mistral"
    return response.content, base64.b64decode(_said(recording)["audio_data"]) if mistral else recording.body


def _transcript(response: TranscriptionResponse, recording: Recording) -> Told:
    body = recording.response_body
    if recording.format == "text":
        return response.text, body
    said = json.loads(body.split("data: ")[-2]) if recording.stream else json.loads(body)
    segments = [item["text"] for item in said.get("segments", ())]
    if recording.stream:
        segments = re.findall(r'"transcript.text.segment","text":"(.*?)"', body)
    ours = response.text, [item.text for item in response.segments or ()], len(response.words or ())
    return ours, (said["text"], segments, len(said.get("words", ())))


def _moderation(response: ModerationResponse, recording: Recording) -> Told:
    ours = [(item.flagged, item.category_scores) for item in response.results]
    return ours, [(item["flagged"], item["category_scores"]) for item in _listed(recording)]


def _ranks(response: RerankResponse, recording: Recording) -> Told:
    said = _said(recording)
    billed = said.get("meta", {}).get("billed_units", {})
    pairs = [(item["index"], item["relevance_score"]) for item in _listed(recording)]
    tokens = said.get("usage", {}).get("total_tokens")
    ours = [(item.index, item.relevance_score) for item in response.results]
    used = response.usage and response.usage.total_tokens
    return (ours, used, response.search_units), (pairs, tokens, billed.get("search_units"))


_READERS: dict[type, Callable[[Any, Recording], Told]] = {  # each takes the type under which it stands
    Batch: _one,
    BatchList: _page,
    BatchResults: _results,
    ChatResponse: _chat,
    EmbeddingResponse: _vectors,
    FileContent: _content,
    FileDeleted: _one,
    FileList: _page,
    FileObject: _one,
    ImageResponse: _images,
    Model: _one,
    ModelList: _models,
    ModerationResponse: _moderation,
    RerankResponse: _ranks,
    ResponseDeleted: _one,
    SpeechResponse: _content,
    TokenCount: _count,
    TranscriptionResponse: _transcript,
}
