"""The recorded calls of APIs beside chat, and the request that each is an answer to."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sansio.types import (
    CancelBatchRequest,
    CreateBatchRequest,
    DeleteFileRequest,
    EmbeddingRequest,
    FileContentRequest,
    GetBatchRequest,
    GetFileRequest,
    GetModelRequest,
    ImageEditRequest,
    ImageRequest,
    ListBatchesRequest,
    ListFilesRequest,
    ListModelsRequest,
    ModerationRequest,
    Request,
    RerankRequest,
    SpeechRequest,
    TranscriptionRequest,
    TranslationRequest,
    Upload,
    UploadFileRequest,
)

Recording = dict[str, Any]

_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "corpus"
# Their own APIs beside chat are the business of their dialects' tests.
_OTHERS = {"anthropic", "bedrock", "cohere", "gemini", "huggingface", "ollama", "vertex"}
_CHATS = {"chat_completions", "responses", "native_chat", "generate_content", "messages", "converse", "chat"}
_SOUND, _IMAGE = Upload(b"sound", "a.mp3"), Upload(b"image", "a.png")


def _embeddings(recording: Recording) -> EmbeddingRequest:
    body: dict[str, Any] = recording.get("request_body") or {}
    return EmbeddingRequest(model="m", input="hi", encoding_format=body.get("encoding_format"))


def _transcription(recording: Recording) -> TranscriptionRequest:
    format_ = "text" if recording["format"] == "text" else None
    return TranscriptionRequest(model="m", file=_SOUND, response_format=format_)


def _batch(_: Recording) -> CreateBatchRequest:
    return CreateBatchRequest(input_file_id="file-1", endpoint="/v1/chat/completions", completion_window="24h")


# What is asked, by the API and a pattern of the method and the path; the first that fits counts, None is out of scope.
_ASKED: list[tuple[str, str, Callable[[Recording], Request[Any]] | None]] = [
    ("audio", r"POST .*/speech", lambda _: SpeechRequest(model="m", input="hi", voice="alloy")),
    ("audio", r"POST .*/translations", lambda _: TranslationRequest(model="m", file=_SOUND)),
    ("audio", r"POST .*/(transcriptions|stt)", _transcription),
    ("batches", r"POST .*/cancel", lambda _: CancelBatchRequest(id="1")),
    ("batches", r"POST .*/(batches|jobs)", _batch),
    ("batches", r"GET .*/batches", lambda _: ListBatchesRequest()),
    ("batches", r"GET .*/(batches|jobs)/[^/]+", lambda _: GetBatchRequest(id="1")),
    ("embeddings", r"POST .*", _embeddings),
    ("files", r".* /v1/containers/.*", None),
    ("files", r"POST .*", lambda _: UploadFileRequest(file=_SOUND)),
    ("files", r"DELETE .*", lambda _: DeleteFileRequest(id="1")),
    ("files", r"GET .*/files", lambda _: ListFilesRequest()),
    ("files", r"GET .*/content", lambda _: FileContentRequest(id="1")),
    ("files", r"GET .*/files/[^/]+", lambda _: GetFileRequest(id="1")),
    ("images", r"POST .*/edits", lambda _: ImageEditRequest(model="m", prompt="a cat", images=[_IMAGE])),
    ("images", r"POST .*", lambda _: ImageRequest(model="m", prompt="a cat")),
    ("images", r"GET .*/models", lambda _: ListModelsRequest()),
    ("images", r"GET .*/prompt/.*", None),  # pollinations: the image itself
    ("models", r"GET .*/models/search", None),  # cloudflare's own API
    ("models", r"(GET .*/models|POST )", lambda _: ListModelsRequest()),
    ("models", r"GET .*/models/[^/]+", lambda _: GetModelRequest(model="m")),
    ("models", r"DELETE .*", None),
    ("moderations", r"POST .*", lambda _: ModerationRequest(model="m", input="hi")),
    ("rerank", r"POST .*", lambda _: RerankRequest(model="m", query="q", documents=["d"])),
]
_OWN_BATCHES = ("xai", "batches")
# Other APIs, and how many recordings there are of each.
OUT_OF_SCOPE: dict[str, int] = {
    "aleph_alpha other": 1,
    "azure_openai completions": 1,
    "cloudflare models": 3,
    "cloudflare run": 43,
    "mistral ocr": 1,
    "mistral other": 1,
    "openai assistants": 64,
    "openai completions": 96,
    "openai containers": 10,
    "openai conversations": 8,
    "openai files": 6,
    "openai fine_tuning": 20,
    "openai models": 1,
    "openai other": 3,
    "openai realtime": 2,
    "openai skills": 4,
    "openai uploads": 5,
    "openai vector_stores": 18,
    "openai_compatible completions": 10,
    "pollinations images": 1,
    "together completions": 3,
    "watsonx generate": 2,
    "writer completions": 2,
    "xai batches": 3,
    "xai video": 3,
}


@cache
def recordings() -> list[Recording]:
    found: list[Recording] = []
    for path in sorted(_FOLDER.glob("*.jsonl.gz")):
        lines = gzip.decompress(path.read_bytes()).splitlines()
        found += [json.loads(line) for line in lines]
    return [item for item in found if item["api"] not in _CHATS and item["provider"] not in _OTHERS]


def _path(recording: Recording) -> str:
    url: str = recording["url"]
    return urlsplit(url).path


def asked(recording: Recording) -> Request[Any] | None:
    """What the recording is an answer to; None where it is out of scope."""
    if (recording["provider"], recording["api"]) == _OWN_BATCHES:
        return None
    call = f"{recording['method']} {_path(recording)}"
    fitting = (make for api, pattern, make in _ASKED if api == recording["api"] and re.fullmatch(pattern, call))
    make = next(fitting, None)
    return None if make is None else make(recording)
