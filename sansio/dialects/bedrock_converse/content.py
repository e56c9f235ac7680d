"""The parts of a message as Converse's content blocks: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html."""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec
from msgspec import Raw

from ...types import (
    AudioPart,
    CacheBreakpoint,
    CacheControl,
    CustomToolCall,
    Extra,
    FilePart,
    FunctionToolCall,
    ImagePart,
    Opaque,
    OrderedPart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
    ToolCall,
)
from ..calls import arguments_object
from ..losses import Losses
from .media import block, document_name
from .wire import Members, decode_members

Block: TypeAlias = dict[str, object]

# What stands among the parts of an answer although it is none: nobody takes it back.
RESPONSE_FIELDS: Final = "additionalModelResponseFields"
_NO_URLS: Final = "the API takes no URLs but those of S3: send the data itself"


class BlockWriter:
    """Turns parts into blocks, and lists among the *losses* what Converse cannot say.

    *lacks* are features that the model does not have: `caching`, `reasoning_back` (it takes none), or `unsigned_reasoning`.
    """

    def __init__(self, losses: Losses, lacks: frozenset[str] = frozenset()) -> None:
        self._losses = losses
        self._lacks = lacks
        self._names: set[str] = set()  # of documents, each of which needs its own
        self._counts: dict[str, int] = {}  # how often each name was asked for

    def of(self, part: OrderedPart, path: str) -> list[Block]:
        """The blocks of one part, none where it says nothing or cannot be sent; a mark of the cache is one behind it."""
        found: Block | None
        match part:
            case Opaque():
                own = self._losses.own(part, path)
                return [] if own is None else _own_blocks(own)
            case FunctionToolCall() | CustomToolCall():
                return [self._tool_use(part, path)]
            case TextPart(text=text, state=state):
                self._losses.own_state(state, f"{path}.state")
                found = self._text(text, part.extra, path)
            case RefusalPart(refusal=text):
                self._losses.approximate(path, "the API has no refusals, only text")
                found = self._text(text, part.extra, path)
            case ReasoningPart():
                found = self._reasoning(part, path)
            case ImagePart():
                found = self._image(part, path)
            case AudioPart(input_audio=audio):
                found = {"audio": {"format": audio.format, "source": {"bytes": audio.data}, **(part.extra or {})}}
            case _:
                found = self._file(part, path)
        if found is None and not isinstance(part, TextPart | RefusalPart):
            return []  # it is lost, and with it its mark
        return ([found] if found else []) + self._marks(part, path)

    def mark(self, mark: CacheControl, path: str) -> list[Block]:
        """The block that says that what stands before it may be cached."""
        if "caching" in self._lacks:
            self._losses.omit(path, "the model has no cache")
            return []
        return [{"cachePoint": {"type": "default"} | ({"ttl": mark.ttl} if mark.ttl else {})}]

    def _marks(self, part: Part, path: str) -> list[Block]:
        if part.cache_control is not None:
            return self.mark(part.cache_control, f"{path}.cache_control")
        if part.prompt_cache_breakpoint is None:
            return []
        where = f"{path}.prompt_cache_breakpoint"
        if part.prompt_cache_breakpoint != CacheBreakpoint():
            self._losses.approximate(where, "the API has its own times to live")
        return self.mark(CacheControl(), where)

    def _tool_use(self, call: ToolCall, path: str) -> Block:
        self._losses.own_state(call.state, f"{path}.state")
        input_: object
        if isinstance(call, CustomToolCall):
            self._losses.approximate(path, "the API has no custom tools: the text is sent as a member")
            input_, inner = {"input": call.custom.input}, call.custom.extra
        else:
            input_ = arguments_object(call.arguments, f"{path}.function.arguments", self._losses)
            inner = call.function.extra
        members = {"toolUseId": call.id, "name": call.name, "input": input_}
        return {"toolUse": {**members, **(inner or {}), **(call.extra or {})}}

    def _text(self, text: str, extra: Extra | None, path: str) -> Block | None:
        # The API refuses an empty text and one of nothing but white space, as models write them.
        if text.strip() or extra:
            return {"text": text, **(extra or {})}
        if text:
            self._losses.omit(path, "the API refuses a text of white space, which says nothing")
        return None

    def _reasoning(self, part: ReasoningPart, path: str) -> Block | None:
        own = self._losses.own_state(part.state, f"{path}.state")
        if "reasoning_back" in self._lacks:
            self._losses.omit(path, "the model does not take reasoning back")
            return None
        state: Members = {} if own is None else decode_members(own.raw)
        if "redactedContent" in state:
            return {"reasoningContent": state, **(part.extra or {})}
        if not (part.text or state or part.extra):
            return None  # it says nothing
        if "signature" not in state and "unsigned_reasoning" in self._lacks:
            self._losses.omit(path, "the model takes only reasoning back that it has signed")
            return None
        said: Block = {"text": part.text, **state}
        return {"reasoningContent": {"reasoningText": said}, **(part.extra or {})}

    def _image(self, part: ImagePart, path: str) -> Block | None:
        image = part.image_url
        if image.detail not in {None, "auto"}:
            self._losses.drop(f"{path}.image_url.detail", "the API has no detail")
        if (found := block(image.url, "image", image.format)) is None:
            self._losses.drop(
                path, _NO_URLS if image.url.startswith("http") else "the API takes png, jpeg, gif and webp"
            )
            return None
        return {"image": {**found[1], **(part.extra or {})}}

    def _file(self, part: FilePart, path: str) -> Block | None:
        file = part.file
        url = file.file_data or file.file_url
        if file.file_id is not None:
            self._losses.drop(f"{path}.file.file_id", "the API has no uploaded files")
        if (found := block(url or "", type_=file.format)) is None:
            if url is not None:
                self._losses.drop(path, _NO_URLS if url.startswith("http") else "the API does not take such files")
            return None
        kind, members = found
        if kind == "document":
            members["name"] = self._document_name(file.filename, f"{path}.file.filename")
        elif file.filename is not None:
            self._losses.drop(f"{path}.file.filename", f"the API has no names of {kind}s")
        return {kind: {**members, **(part.extra or {})}}

    def _document_name(self, filename: str | None, path: str) -> str:
        """The name that each document must have: the file's as far as it is allowed, or else the position's."""
        stem = document_name(filename or "") or f"document {len(self._names) + 1}"
        name, count = stem, self._counts.get(stem, 1)
        while name in self._names:
            count += 1
            name = f"{stem[:190]} ({count})"
        self._counts[stem] = count
        self._names.add(name)
        if filename is None or not filename.startswith(name):
            self._losses.fill(path, f"the API wants a name of its own for each document: {name}")
        return name


def _own_blocks(item: Opaque) -> list[Block]:
    block: Block = {**msgspec.json.decode(item.raw, type=dict[str, Raw])}
    return [] if RESPONSE_FIELDS in block else [block]
