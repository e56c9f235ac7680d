"""What the recorded exchanges that are no chats are answers to, as data; and how many are of APIs that are none of ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from sansio.types import (
    BatchItem,
    BatchResultsRequest,
    CancelBatchRequest,
    CancelResponseRequest,
    ChatRequest,
    CountTokensRequest,
    CreateBatchRequest,
    DeleteFileRequest,
    DeleteResponseRequest,
    EmbeddingRequest,
    FileContentRequest,
    GetBatchRequest,
    GetFileRequest,
    GetModelRequest,
    GetResponseRequest,
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
from tests.corpus.recordings import Recording

Asked = Callable[[Recording], Request[object] | None]

_SOUND, _IMAGE = Upload(b"sound", "a.mp3"), Upload(b"image", "a.png")
_CHAT = ChatRequest(model="m", messages="hi")


def _embeddings(recording: Recording) -> EmbeddingRequest:
    body: dict[str, Any] = recording.request_body or {}
    texts = body.get("requests") or body.get("texts") or ["hi"]
    return EmbeddingRequest(model="m", input=["hi"] * len(texts), encoding_format=body.get("encoding_format"))


def _transcription(recording: Recording) -> TranscriptionRequest:
    format_ = "text" if recording.format == "text" else None
    return TranscriptionRequest(model="m", file=_SOUND, response_format=format_)


def _batch(_: Recording) -> CreateBatchRequest:
    return CreateBatchRequest(input_file_id="file-1", endpoint="/v1/chat/completions", completion_window="24h")


def _upload(recording: Recording) -> UploadFileRequest | None:
    """A file; without a body this is but the leave to send one in pieces."""
    return UploadFileRequest(file=_SOUND) if recording.body else None


def _items(_: Recording) -> CreateBatchRequest:
    return CreateBatchRequest(model="m", requests=[BatchItem("a", _CHAT)])


# What is asked, by a pattern of the provider, its API, the method and the path; the first that fits counts.
_ASKED: list[tuple[str, Asked]] = [
    (r".* audio POST .*/speech", lambda _: SpeechRequest(model="m", input="hi", voice="alloy")),
    (r".* audio POST .*/translations", lambda _: TranslationRequest(model="m", file=_SOUND)),
    (r"(?!cohere).* audio POST .*/(transcriptions|stt)", _transcription),
    (r"(?!xai).* batches POST .*[/:]cancel", lambda _: CancelBatchRequest(id="1")),
    (r"anthropic batches POST .*/batches", _items),
    (r"gemini batches POST .*:batchGenerateContent", _items),
    (r"(?!xai).* batches POST .*/(batches|jobs)", _batch),
    (r"(?!xai).* batches GET .*/batches", lambda _: ListBatchesRequest()),
    (r"(?!xai).* batches GET .*/results", lambda _: BatchResultsRequest(id="1")),
    (r"(?!xai).* batches GET .*/(batches|jobs)/[^/]+", lambda _: GetBatchRequest(id="1")),
    (r".* count_tokens .*", lambda _: CountTokensRequest(_CHAT)),
    (r".* embeddings POST .*", _embeddings),
    (r"vertex predict POST .*", _embeddings),
    (r".* files (POST|PUT) (/upload/v1beta|/v1)/files", _upload),
    (r".* files DELETE .*/v1/files/[^/]+", lambda _: DeleteFileRequest(id="1")),
    (r".* files GET .*/v1(beta)?/files", lambda _: ListFilesRequest()),
    (r".* files GET .*/v1(beta)?/files/[^/]+(/content|:download)", lambda _: FileContentRequest(id="1")),
    (r".* files GET .*/v1(beta)?/files/[^/]+", lambda _: GetFileRequest(id="1")),
    (r".* images POST .*/edits", lambda _: ImageEditRequest(model="m", prompt="a cat", images=[_IMAGE])),
    (r".* images POST .*", lambda _: ImageRequest(model="m", prompt="a cat")),
    (r".* images GET .*/models", lambda _: ListModelsRequest()),
    (r"(?!cloudflare).* models (GET|POST) (.*/models|.*/tags|)", lambda _: ListModelsRequest()),
    (r"(?!cloudflare).* models GET .*/models/[^/]+", lambda _: GetModelRequest(model="m")),
    (r".* moderations POST .*", lambda _: ModerationRequest(model="m", input="hi")),
    (r"vertex raw_predict POST .*", lambda _: ChatRequest(model="claude-3-7-sonnet@20250219", messages="hi")),
    (r".* rerank POST .*", lambda _: RerankRequest(model="m", query="q", documents=["d"])),
    (r".* responses DELETE .*/responses/[^/]+", lambda _: DeleteResponseRequest(id="1")),
    (r".* responses GET .*/responses/[^/]+", lambda _: GetResponseRequest(id="1")),
    (r".* responses POST .*/responses/[^/]+/cancel", lambda _: CancelResponseRequest(id="1")),
    (r".* responses POST .*/input_tokens", lambda _: CountTokensRequest(_CHAT)),
]
# Calls of a provider's OpenAI-compatible API, which is not its own.
_COMPATIBLE = r"(bedrock|ollama) .* /v1/.*|gemini .*/openai/.*"

# Recordings of other APIs.
OUT_OF_SCOPE: dict[str, int] = {
    "aleph_alpha other": 1,
    "anthropic batches": 1,
    "anthropic completions": 1,
    "azure_openai completions": 1,
    "bedrock converse": 12,
    "bedrock invoke_model": 115,
    "bedrock models": 1,
    "cloudflare models": 3,
    "cloudflare run": 43,
    "cohere audio": 1,
    "cohere chat": 31,
    "cohere generate": 1,
    "gemini caches": 5,
    "gemini file_search_stores": 6,
    "gemini files": 1,
    "gemini interactions": 17,
    "gemini operations": 1,
    "gemini video": 1,
    "huggingface hf_inference": 37,
    "huggingface other": 1,
    "mistral ocr": 1,
    "mistral other": 1,
    "ollama models": 1,
    "openai assistants": 64,
    "openai chat_completions": 20,
    "openai completions": 96,
    "openai containers": 10,
    "openai conversations": 8,
    "openai files": 6,
    "openai fine_tuning": 20,
    "openai models": 1,
    "openai other": 3,
    "openai realtime": 2,
    "openai responses": 6,
    "openai skills": 4,
    "openai uploads": 5,
    "openai vector_stores": 18,
    "openai_compatible completions": 10,
    "pollinations images": 1,
    "together completions": 3,
    "vertex caches": 1,
    "watsonx generate": 2,
    "writer chat": 9,
    "writer completions": 2,
    "xai batches": 3,
    "xai video": 3,
}


def _call(recording: Recording) -> str:
    return f"{recording.provider} {recording.api} {recording.method} {urlsplit(recording.url).path}"


def asked(recording: Recording) -> Request[object] | None:
    """What the recording is an answer to; None where it is out of scope."""
    if recording.expected is not None:
        return None
    return next((make(recording) for pattern, make in _ASKED if re.fullmatch(pattern, _call(recording))), None)


def dialect(recording: Recording) -> str | None:
    """The dialect of the call where that is not its provider's own."""
    return "openai_chat" if re.fullmatch(_COMPATIBLE, _call(recording)) else None
