"""The server's way in for parameters: `generationConfig` to the canonical ones; what has none is left as it came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...types import AudioOptions, JsonObjectFormat, JsonSchema, JsonSchemaFormat, ResponseFormat, TextFormat, Thinking
from .generation import JSON, NAMES, TEXT
from .objects import members, raw_of, typed
from .schema import json_schema
from .wire import Piece

_TYPES: Final[dict[str, type]] = {"logprobs": bool, "n": int, "seed": int, "top_k": int, "top_logprobs": int}
_SCHEMA: Final = dict[str, object]


class _Voice(Piece, gc=False, forbid_unknown_fields=True):
    voice_name: str


class _VoiceConfig(Piece, gc=False, forbid_unknown_fields=True):
    prebuilt_voice_config: _Voice


class _SpeechConfig(Piece, gc=False, forbid_unknown_fields=True):
    voice_config: _VoiceConfig


_speech = msgspec.json.Decoder(_SpeechConfig).decode


def parameters(raw: Raw, path: str) -> tuple[dict[str, object], Raw | None]:
    """The canonical parameters, and the members that have none, as an object of their own.  Raises Invalid."""
    config = {name: value for name, value in members(raw, path).items() if bytes(value) != b"null"}
    found: dict[str, object] = {}
    for name, wire in NAMES.items():
        if wire in config:
            found[name] = typed(config.pop(wire), _TYPES.get(name, float), f"{path}.{wire}")
    if "maxOutputTokens" in config:
        found["max_completion_tokens"] = typed(config.pop("maxOutputTokens"), int, f"{path}.maxOutputTokens")
    for name, wire, read in _LISTS:
        if wire in config:
            found[name] = [read(item) for item in typed(config.pop(wire), list[str], f"{path}.{wire}")]
    if (format_ := _format(config, path)) is not None:
        found["response_format"] = format_
    if (audio := _audio(config)) is not None:
        found["audio"] = audio
    found |= _thinking(config, path)
    return found, raw_of(config) if config else None


_LISTS: Final[Sequence[tuple[str, str, Callable[[str], str]]]] = (
    ("modalities", "responseModalities", str.lower),
    ("stop", "stopSequences", str),
)


def _format(config: dict[str, Raw], path: str) -> ResponseFormat | None:
    """The format of the answer; one that is neither text nor JSON stays where it is."""
    if "responseMimeType" not in config:
        return None
    type_ = typed(config["responseMimeType"], str, f"{path}.responseMimeType")
    if type_ not in {JSON, TEXT}:
        return None
    del config["responseMimeType"]
    if type_ == TEXT:
        return TextFormat()
    schema: dict[str, object] | None = None
    for name in ("responseSchema", "responseJsonSchema"):
        if name in config:
            schema = typed(config.pop(name), _SCHEMA, f"{path}.{name}")
            schema = json_schema(schema) if name == "responseSchema" else schema
    if schema is None:
        return JsonObjectFormat()
    title = schema.get("title")
    return JsonSchemaFormat(JsonSchema(title if isinstance(title, str) else "response", schema=schema))


def _audio(config: dict[str, Raw]) -> AudioOptions | None:
    """The voice, where that is all that is said of the speech."""
    try:
        speech = _speech(config["speechConfig"])
    except (KeyError, msgspec.DecodeError):
        return None
    del config["speechConfig"]
    return AudioOptions(speech.voice_config.prebuilt_voice_config.voice_name, "pcm16")


def _thinking(config: dict[str, Raw], path: str) -> dict[str, object]:
    """The effort that a level is, or the budget; what is said beside a level stays where it is."""
    path = f"{path}.thinkingConfig"
    if "thinkingConfig" not in config:
        return {}
    thinking = members(config.pop("thinkingConfig"), path)
    shown = typed(thinking.pop("includeThoughts"), bool, path) if "includeThoughts" in thinking else None
    found: dict[str, object] = {}
    if "thinkingLevel" in thinking:
        found["reasoning_effort"] = effort = typed(thinking.pop("thinkingLevel"), str, path).lower()
        if shown is False and effort != "minimal":
            thinking["includeThoughts"] = Raw(b"false")
    elif "thinkingBudget" in thinking or shown is not None:
        budget = typed(thinking.pop("thinkingBudget"), int, path) if "thinkingBudget" in thinking else -1
        found["thinking"] = _budget(budget, shown=shown)
    if thinking:
        config["thinkingConfig"] = raw_of(thinking)
    return found


def _budget(budget: int, *, shown: bool | None) -> Thinking:
    if budget == 0:
        return Thinking("disabled")
    display = {True: "summarized", False: "omitted"}.get(shown) if shown is not None else None
    return Thinking("adaptive", display=display) if budget < 0 else Thinking("enabled", budget, display)
