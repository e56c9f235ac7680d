"""An answer as what it says, field by field, and what the APIs lack of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from sansio.dialects.deprecated import modern_answer
from sansio.types import Annotation, ChatResponse, Choice, CustomToolCall, ToolCall

_ONE_ANSWER: Final = "an answer is one"
_NO_NAMES: Final = "an answer has no such name"
_AS_TEXT: Final = "the words of a refusal are text"
_AS_FUNCTIONS: Final = "calls are of functions, whose arguments are an object"
_NOWHERE: Final = "an answer has nothing like it"

MODEL: Final = "asked"  # which servers name where nobody says who answered

LACKS: Final[dict[str, dict[str, str]]] = {
    "anthropic": {
        "annotations": "citations are of sources that the request gave",
        "audio": _NOWHERE,
        "choices": _ONE_ANSWER,
        "created": _NO_NAMES,
        "custom": _AS_FUNCTIONS,
        "logprobs": _NOWHERE,
        "refusal": _AS_TEXT,
        "service_tier": "a stream begins with it, and others tell it at their end",
        "system_fingerprint": _NO_NAMES,
        "usage": "counts must be stated: those that nobody knows are 0",
    },
    "bedrock_converse": {
        "annotations": "citations have no place in the text",
        "audio": _NOWHERE,
        "choices": _ONE_ANSWER,
        "created": _NO_NAMES,
        "custom": _AS_FUNCTIONS,
        "id": _NO_NAMES,
        "logprobs": _NOWHERE,
        "model": _NO_NAMES,
        "reasoning_tokens": _NOWHERE,
        "refusal": _AS_TEXT,
        "system_fingerprint": _NO_NAMES,
    },
    "cohere": {
        "annotations": "citations are of documents, and are kept as they are",
        "audio": _NOWHERE,
        "choices": _ONE_ANSWER,
        "created": _NO_NAMES,
        "custom": _AS_FUNCTIONS,
        "logprobs": "there are no bytes, and no other tokens",
        "model": _NO_NAMES,
        "refusal": _AS_TEXT,
        "service_tier": _NOWHERE,
        "system_fingerprint": _NO_NAMES,
    },
    "gemini": {
        "annotations": "citations have both ends, and are told once",
        "audio": "sound has a media type, and nothing else",
        "custom": _AS_FUNCTIONS,
        "logprobs": "there are no bytes",
        "refusal": _AS_TEXT,
        "system_fingerprint": _NO_NAMES,
    },
    "ollama": {
        "annotations": _NOWHERE,
        "audio": _NOWHERE,
        "cached_tokens": _NOWHERE,
        "choices": _ONE_ANSWER,
        "custom": _AS_FUNCTIONS,
        "id": _NO_NAMES,
        "reasoning_tokens": _NOWHERE,
        "refusal": _AS_TEXT,
        "service_tier": _NOWHERE,
        "system_fingerprint": _NO_NAMES,
    },
    "openai_chat": {},
    "openai_responses": {
        "audio": "sound has no name, and is none of an answer that is not streamed",
        "choices": _ONE_ANSWER,
        "system_fingerprint": _NO_NAMES,
    },
}
"""By dialect the fields of an answer that its API cannot say as they are, and why."""

NONE: Final[frozenset[str]] = frozenset()
LATE: Final[dict[str, frozenset[str]]] = {"bedrock_converse": frozenset({"service_tier"})}
"""Fields that a dialect tells at the end of a stream only, when others have said theirs."""


def heard_of(response: ChatResponse, dialect: str, unsaid: frozenset[str] = NONE) -> dict[str, object]:
    """What a client of *dialect* is to hear of the answer: `fields` less those that are lacking, or *unsaid*."""
    lacks = LACKS[dialect].keys() | unsaid
    if dialect != "openai_chat":
        response = modern_answer(response)
    if "choices" in lacks:
        response = msgspec.structs.replace(response, choices=[c for c in response.choices if c.index == 0])
    return {name: value for name, value in fields(response).items() if name not in lacks}


def fields(response: ChatResponse) -> dict[str, object]:
    """What the answer says, by the name of the field; those of choices are one for all choices."""
    usage, choices = response.usage, response.choices
    prompt, completion = usage and usage.prompt_tokens_details, usage and usage.completion_tokens_details
    return {
        "id": response.id,
        "created": response.created,
        "model": response.model or MODEL,
        "service_tier": response.service_tier,
        "system_fingerprint": response.system_fingerprint,
        "usage": usage and (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens),
        "cached_tokens": prompt and prompt.cached_tokens,
        "reasoning_tokens": completion and completion.reasoning_tokens,
        "words": [words(choice) for choice in choices],
        "reasoning": [(choice.message.reasoning_content or "").replace("\n\n", "") for choice in choices],
        "calls": [_calls(choice.message.tool_calls or ()) for choice in choices],
        "finish_reason": [choice.finish_reason for choice in choices],
        "function_call": [choice.message.function_call for choice in choices],
        "refusal": [choice.message.refusal for choice in choices],
        "custom": [[call.id for call in _custom(choice)] for choice in choices],
        "call_ids": [sorted(call.id for call in choice.message.tool_calls or ()) for choice in choices],
        "logprobs": [choice.logprobs for choice in choices],
        "annotations": [[_plain(annotation) for annotation in choice.message.annotations or ()] for choice in choices],
        "audio": [choice.message.audio for choice in choices],
    }


def _plain(annotation: Annotation) -> tuple[object, ...]:
    """The annotation, the JSON in it as what it says."""
    extra = {name: msgspec.json.decode(raw) for name, raw in (annotation.extra or {}).items()}
    return annotation.type, annotation.url_citation, extra


def words(choice: Choice) -> Counter[str]:
    """The text and the refusal: some have one text for both, and not in which order they came."""
    return Counter(choice.message.text + (choice.message.refusal or ""))


def _calls(calls: Sequence[ToolCall]) -> list[tuple[str, object]]:
    """The calls: some have those of custom tools behind the others, with the text as a member of an object."""
    return sorted(((call.name, _meaning(call)) for call in calls), key=repr)


def _custom(choice: Choice) -> list[CustomToolCall]:
    return [call for call in choice.message.tool_calls or () if isinstance(call, CustomToolCall)]


def _meaning(call: ToolCall) -> object:
    if isinstance(call, CustomToolCall):
        return {"input": call.custom.input}
    text = call.function.arguments or "{}"
    try:
        found: object = msgspec.json.decode(text)
    except msgspec.DecodeError:  # it was cut off
        found = text
    return {"input": found} if isinstance(found, str) else found  # as where arguments are objects
