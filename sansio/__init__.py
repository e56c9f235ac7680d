"""Sans-IO protocol library for language-model APIs: typed requests to bytes, bytes to typed events and errors, no I/O.

What users write, match and catch stands here, and loads the module that it lives in when it is first used (PEP 562);
the smaller parts of requests and responses are in `sansio.types`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

# Names in rows: one a line, they would fill three screens, three times.
# fmt: off
# isort: off
if TYPE_CHECKING:
    from . import (
        auth, commands, dialects, errors, events, exchange, flows, framing, gateway, http, models, policy, providers,
        shared, testing, types, wire,
    )
    from .errors import (
        APIConnectionError, APIError, APITimeoutError, AuthenticationError, BadRequestError, ConflictError,
        ContentPolicyViolationError, ContextWindowExceededError, Failure, InternalServerError, LimitExceededError,
        LocalProtocolError, NotFoundError, OverloadedError, PermissionDeniedError, ProtocolError, QuotaExceededError,
        RateLimitError, RequestTooLargeError, SansioError, SansioWarning, ServiceUnavailableError,
        TruncatedStreamError, UnprocessableEntityError, UnsupportedParameterError,
    )
    from .events import (
        AnnotationAdded, AudioDelta, ChoiceFinished, Completed, Data, Delta, Event, Failed, Fold, ImageAdded,
        LogprobsDelta, ModerationReported, Outcome, Output, ReasoningDelta, RefusalDelta, Started, StateAdded,
        TextDelta, ToolCallDelta, ToolCallStarted, UsageReported,
    )
    from .exchange import Exchange
    from .exchange.supported import supported_params
    from .http import Body, Headers, HttpRequest, Limits, Source, Timeouts
    from .models import cost
    from .policy import Retry
    from .providers import provider
    from .types import (
        Annotation, AudioPart, BatchItem, BatchResultsRequest, CacheControl, CancelBatchRequest, ChatRequest,
        ChatResponse, Choice, CountTokensRequest, CreateBatchRequest, Credential, CustomTool, CustomToolCall,
        DeleteFileRequest, EmbeddingRequest, EmbeddingResponse, FileContentRequest, FilePart, FileReference,
        FunctionCall, FunctionChoice, FunctionDefinition, FunctionTool, FunctionToolCall, GetBatchRequest,
        GetFileRequest, GetModelRequest, ImageEditRequest, ImagePart, ImageRequest, ImageResponse, ImageUrl,
        InputAudio, JsonSchemaFormat, ListBatchesRequest, ListFilesRequest, ListModelsRequest, Loss, Message,
        ModerationRequest, ModerationResponse, Opaque, Provider, ReasoningPart, RefusalPart, Request, RerankRequest,
        RerankResponse, Response, SpeechRequest, SpeechResponse, StreamOptions, TextPart, Thinking, TokenCount, Tool,
        ToolCall, TranscriptionRequest, TranscriptionResponse, TranslationRequest, Upload, UploadFileRequest, Usage,
        assistant, developer, json_schema, system, tool, user,
    )
else:  # unseen by checkers, which would take every name for one of these

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if (home := _HOMES.get(name)) is None:
            return import_module(f"{__name__}.{name}")  # which sets the attribute, too
        value: object = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


__all__ = [
    "APIConnectionError", "APIError", "APITimeoutError", "Annotation", "AnnotationAdded", "AudioDelta", "AudioPart",
    "AuthenticationError", "BadRequestError", "BatchItem", "BatchResultsRequest", "Body", "CacheControl",
    "CancelBatchRequest", "ChatRequest", "ChatResponse", "Choice", "ChoiceFinished", "Completed", "ConflictError",
    "ContentPolicyViolationError", "ContextWindowExceededError", "CountTokensRequest", "CreateBatchRequest",
    "Credential", "CustomTool", "CustomToolCall", "Data", "DeleteFileRequest", "Delta", "EmbeddingRequest",
    "EmbeddingResponse", "Event", "Exchange", "Failed", "Failure", "FileContentRequest", "FilePart", "FileReference",
    "Fold", "FunctionCall", "FunctionChoice", "FunctionDefinition", "FunctionTool", "FunctionToolCall",
    "GetBatchRequest", "GetFileRequest", "GetModelRequest", "Headers", "HttpRequest", "ImageAdded",
    "ImageEditRequest", "ImagePart", "ImageRequest", "ImageResponse", "ImageUrl", "InputAudio", "InternalServerError",
    "JsonSchemaFormat", "LimitExceededError", "Limits", "ListBatchesRequest", "ListFilesRequest", "ListModelsRequest",
    "LocalProtocolError", "LogprobsDelta", "Loss", "Message", "ModerationReported", "ModerationRequest",
    "ModerationResponse", "NotFoundError", "Opaque", "Outcome", "Output", "OverloadedError", "PermissionDeniedError",
    "ProtocolError", "Provider", "QuotaExceededError", "RateLimitError", "ReasoningDelta", "ReasoningPart",
    "RefusalDelta", "RefusalPart", "Request", "RequestTooLargeError", "RerankRequest", "RerankResponse", "Response",
    "Retry", "SansioError", "SansioWarning", "ServiceUnavailableError", "Source", "SpeechRequest", "SpeechResponse",
    "Started", "StateAdded", "StreamOptions", "TextDelta", "TextPart", "Thinking", "Timeouts", "TokenCount", "Tool",
    "ToolCall", "ToolCallDelta", "ToolCallStarted", "TranscriptionRequest", "TranscriptionResponse",
    "TranslationRequest", "TruncatedStreamError", "UnprocessableEntityError", "UnsupportedParameterError", "Upload",
    "UploadFileRequest", "Usage", "UsageReported", "assistant", "auth", "commands", "cost", "developer", "dialects",
    "errors", "events", "exchange", "flows", "framing", "gateway", "http", "json_schema", "models", "policy",
    "provider", "providers", "shared", "supported_params", "system", "testing", "tool", "types", "user", "wire",
]
# isort: on
# fmt: on

# A test compares this table with the imports and with `__all__`.
_NAMES: Final = {
    "errors": (
        "APIConnectionError APIError APITimeoutError AuthenticationError BadRequestError ConflictError "
        "ContentPolicyViolationError ContextWindowExceededError Failure InternalServerError LimitExceededError "
        "LocalProtocolError NotFoundError OverloadedError PermissionDeniedError ProtocolError QuotaExceededError "
        "RateLimitError RequestTooLargeError SansioError SansioWarning ServiceUnavailableError TruncatedStreamError "
        "UnprocessableEntityError UnsupportedParameterError"
    ),
    "events": (
        "AnnotationAdded AudioDelta ChoiceFinished Completed Data Delta Event Failed Fold ImageAdded LogprobsDelta "
        "ModerationReported Outcome Output ReasoningDelta RefusalDelta Started StateAdded TextDelta ToolCallDelta "
        "ToolCallStarted UsageReported"
    ),
    "exchange": "Exchange",
    "exchange.supported": "supported_params",
    "http": "Body Headers HttpRequest Limits Source Timeouts",
    "models": "cost",
    "policy": "Retry",
    "providers": "provider",
    "types": (
        "Annotation AudioPart BatchItem BatchResultsRequest CacheControl CancelBatchRequest ChatRequest ChatResponse "
        "Choice CountTokensRequest CreateBatchRequest Credential CustomTool CustomToolCall DeleteFileRequest "
        "EmbeddingRequest EmbeddingResponse FileContentRequest FilePart FileReference FunctionCall FunctionChoice "
        "FunctionDefinition FunctionTool FunctionToolCall GetBatchRequest GetFileRequest GetModelRequest "
        "ImageEditRequest ImagePart ImageRequest ImageResponse ImageUrl InputAudio JsonSchemaFormat "
        "ListBatchesRequest ListFilesRequest ListModelsRequest Loss Message ModerationRequest ModerationResponse "
        "Opaque Provider ReasoningPart RefusalPart Request RerankRequest RerankResponse Response SpeechRequest "
        "SpeechResponse StreamOptions TextPart Thinking TokenCount Tool ToolCall TranscriptionRequest "
        "TranscriptionResponse TranslationRequest Upload UploadFileRequest Usage assistant developer json_schema "
        "system tool user"
    ),
}
_HOMES: Final = {name: module for module, names in _NAMES.items() for name in names.split()}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
