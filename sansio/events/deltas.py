"""What an exchange says as its response arrives: frozen structs in one closed union, consumed with `match`.

An exchange ends in exactly one `Completed` or `Failed`; the response is the left fold of what came before it.
`choice` is the index of the answer where several were asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Raw

from ..errors import Failure
from ..types import Annotation, ChatResponse, ImagePart, Opaque, TokenLogprob, Usage

R = TypeVar("R", covariant=True)


class Started(msgspec.Struct, frozen=True, gc=False):
    """The response has a name: provider's id, Unix time and model.  A later one replaces the members that it gives."""

    id: str | None = None
    created: int | None = None
    model: str | None = None
    service_tier: str | None = None
    system_fingerprint: str | None = None


class TextDelta(msgspec.Struct, frozen=True, gc=False):
    """A piece of the answer's text."""

    text: str
    choice: int = 0


class ReasoningDelta(msgspec.Struct, frozen=True, gc=False):
    """A piece of the model's reasoning text."""

    text: str
    choice: int = 0


class StateAdded(msgspec.Struct, frozen=True):
    """The provider's state of the part that came last: of the reasoning, or else of a text, or of the tool call `call`.

    It ends that part: what follows of the kind is another one.  Where none came, it is the state of an empty one.
    """

    state: Opaque
    part: Literal["reasoning", "text", "call"] = "reasoning"
    choice: int = 0
    call: int = 0


class RefusalDelta(msgspec.Struct, frozen=True, gc=False):
    """A piece of the words with which the model refuses."""

    text: str
    choice: int = 0


class ToolCallStarted(msgspec.Struct, frozen=True, gc=False):
    """The model begins a tool call; `index` is its place among the choice's calls.

    `type` is function or custom, or function_call for the deprecated form.  `derived` marks an id that the API lacked and
    that comes from the position.  Where an API gives the name or the id late, a second one with the same index has both.
    """

    index: int
    id: str
    name: str
    type: str = "function"
    choice: int = 0
    derived: bool = False


class ToolCallDelta(msgspec.Struct, frozen=True, gc=False):
    """A piece of a tool call's arguments (JSON text) or of a custom tool's input."""

    index: int
    arguments: str
    choice: int = 0


class AudioDelta(msgspec.Struct, frozen=True, gc=False):
    """A piece of spoken audio: base64 `data` and its `transcript`; `id`, `expires_at` and `format` come once each."""

    id: str | None = None
    data: str | None = None
    transcript: str | None = None
    expires_at: int | None = None
    choice: int = 0
    format: str | None = None


class ImageAdded(msgspec.Struct, frozen=True):
    """An image that the model made, whole."""

    image: ImagePart
    choice: int = 0


class AnnotationAdded(msgspec.Struct, frozen=True):
    """What a span of the answer refers to."""

    annotation: Annotation
    choice: int = 0


class LogprobsDelta(msgspec.Struct, frozen=True):
    """Log probabilities of the tokens that came with the same piece."""

    content: Sequence[TokenLogprob] | None = None
    refusal: Sequence[TokenLogprob] | None = None
    choice: int = 0


class ModerationReported(msgspec.Struct, frozen=True):
    """The provider's inline moderation result, as the JSON that it came in."""

    raw: Raw


class ChoiceFinished(msgspec.Struct, frozen=True, gc=False):
    """A choice has its finish reason; later output and usage still count.

    `native_reason` is the provider's own word, `stop_sequence` which of the request's `stop` it met, where that is told.
    """

    reason: str
    native_reason: str | None = None
    choice: int = 0
    stop_sequence: str | None = None


class UsageReported(msgspec.Struct, frozen=True):
    """The usage so far; a later one replaces it."""

    usage: Usage


class Data(msgspec.Struct, frozen=True, gc=False):
    """A piece of a large download."""

    data: bytes


class Completed(msgspec.Struct, Generic[R], frozen=True):
    """The exchange finished with this response."""

    response: R


class Failed(msgspec.Struct, frozen=True):
    """The exchange did not finish.  `partial` is the fold of what came, None where nothing did."""

    failure: Failure
    partial: ChatResponse | None = None


Output: TypeAlias = (
    TextDelta
    | ReasoningDelta
    | StateAdded
    | RefusalDelta
    | ToolCallStarted
    | ToolCallDelta
    | AudioDelta
    | ImageAdded
    | AnnotationAdded
    | LogprobsDelta
    | Data
    | Opaque
)
"""Real output: what the user has seen of it cannot be taken back by a retry."""

Delta: TypeAlias = Output | Started | ModerationReported | ChoiceFinished | UsageReported
"""Everything that comes before the end."""

Outcome: TypeAlias = Completed[R] | Failed
"""How an exchange, and a call, ends."""

Event: TypeAlias = Delta | Completed[R] | Failed
"""All that an exchange says."""
