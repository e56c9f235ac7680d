"""Sans-IO protocol library for language-model APIs: typed requests to bytes, bytes to typed events and errors, no I/O.

What users write, match and catch stands here, and loads the module that it lives in when it is first used (PEP 562);
the smaller parts of requests and responses are in `sansio.types`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from . import (
        auth,
        commands,
        dialects,
        errors,
        events,
        exchange,
        flows,
        framing,
        gateway,
        http,
        models,
        policy,
        providers,
        shared,
        testing,
        types,
        wire,
    )
    from .errors import (
        APIConnectionError,
        APIError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        ConflictError,
        ContentPolicyViolationError,
        ContextWindowExceededError,
        Failure,
        InternalServerError,
        LimitExceededError,
        LocalProtocolError,
        NotFoundError,
        OverloadedError,
        PermissionDeniedError,
        ProtocolError,
        QuotaExceededError,
        RateLimitError,
        RequestTooLargeError,
        SansioError,
        SansioWarning,
        ServiceUnavailableError,
        TruncatedStreamError,
        UnprocessableEntityError,
        UnsupportedParameterError,
    )
    from .events import (
        AnnotationAdded,
        AudioDelta,
        ChoiceFinished,
        Completed,
        Data,
        Delta,
        Event,
        Failed,
        Fold,
        ImageAdded,
        LogprobsDelta,
        ModerationReported,
        Outcome,
        Output,
        ReasoningDelta,
        RefusalDelta,
        Started,
        StateAdded,
        TextDelta,
        ToolCallDelta,
        ToolCallStarted,
        UsageReported,
    )
    from .exchange import Exchange
    from .exchange.supported import supported_params
    from .http import Body, Headers, HttpRequest, Limits, Source, Timeouts
    from .models import cost
    from .policy import Retry
    from .providers import provider
    from .types import (
        Annotation,
        AudioPart,
        CacheControl,
        ChatRequest,
        ChatResponse,
        Choice,
        Credential,
        CustomTool,
        CustomToolCall,
        FilePart,
        FileReference,
        FunctionCall,
        FunctionChoice,
        FunctionDefinition,
        FunctionTool,
        FunctionToolCall,
        ImagePart,
        ImageUrl,
        InputAudio,
        JsonSchemaFormat,
        Loss,
        Message,
        Opaque,
        Provider,
        ReasoningPart,
        RefusalPart,
        Request,
        StreamOptions,
        TextPart,
        Tool,
        ToolCall,
        Usage,
        assistant,
        developer,
        json_schema,
        system,
        tool,
        user,
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
    "APIConnectionError",
    "APIError",
    "APITimeoutError",
    "Annotation",
    "AnnotationAdded",
    "AudioDelta",
    "AudioPart",
    "AuthenticationError",
    "BadRequestError",
    "Body",
    "CacheControl",
    "ChatRequest",
    "ChatResponse",
    "Choice",
    "ChoiceFinished",
    "Completed",
    "ConflictError",
    "ContentPolicyViolationError",
    "ContextWindowExceededError",
    "Credential",
    "CustomTool",
    "CustomToolCall",
    "Data",
    "Delta",
    "Event",
    "Exchange",
    "Failed",
    "Failure",
    "FilePart",
    "FileReference",
    "Fold",
    "FunctionCall",
    "FunctionChoice",
    "FunctionDefinition",
    "FunctionTool",
    "FunctionToolCall",
    "Headers",
    "HttpRequest",
    "ImageAdded",
    "ImagePart",
    "ImageUrl",
    "InputAudio",
    "InternalServerError",
    "JsonSchemaFormat",
    "LimitExceededError",
    "Limits",
    "LocalProtocolError",
    "LogprobsDelta",
    "Loss",
    "Message",
    "ModerationReported",
    "NotFoundError",
    "Opaque",
    "Outcome",
    "Output",
    "OverloadedError",
    "PermissionDeniedError",
    "ProtocolError",
    "Provider",
    "QuotaExceededError",
    "RateLimitError",
    "ReasoningDelta",
    "ReasoningPart",
    "RefusalDelta",
    "RefusalPart",
    "Request",
    "RequestTooLargeError",
    "Retry",
    "SansioError",
    "SansioWarning",
    "ServiceUnavailableError",
    "Source",
    "Started",
    "StateAdded",
    "StreamOptions",
    "TextDelta",
    "TextPart",
    "Timeouts",
    "Tool",
    "ToolCall",
    "ToolCallDelta",
    "ToolCallStarted",
    "TruncatedStreamError",
    "UnprocessableEntityError",
    "UnsupportedParameterError",
    "Usage",
    "UsageReported",
    "assistant",
    "auth",
    "commands",
    "cost",
    "developer",
    "dialects",
    "errors",
    "events",
    "exchange",
    "flows",
    "framing",
    "gateway",
    "http",
    "json_schema",
    "models",
    "policy",
    "provider",
    "providers",
    "shared",
    "supported_params",
    "system",
    "testing",
    "tool",
    "types",
    "user",
    "wire",
]

# A test compares this table with the imports and with `__all__`.
_NAMES: Final = {
    "errors": (
        "APIConnectionError APIError APITimeoutError AuthenticationError BadRequestError ConflictError "
        "ContentPolicyViolationError ContextWindowExceededError Failure InternalServerError LimitExceededError "
        "LocalProtocolError NotFoundError OverloadedError PermissionDeniedError ProtocolError QuotaExceededError "
        "RateLimitError RequestTooLargeError SansioError SansioWarning ServiceUnavailableError "
        "TruncatedStreamError UnprocessableEntityError UnsupportedParameterError"
    ),
    "events": (
        "AnnotationAdded AudioDelta ChoiceFinished Completed Data Delta Event Failed Fold ImageAdded "
        "LogprobsDelta ModerationReported Outcome Output ReasoningDelta RefusalDelta Started StateAdded TextDelta "
        "ToolCallDelta ToolCallStarted UsageReported"
    ),
    "exchange": "Exchange",
    "exchange.supported": "supported_params",
    "models": "cost",
    "http": "Body Headers HttpRequest Limits Source Timeouts",
    "policy": "Retry",
    "providers": "provider",
    "types": (
        "Annotation AudioPart CacheControl ChatRequest ChatResponse Choice Credential CustomTool CustomToolCall "
        "FilePart FileReference FunctionCall FunctionChoice FunctionDefinition FunctionTool FunctionToolCall "
        "ImagePart ImageUrl InputAudio JsonSchemaFormat Loss Message Opaque Provider ReasoningPart RefusalPart "
        "Request StreamOptions TextPart Tool ToolCall Usage assistant developer json_schema system tool user"
    ),
}
_HOMES: Final = {name: module for module, names in _NAMES.items() for name in names.split()}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
