"""What stands in a message as the parts of a content: https://ai.google.dev/api/caching#Part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Raw

from ...types import (
    AudioPart,
    CustomToolCall,
    FilePart,
    FunctionToolCall,
    ImagePart,
    Message,
    Opaque,
    OrderedPart,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
)
from ..calls import arguments_object
from ..losses import Losses
from ..media import Inline
from ..ordered import named_parts
from .media import audio_json, blob, file_json, image_json
from .state import signature

PartJson: TypeAlias = dict[str, object] | Raw


class PartsWriter:
    """Writes parts, and lists what the API cannot say among the *losses*.

    *files* is the URL under which the API's files stand; *sends_ids* says that calls have ids.  `details` are those that
    the images asked for, by their paths.
    """

    __slots__ = ("_files", "details", "losses", "sends_ids")

    def __init__(self, losses: Losses, files: str, *, sends_ids: bool) -> None:
        self.losses = losses
        self.sends_ids = sends_ids
        self._files = files
        self.details: dict[str, str] = {}

    def message(self, message: Message, path: str) -> list[PartJson]:
        """The parts of a message of the user's, the model's or the system's."""
        parts: list[PartJson] = []
        for where, part in named_parts(message, path):
            parts += self.part(part, where)
        if message.refusal is not None:
            parts += self.part(RefusalPart(refusal=message.refusal), f"{path}.refusal")
        if (audio := message.audio) is not None:
            if audio.data is not None and audio.format is not None:
                parts.append(blob(Inline(audio.format, audio.data)))
            else:
                self.losses.drop(f"{path}.audio", "the API takes audio as data, with its media type")
        return parts

    def part(self, part: OrderedPart, path: str) -> Sequence[PartJson]:
        """The parts that one part is: more than one for a text whose end is signed, none where it cannot be said."""
        if isinstance(part, FunctionToolCall | CustomToolCall):
            return [self._call(part, path)]
        if isinstance(part, Opaque):
            own = self.losses.own(part, path)
            return [] if own is None else [own.raw]
        self.losses.omit_marks(part, path)
        extra = part.extra or {}
        match part:
            case TextPart(text=text, state=state):
                return self._signed(text, state, {}, extra, path)
            case ReasoningPart(text=text, state=state):
                return self._signed(text, state, {"thought": True}, extra, path)
            case ImagePart():
                if part.image_url.detail is not None:
                    self.details[f"{path}.image_url.detail"] = part.image_url.detail
                return [{**image_json(part), **extra}]
            case AudioPart():
                return [{**audio_json(part), **extra}]
            case FilePart(file=file):
                if (wire := file_json(file, self._files)) is not None:
                    return [{**wire, **extra}]
                self.losses.drop(f"{path}.file", "the API takes files as data: URLs or by URI")
                return []
            case _:
                self.losses.approximate(path, "a refusal is text to the API")
                return [{"text": part.refusal, **extra}]

    def _signed(
        self, text: str, state: Opaque | None, members: Mapping[str, object], extra: Mapping[str, object], path: str
    ) -> list[PartJson]:
        """A text whose last `length` characters are signed: they are a part of their own, as they were."""
        own = signature(self.losses.own_state(state, f"{path}.state"))
        if own.thought_signature is None:
            return [{"text": text, **members, **extra}]
        length = len(text) if own.length is None else min(max(own.length, 0), len(text))
        before, signed = text[: len(text) - length], text[len(text) - length :]
        last: PartJson = {"text": signed, **members, "thoughtSignature": own.thought_signature, **extra}
        return [{"text": before, **members}, last] if before else [last]

    def _call(self, call: ToolCall, path: str) -> dict[str, object]:
        if isinstance(call, CustomToolCall):
            self.losses.approximate(path, "the API's calls have arguments by name")
            inner: dict[str, object] = {"name": call.name, "args": {"input": call.custom.input}}
            extra = call.custom.extra
        else:
            args = arguments_object(call.arguments, f"{path}.function.arguments", self.losses)
            inner = {"name": call.name, "args": args}
            extra = call.function.extra
        if self.sends_ids and call.native_id:
            inner["id"] = call.native_id
        wire: dict[str, object] = {"functionCall": {**inner, **(extra or {})}, **(call.extra or {})}
        own = signature(self.losses.own_state(call.state, f"{path}.state"))
        if own.thought_signature is not None:
            wire["thoughtSignature"] = own.thought_signature
        return wire
