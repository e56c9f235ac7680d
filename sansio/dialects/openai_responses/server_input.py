"""The way in of a conversation: the items of `input` to messages.

Items of the assistant that follow one another are one message, as they are one answer; a second text begins another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Raw

from ...types import (
    CacheBreakpoint,
    Content,
    ContentPart,
    CustomCall,
    CustomToolCall,
    Extra,
    FilePart,
    FileReference,
    FunctionCall,
    FunctionToolCall,
    ImagePart,
    ImageUrl,
    Message,
    OrderedPart,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
)
from ..shapes import Unknown, shape
from .fields import Fields, each, read_text, type_of
from .items import image_of, is_sealed, reasoning_text, state_of, unseal
from .server_tools import opaque
from .wire import FILE_MEMBERS, Members

_read_breakpoint: Final = shape(CacheBreakpoint)
_PLAIN: Final = ("id", "status")  # what the API says of items that it lists, and says nothing in a request
_MARK: Final = "prompt_cache_breakpoint"


def read_conversation(items: Raw) -> list[Message]:
    """The messages that the items amount to."""
    conversation = _Conversation()
    each(conversation.receive, items)
    conversation.end_answer()
    return conversation.messages


class _Conversation:
    """Messages so far, and the answer of the assistant at hand."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._answer = _Answer()
        self._custom: set[str] = set()  # the calls of custom tools, by their ids

    def receive(self, raw: Raw) -> None:
        """Take the next item."""
        fields = Fields(raw)
        match fields.take("type", read_text) or "message":
            case "message":
                self._receive_message(fields, raw)
            case "reasoning":
                state = unseal(raw)
                self._answer.reasoned |= not is_sealed(raw)
                self._answer.parts.append(ReasoningPart(text=reasoning_text(raw), state=state))
            case "function_call" | "custom_tool_call" as type_:
                call = _read_call(fields, raw, type_, reasoned=self._answer.reasoned)
                self._custom |= {call.id} if type_ == "custom_tool_call" else set()
                self._answer.parts.append(call)
            case "function_call_output" | "custom_tool_call_output" as type_:
                self._receive_result(fields, raw, type_)
            case "image_generation_call" if (image := image_of(raw)) is not None:
                self._answer.parts.append(image)
            case _:
                self._answer.parts.append(opaque(raw))

    def end_answer(self) -> None:
        """The assistant has said what it says for now."""
        if self._answer.parts or self._answer.has_text:
            self.messages.append(self._answer.message())
        self._answer = _Answer()

    def _receive_message(self, fields: Fields, raw: Raw) -> None:
        fields.drop(*_PLAIN)
        role = fields.need("role", read_text)
        if role != "assistant":
            self.end_answer()
            content = fields.need("content", _read_content)
            self.messages.append(Message(role, content, extra=fields.rest()))
            return
        if self._answer.has_text:
            self.end_answer()
        try:
            said = fields.need("content", _read_said)
        except Unknown:
            self._answer.parts.append(opaque(raw))
        else:
            self._answer.add(said, raw)

    def _receive_result(self, fields: Fields, raw: Raw, type_: str) -> None:
        id_ = fields.need("call_id", read_text)
        if (type_ == "custom_tool_call_output") != (id_ in self._custom):
            self._answer.parts.append(opaque(raw))  # whose call is not here; only the API knows what it answers
            return
        self.end_answer()
        content = fields.need("output", _read_content)
        fields.drop(*_PLAIN)
        self.messages.append(Message("tool", content, tool_call_id=id_, extra=fields.rest()))


class _Answer:
    """What the assistant said between two things that others said."""

    def __init__(self) -> None:
        self.parts: list[OrderedPart] = []
        self.has_text = False
        self.reasoned = False  # in an item of the API's, and none that a server made
        self._content: Content = None
        self._refusal: str | None = None
        self._extra: Extra | None = None

    def add(self, content: str | list[TextPart | RefusalPart], raw: Raw) -> None:
        """Add the content of a message; what else it says is the state of its last text."""
        self.has_text = True
        said = [TextPart(text=content)] if isinstance(content, str) else content
        texts = [part for part in said if isinstance(part, TextPart)]
        refusals = [part.refusal for part in said if isinstance(part, RefusalPart)]
        self._content = content if isinstance(content, str) else texts or None
        self._refusal = "".join(refusals) if refusals else None
        state = state_of(raw, "message", reasoned=self.reasoned)
        if texts and state is not None:
            texts = [*texts[:-1], msgspec.structs.replace(texts[-1], state=state)]
        elif state is not None:
            self._extra = msgspec.json.decode(state.raw, type=Members)
        self.parts += texts

    def message(self) -> Message:
        """The message that it amounts to."""
        calls = [part for part in self.parts if isinstance(part, FunctionToolCall | CustomToolCall)]
        thoughts = [part.text for part in self.parts if isinstance(part, ReasoningPart)]
        return Message(
            "assistant",
            self._content,
            tool_calls=calls or None,
            refusal=self._refusal,
            reasoning_content="".join(thoughts) or None,
            parts=None if self._is_usual(len(calls)) else self.parts,
            extra=self._extra,
        )

    def _is_usual(self, calls: int) -> bool:
        """Whether there is nothing but text and then calls, so that the message's other fields say everything."""
        texts = self.parts[: len(self.parts) - calls]
        return all(isinstance(part, TextPart) and part.state is None for part in texts)


# -- calls and parts -----------------------------------------------------------------------------------------


def _read_call(fields: Fields, raw: Raw, type_: str, *, reasoned: bool) -> ToolCall:
    state = state_of(raw, type_, reasoned=reasoned)
    id_, name = fields.need("call_id", read_text), fields.need("name", read_text)
    if type_ == "custom_tool_call":
        return CustomToolCall(id=id_, state=state, custom=CustomCall(name, fields.need("input", read_text)))
    return FunctionToolCall(id=id_, state=state, function=FunctionCall(name, fields.need("arguments", read_text)))


def _read_content(raw: Raw) -> str | list[ContentPart]:
    """What others than the assistant say; parts that our types do not hold are opaque."""
    return read_text(raw) if bytes(raw)[:1] == b'"' else each(_read_part, raw)


def _read_part(raw: Raw) -> ContentPart:
    try:
        return _PARTS.get(type_of(raw), opaque)(raw)
    except Unknown:
        return opaque(raw)


def _read_text_part(raw: Raw) -> ContentPart:
    fields = Fields(raw)
    fields.drop("type")
    text, mark = fields.need("text", read_text), fields.take(_MARK, _read_breakpoint)
    return TextPart(text=text, prompt_cache_breakpoint=mark, extra=fields.rest())


def _read_image(raw: Raw) -> ContentPart:
    fields = Fields(raw)
    fields.drop("type")
    if "image_url" not in fields.left:
        raise Unknown  # it is a file of the API's
    image = ImageUrl(fields.need("image_url", read_text), fields.take("detail", read_text))
    mark = fields.take(_MARK, _read_breakpoint)
    return ImagePart(image_url=image, prompt_cache_breakpoint=mark, extra=fields.rest())


def _read_file(raw: Raw) -> ContentPart:
    fields = Fields(raw)
    fields.drop("type")
    file = FileReference(*[fields.take(name, read_text) for name in FILE_MEMBERS])
    mark = fields.take(_MARK, _read_breakpoint)
    return FilePart(file=file, prompt_cache_breakpoint=mark, extra=fields.rest())


_PARTS: Final[dict[str, Callable[[Raw], ContentPart]]] = {
    "input_file": _read_file,
    "input_image": _read_image,
    "input_text": _read_text_part,
}


def _read_said(raw: Raw) -> str | list[TextPart | RefusalPart]:
    """What the assistant said; raises Unknown for a part that is neither a text nor a refusal."""
    return read_text(raw) if bytes(raw)[:1] == b'"' else each(_read_said_part, raw)


def _read_said_part(raw: Raw) -> TextPart | RefusalPart:
    fields = Fields(raw)
    type_ = fields.need("type", read_text)
    fields.drop("annotations", "logprobs")  # what the API said of the text, and does not ask for again
    if type_ == "refusal":
        return RefusalPart(refusal=fields.need("refusal", read_text))
    if type_ not in {"input_text", "output_text"}:
        raise Unknown
    return TextPart(text=fields.need("text", read_text), extra=fields.rest())
