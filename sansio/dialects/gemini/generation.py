"""The parameters of an answer as `generationConfig`: https://ai.google.dev/api/generate-content#v1beta.GenerationConfig."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from ...types import AudioOptions, JsonObjectFormat, JsonSchemaFormat, ModelRule, TextFormat
from ..losses import Losses
from ..parameters import Parameters
from .thinking import ThinkingWriter

NAMES: Final[dict[str, str]] = {
    "frequency_penalty": "frequencyPenalty",
    "logprobs": "responseLogprobs",
    "n": "candidateCount",
    "presence_penalty": "presencePenalty",
    "seed": "seed",
    "temperature": "temperature",
    "top_k": "topK",
    "top_logprobs": "logprobs",
    "top_p": "topP",
}
"""The API's names of the parameters that have the same values there."""

JSON: Final = "application/json"
TEXT: Final = "text/plain"
_RESOLUTIONS: Final = {"low": "MEDIA_RESOLUTION_LOW", "high": "MEDIA_RESOLUTION_HIGH"}


def generation_config(parameters: Parameters, rule: ModelRule, model: str, details: set[str]) -> dict[str, object]:
    """The members that were given; *details* are those that the images of the conversation ask for."""
    config: dict[str, object] = {}
    for name, wire in NAMES.items():
        if (value := parameters.take(name)) is not None:
            config[wire] = value
    if (limit := _limit(parameters)) is not None:
        config["maxOutputTokens"] = limit
    if (stop := parameters.take("stop")) is not None:
        config["stopSequences"] = [stop] if isinstance(stop, str) else stop
    config |= _format(parameters)
    if (modalities := parameters.take("modalities")) is not None:
        config["responseModalities"] = [modality.upper() for modality in cast("Sequence[str]", modalities)]
    if isinstance(audio := parameters.take("audio"), AudioOptions):
        config |= _speech(audio, parameters.losses)
    config |= _resolution(details, parameters.losses)
    if (thinking := ThinkingWriter(parameters, rule, model).config) is not None:
        config["thinkingConfig"] = thinking
    return config


def _limit(parameters: Parameters) -> object:
    """The limit of the answer, thoughts included; the API has one name for it."""
    limit, older = parameters.take("max_completion_tokens"), parameters.take("max_tokens")
    if limit is not None and older not in (None, limit):
        parameters.losses.drop("max_tokens", "max_completion_tokens says otherwise")
    return older if limit is None else limit


def _format(parameters: Parameters) -> dict[str, object]:
    match parameters.take("response_format"):
        case JsonSchemaFormat(json_schema=schema):
            if schema.description is not None:
                parameters.losses.drop("response_format.json_schema.description", "the API has no place for it")
            wire: dict[str, object] = {"responseMimeType": JSON}
            return wire if schema.schema is None else {**wire, "responseJsonSchema": schema.schema}
        case JsonObjectFormat():
            return {"responseMimeType": JSON}
        case TextFormat():
            return {"responseMimeType": TEXT}
        case _:
            return {}


def _speech(audio: AudioOptions, losses: Losses) -> dict[str, object]:
    if audio.format != "pcm16":
        losses.approximate("audio.format", "the API speaks in pcm16")
    if not isinstance(audio.voice, str):
        losses.drop("audio.voice", "the API's voices have names")
        return {}
    return {"speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": audio.voice}}}}


def _resolution(details: set[str], losses: Losses) -> dict[str, object]:
    """The resolution of all media, where the images agree about theirs."""
    asked = sorted(details - {"auto"})
    if not asked:
        return {}
    if len(asked) > 1 or asked[0] not in _RESOLUTIONS:
        losses.approximate("messages.image_url.detail", "the API has one resolution, low or high, for all images")
    return {"mediaResolution": _RESOLUTIONS["low" if asked == ["low"] else "high"]}
