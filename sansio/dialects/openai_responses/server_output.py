"""The items of a response in the making, on a server: what was said of each, and its JSON.

Their ids come from their places in the output: `msg_0`, `fc_1`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Raw

from ...events import ToolCallStarted
from ...events.choice import Text
from ...types import Annotation, Opaque, TokenLogprob
from ..media import Inline
from .items import seal

Json: TypeAlias = dict[str, object]
Kind: TypeAlias = Literal["output_text", "refusal"]

_members = msgspec.json.Decoder(dict[str, Raw]).decode
_WORDS: Final[dict[Kind, str]] = {"output_text": "text", "refusal": "refusal"}


class PartInMaking:
    """A part of a message."""

    __slots__ = ("annotations", "kind", "logprobs", "text")

    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind
        self.text = Text()
        self.annotations: list[Json] = []
        self.logprobs: list[TokenLogprob] = []

    def said(self) -> Json:
        """The member that holds what is said, under its name."""
        return {_WORDS[self.kind]: str(self.text)}

    def json(self) -> Json:
        """The part so far."""
        part: Json = {"type": self.kind, **self.said()}
        if self.kind == "output_text":
            part |= {"annotations": list(self.annotations), "logprobs": list(self.logprobs)}
        return part


class MessageInMaking:
    """A message; its last part is the one at hand.  `state` has members beside the content."""

    __slots__ = ("id", "index", "parts", "state")

    def __init__(self, index: int) -> None:
        self.index = index
        self.id = f"msg_{index}"
        self.parts: list[PartInMaking] = []
        self.state: Mapping[str, Raw] = {}

    def json(self, status: str) -> Json:
        """The item so far."""
        parts = [part.json() for part in self.parts] if status == "completed" else []
        return {
            "type": "message",
            "id": self.id,
            "status": status,
            "role": "assistant",
            "content": parts,
            **self.state,
        }


class ReasoningInMaking:
    """A reasoning, shown as a summary of one part."""

    __slots__ = ("id", "index", "text")

    def __init__(self, index: int) -> None:
        self.index = index
        self.id = f"rs_{index}"
        self.text = Text()

    def part(self) -> Json:
        """The part of the summary."""
        return {"type": "summary_text", "text": str(self.text)}

    def json(self) -> Json:
        """The item without anything in it."""
        return {"type": "reasoning", "id": self.id, "summary": []}

    def done(self, state: Opaque | None) -> Json:
        """The whole item; what a provider wants back with it is sealed, since the item's id is ours."""
        summary = [self.part()] if str(self.text) else []
        return {**self.json(), "summary": summary, "encrypted_content": seal(state)}


class CallInMaking:
    """A call of a function or a custom tool."""

    __slots__ = ("arguments", "id", "index", "is_custom", "start", "state")

    def __init__(self, index: int, start: ToolCallStarted) -> None:
        self.index = index
        self.start = start
        self.is_custom = start.type == "custom"
        self.id = f"{'ctc' if self.is_custom else 'fc'}_{index}"
        self.arguments = Text()
        self.state: Mapping[str, Raw] = {}

    @property
    def word(self) -> str:
        """The name of the member that holds what the call is given."""
        return "input" if self.is_custom else "arguments"

    @property
    def event(self) -> str:
        """The name of its events, up to what happens."""
        return f"response.{'custom_tool_call_input' if self.is_custom else 'function_call_arguments'}"

    def json(self, status: str) -> Json:
        """The item so far."""
        return {
            "type": "custom_tool_call" if self.is_custom else "function_call",
            "id": self.id,
            "call_id": self.start.id,
            "name": self.start.name,
            self.word: str(self.arguments),
            "status": status,
            **self.state,
        }


def annotation_json(annotation: Annotation) -> Json:
    """An annotation, flat."""
    citation = annotation.url_citation
    known = {} if citation is None else msgspec.structs.asdict(citation)
    given = {name: value for name, value in known.items() if value is not None}
    return {"type": annotation.type, **given, **(annotation.extra or {})}


def image_json(index: int, image: Inline, extra: Mapping[str, Raw] | None) -> Json:
    """An image that was made."""
    item: Json = {"type": "image_generation_call", "id": f"ig_{index}", "status": "completed", "result": image.data}
    return {**item, "output_format": image.media_type.removeprefix("image/"), **(extra or {})}


def members_of(raw: Raw) -> Mapping[str, Raw]:
    """The members of a state that this dialect gave, but for the id: items have ours."""
    return {name: value for name, value in _members(raw).items() if name != "id"}
