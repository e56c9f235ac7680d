"""The server's way in for conversations: `contents` to messages, calls and their results paired.

What a model said is read by the same machine that reads it from the API.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Raw

from ...events import Delta, Fold
from ...types import (
    AudioPart,
    Content,
    ContentPart,
    Extra,
    FilePart,
    FunctionToolCall,
    ImagePart,
    Message,
    Opaque,
    TextPart,
)
from ..calls import derived_id
from .candidate import CandidateState
from .media import blob_part, reference_part
from .objects import members, raw_of, typed
from .state import DIALECT, state
from .wire import CandidatePiece, ContentPiece, PartPiece

_NESTED: Final = ("fileData", "functionCall", "functionResponse", "inlineData")
_KNOWN: Final[dict[str, frozenset[str]]] = {
    "functionCall": frozenset({"args", "id", "name"}),
    "inlineData": frozenset({"data", "mimeType"}),
}
_OF_MODELS: Final = frozenset({"functionCall", "inlineData", "text", "thought", "thoughtSignature"})


def _part(raw: Raw, path: str) -> dict[str, Raw]:
    """A part with its names in camel case."""
    part = members(raw, path)
    for name in _NESTED:
        if name in part:
            part[name] = raw_of(members(part[name], f"{path}.{name}"))
    return part


def _copied(extra: dict[str, Raw]) -> Extra | None:
    """What is left of an object, apart from the body that it was read from."""
    return {name: raw.copy() for name, raw in extra.items()} or None


class Conversation:
    """Reads contents in their order; `messages` is what they say."""

    __slots__ = ("_calls", "_pending", "messages")

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._calls = 0  # that the models made so far: an id by position is one of the whole conversation
        self._pending: list[FunctionToolCall] = []  # calls without a result

    def add(self, raw: Raw, path: str) -> None:
        """Take the next content.  Raises Invalid."""
        content = members(raw, path)
        role = typed(content.pop("role", Raw(b'"user"')), str, f"{path}.role")
        raws = typed(content.pop("parts", Raw(b"[]")), list[Raw], f"{path}.parts")
        said = self._of_model(raws, f"{path}.parts") if role == "model" else self._of_user(raws, f"{path}.parts")
        if said and content:
            said[0] = msgspec.structs.replace(said[0], extra=_copied(content))
        self.messages += said

    def _of_model(self, raws: Sequence[Raw], path: str) -> list[Message]:
        state, events = CandidateState(0, self._calls), list[Delta]()
        pieces = [_piece(raw, f"{path}[{place}]") for place, raw in enumerate(raws)]
        state.receive(CandidatePiece(ContentPiece(pieces)), raws.__getitem__, events, whole=True)
        fold = Fold()
        fold.extend(events)
        message = fold.response().message
        self._pending = [call for call in message.tool_calls or () if isinstance(call, FunctionToolCall)]
        self._calls += len(self._pending)
        return [message]

    def _of_user(self, raws: Sequence[Raw], path: str) -> list[Message]:
        """The messages of one content: each result of a function is one, and so is what stands between them."""
        said: list[Message] = []
        run: list[ContentPart] = []
        for place, raw in enumerate(raws):
            part = _part(raw, f"{path}[{place}]")
            if "functionResponse" not in part:
                run.append(content_part(raw, f"{path}[{place}]"))
                continue
            said += _user(run)
            run = []
            said.append(self._result(part, f"{path}[{place}].functionResponse"))
        return said + _user(run)

    def _result(self, part: dict[str, Raw], path: str) -> Message:
        result = members(part.pop("functionResponse"), path)
        name = typed(result.pop("name", Raw(b'""')), str, f"{path}.name")
        id_ = typed(result.pop("id", Raw(b'""')), str, f"{path}.id")
        text = _output(result.pop("response", Raw(b"{}")), f"{path}.response")
        media = typed(result.pop("parts", Raw(b"[]")), list[Raw], f"{path}.parts")
        parts = [content_part(raw, path) for raw in media]
        if result:
            part["functionResponse"] = raw_of(result)
        call = self._answered(id_, name)
        return Message(
            "tool",
            [*([TextPart(text=text)] if text else []), *parts] if parts else text,
            name=None if call is not None else name or None,
            tool_call_id=call.id if call is not None else id_ or derived_id(0, self._calls),
            extra=_copied(part),
        )

    def _answered(self, id_: str, name: str) -> FunctionToolCall | None:
        """The call that a result belongs to: by its id, else the first of that name that has no result."""
        for call in self._pending:
            if call.id == id_ if id_ else call.name == name:
                self._pending.remove(call)
                return call
        return None


def _piece(raw: Raw, path: str) -> PartPiece:
    """A part of a model's; an empty one where it says more than what has a canonical form."""
    part = _part(raw, path)
    known = part.keys() <= _OF_MODELS and all(
        members(part[name], path).keys() <= names for name, names in _KNOWN.items() if name in part
    )
    return typed(raw_of(part), PartPiece, path) if known else PartPiece()


def _user(parts: Sequence[ContentPart]) -> list[Message]:
    return [Message("user", plain(parts))] if parts else []


def plain(parts: Sequence[ContentPart]) -> Content:
    """The content of a message: one plain text as such."""
    if len(parts) == 1 and isinstance(part := parts[0], TextPart) and part.state is None and part.extra is None:
        return part.text
    return parts


def content_part(raw: Raw, path: str) -> ContentPart:
    """What stands in a user's content or among the instructions; further members are in its `extra`."""
    part = _part(raw, path)
    if "text" in part:
        text = typed(part.pop("text"), str, f"{path}.text")
        signature = part.pop("thoughtSignature", None)
        signed = None if signature is None else state(typed(signature, str, f"{path}.thoughtSignature"))
        return TextPart(text=text, state=signed, extra=_copied(part))
    for name, read in (("inlineData", _blob), ("fileData", _reference)):
        if name in part and (found := read(members(part[name], f"{path}.{name}"), f"{path}.{name}")) is not None:
            del part[name]
            return msgspec.structs.replace(found, extra=_copied(part))
    return Opaque(DIALECT, raw.copy())


def _blob(blob: dict[str, Raw], path: str) -> ImagePart | AudioPart | FilePart | None:
    if blob.keys() != {"data", "mimeType"}:
        return None
    return blob_part(typed(blob["mimeType"], str, path), typed(blob["data"], str, path))


def _reference(reference: dict[str, Raw], path: str) -> ImagePart | AudioPart | FilePart | None:
    if not {"fileUri"} <= reference.keys() <= {"fileUri", "mimeType"}:
        return None
    type_ = typed(reference["mimeType"], str, path) if "mimeType" in reference else None
    return reference_part(type_, typed(reference["fileUri"], str, path))


def _output(raw: Raw, path: str) -> str:
    """The text of a function's result: its `output` where that is a text and all there is, else the JSON."""
    result = members(raw, path)
    if result.keys() == {"output"} and bytes(result["output"])[:1] == b'"':
        return typed(result["output"], str, path)
    return bytes(raw).decode("utf-8", "replace")
