"""The canonical requests and responses: OpenAI's names and shapes, extended by optional fields.

What belongs to operations beside chat loads the module that it lives in when it is first used (PEP 562).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from .chat import (
    ApproximateLocation,
    AudioOptions,
    ChatRequest,
    JsonObjectFormat,
    JsonSchema,
    JsonSchemaFormat,
    ModerationOptions,
    Prediction,
    PromptCacheOptions,
    ResponseFormat,
    StreamOptions,
    TextFormat,
    Thinking,
    UserLocation,
    VoiceId,
    WebSearchOptions,
)
from .content import (
    Annotation,
    AudioPart,
    CacheBreakpoint,
    CacheControl,
    ContentPart,
    Extra,
    FilePart,
    FileReference,
    ImagePart,
    ImageUrl,
    InputAudio,
    Opaque,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    UrlCitation,
)
from .messages import Content, Message, MessageAudio, OrderedPart, assistant, developer, system, tool, user
from .provider import Credential, Form, ModelRule, Provider, Quirks, Secret, Variant
from .request import Loss, Maybe, Request, Response
from .response import ChatResponse, Choice, Logprobs, TokenLogprob, TopLogprob
from .structured import json_schema
from .tools import (
    AllowedTools,
    AllowedToolsChoice,
    CustomCall,
    CustomChoice,
    CustomDefinition,
    CustomTool,
    CustomToolCall,
    FunctionCall,
    FunctionChoice,
    FunctionDefinition,
    FunctionTool,
    FunctionToolCall,
    Tool,
    ToolCall,
    ToolChoice,
    ToolName,
)
from .usage import CompletionTokensDetails, PromptTokensDetails, Usage

if TYPE_CHECKING:
    from .audio import (
        SpeechRequest,
        SpeechResponse,
        TranscriptionRequest,
        TranscriptionResponse,
        TranscriptionSegment,
        TranscriptionWord,
        TranslationRequest,
    )
    from .batches import (
        Batch,
        BatchCounts,
        BatchError,
        BatchItem,
        BatchList,
        BatchOutcome,
        BatchResult,
        BatchResults,
        BatchResultsRequest,
        CancelBatchRequest,
        CreateBatchRequest,
        GetBatchRequest,
        ListBatchesRequest,
    )
    from .embeddings import Embedding, EmbeddingInput, EmbeddingRequest, EmbeddingResponse
    from .files import (
        DeleteFileRequest,
        Download,
        ExpiresAfter,
        FileContent,
        FileContentRequest,
        FileDeleted,
        FileList,
        FileObject,
        GetFileRequest,
        ListFilesRequest,
        Upload,
        UploadFileRequest,
    )
    from .images import Image, ImageEditRequest, ImageRequest, ImageResponse
    from .models import GetModelRequest, ListModelsRequest, Model, ModelList
    from .moderations import ModerationRequest, ModerationResponse, ModerationResult
    from .rerank import Document, RerankRequest, RerankResponse, RerankResult
    from .stored import CancelResponseRequest, DeleteResponseRequest, GetResponseRequest, ResponseDeleted
    from .tokens import CountTokensRequest, TokenCount
else:  # unseen by checkers, which would take every name for one of these

    def __getattr__(name: str) -> object:
        if (home := _HOMES.get(name)) is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value: object = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


__all__ = [
    "AllowedTools",
    "AllowedToolsChoice",
    "Annotation",
    "ApproximateLocation",
    "AudioOptions",
    "AudioPart",
    "Batch",
    "BatchCounts",
    "BatchError",
    "BatchItem",
    "BatchList",
    "BatchOutcome",
    "BatchResult",
    "BatchResults",
    "BatchResultsRequest",
    "CacheBreakpoint",
    "CacheControl",
    "CancelBatchRequest",
    "CancelResponseRequest",
    "ChatRequest",
    "ChatResponse",
    "Choice",
    "CompletionTokensDetails",
    "Content",
    "ContentPart",
    "CountTokensRequest",
    "CreateBatchRequest",
    "Credential",
    "CustomCall",
    "CustomChoice",
    "CustomDefinition",
    "CustomTool",
    "CustomToolCall",
    "DeleteFileRequest",
    "DeleteResponseRequest",
    "Document",
    "Download",
    "Embedding",
    "EmbeddingInput",
    "EmbeddingRequest",
    "EmbeddingResponse",
    "ExpiresAfter",
    "Extra",
    "FileContent",
    "FileContentRequest",
    "FileDeleted",
    "FileList",
    "FileObject",
    "FilePart",
    "FileReference",
    "Form",
    "FunctionCall",
    "FunctionChoice",
    "FunctionDefinition",
    "FunctionTool",
    "FunctionToolCall",
    "GetBatchRequest",
    "GetFileRequest",
    "GetModelRequest",
    "GetResponseRequest",
    "Image",
    "ImageEditRequest",
    "ImagePart",
    "ImageRequest",
    "ImageResponse",
    "ImageUrl",
    "InputAudio",
    "JsonObjectFormat",
    "JsonSchema",
    "JsonSchemaFormat",
    "ListBatchesRequest",
    "ListFilesRequest",
    "ListModelsRequest",
    "Logprobs",
    "Loss",
    "Maybe",
    "Message",
    "MessageAudio",
    "Model",
    "ModelList",
    "ModelRule",
    "ModerationOptions",
    "ModerationRequest",
    "ModerationResponse",
    "ModerationResult",
    "Opaque",
    "OrderedPart",
    "Part",
    "Prediction",
    "PromptCacheOptions",
    "PromptTokensDetails",
    "Provider",
    "Quirks",
    "ReasoningPart",
    "RefusalPart",
    "Request",
    "RerankRequest",
    "RerankResponse",
    "RerankResult",
    "Response",
    "ResponseDeleted",
    "ResponseFormat",
    "Secret",
    "SpeechRequest",
    "SpeechResponse",
    "StreamOptions",
    "TextFormat",
    "TextPart",
    "Thinking",
    "TokenCount",
    "TokenLogprob",
    "Tool",
    "ToolCall",
    "ToolChoice",
    "ToolName",
    "TopLogprob",
    "TranscriptionRequest",
    "TranscriptionResponse",
    "TranscriptionSegment",
    "TranscriptionWord",
    "TranslationRequest",
    "Upload",
    "UploadFileRequest",
    "UrlCitation",
    "Usage",
    "UserLocation",
    "Variant",
    "VoiceId",
    "WebSearchOptions",
    "assistant",
    "developer",
    "json_schema",
    "system",
    "tool",
    "user",
]

# A test compares this table with the imports.
_NAMES: Final = {
    "audio": (
        "SpeechRequest SpeechResponse TranscriptionRequest TranscriptionResponse TranscriptionSegment "
        "TranscriptionWord TranslationRequest"
    ),
    "batches": (
        "Batch BatchCounts BatchError BatchItem BatchList BatchOutcome BatchResult BatchResults BatchResultsRequest "
        "CancelBatchRequest CreateBatchRequest GetBatchRequest ListBatchesRequest"
    ),
    "embeddings": "Embedding EmbeddingInput EmbeddingRequest EmbeddingResponse",
    "files": (
        "DeleteFileRequest Download ExpiresAfter FileContent FileContentRequest FileDeleted FileList "
        "FileObject GetFileRequest ListFilesRequest Upload UploadFileRequest"
    ),
    "images": "Image ImageEditRequest ImageRequest ImageResponse",
    "models": "GetModelRequest ListModelsRequest Model ModelList",
    "moderations": "ModerationRequest ModerationResponse ModerationResult",
    "rerank": "Document RerankRequest RerankResponse RerankResult",
    "stored": "CancelResponseRequest DeleteResponseRequest GetResponseRequest ResponseDeleted",
    "tokens": "CountTokensRequest TokenCount",
}
_HOMES: Final = {name: module for module, names in _NAMES.items() for name in names.split()}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
