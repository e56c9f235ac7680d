"""The parameters of an answer as `generationConfig`: https://ai.google.dev/api/generate-content#v1beta.GenerationConfig."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def generation_config(
    parameters: Parameters, rule: ModelRule, model: str, details: Mapping[str, str], *, has_tools: bool
) -> dict[str, object]:
    """The members that were given; *details* are those that the images of the conversation ask for, by path.

    *has_tools* says that there are tools in the request, beside which some models answer in no form but text.
    """
    config: dict[str, object] = {}
    for name, wire in NAMES.items():
        if (value := parameters.take(name)) is not None:
            config[wire] = value
    if config.get("responseLogprobs") is not True and config.pop("logprobs", None) is not None:
        parameters.losses.drop("top_logprobs", "the API refuses it without logprobs")
    if (limit := parameters.take_limit()) is not None:
        config["maxOutputTokens"] = limit
    if (stop := parameters.take("stop")) is not None:
        config["stopSequences"] = [stop] if isinstance(stop, str) else stop
    form = _format(parameters)
    if has_tools and "format_beside_tools" in rule.lacks and form.get("responseMimeType") == JSON:
        parameters.losses.drop("response_format", f"{model} takes none beside tools")
        form = {}
    config |= form
    if (modalities := parameters.take("modalities")) is not None:
        config["responseModalities"] = [modality.upper() for modality in cast("Sequence[str]", modalities)]
    if isinstance(audio := parameters.take("audio"), AudioOptions):
        config |= _speech(audio, parameters.losses)
    config |= _resolution(details, parameters.losses)
    if (thinking := ThinkingWriter(parameters, rule, model).config) is not None:
        config["thinkingConfig"] = thinking
    return config


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


def _resolution(details: Mapping[str, str], losses: Losses) -> dict[str, object]:
    """The resolution of all media: the highest that an image asks for."""
    asked = {path: detail for path, detail in details.items() if detail != "auto"}
    if not asked:
        return {}
    chosen = "low" if set(asked.values()) == {"low"} else "high"
    for path, detail in asked.items():
        if detail != chosen:
            losses.approximate(path, "the API has one resolution, low or high, for all images")
    return {"mediaResolution": _RESOLUTIONS[chosen]}
