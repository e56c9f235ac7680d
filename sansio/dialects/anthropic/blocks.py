"""The parts of messages as content blocks: https://platform.claude.com/docs/en/api/messages.

Every block of the API that has a part of ours is written here; all the others travel as Opaque and are given back as they came.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias, assert_never

import msgspec
from msgspec import Raw

from ...types import (
    AudioPart,
    CustomToolCall,
    FilePart,
    FileReference,
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
from ..media import Inline, inline

DIALECT: Final = "anthropic"

Members: TypeAlias = dict[str, object]
Block: TypeAlias = Members | Raw

CUSTOM_INPUT: Final = "input"  # the one property of a tool that stands for one of free text
FILES_BETA: Final = "files-api-2025-04-14"
_JPEG: Final = {"image/jpg": "image/jpeg"}  # which is no registered type, and much used
_IMAGES: Final = frozenset({"image/gif", "image/jpeg", "image/jpg", "image/png", "image/webp"})
_IMAGE_ENDINGS: Final = (".gif", ".jpeg", ".jpg", ".png", ".webp")


class BlockWriter:
    """Writes blocks; what the API cannot say goes to the *losses*, and the beta features that they need to `betas`.

    *lacks* are what the model or the provider does not have: `url_sources`.
    """

    def __init__(self, losses: Losses, lacks: frozenset[str]) -> None:
        self.betas: set[str] = set()
        self._losses = losses
        self._lacks = lacks

    def blocks(self, parts: Iterable[tuple[str, OrderedPart]]) -> list[Block]:
        """The blocks of those parts, each of which has its path, less what is lost or empty."""
        found = (self._block(part, path) for path, part in parts)
        return [block for block in found if block is not None]

    def result(self, call_id: str, content: object) -> Members:
        """The result of the tool call of that id; *content* is text or blocks."""
        return {"type": "tool_result", "tool_use_id": call_id, "content": content}

    def _block(self, part: OrderedPart, path: str) -> Block | None:
        match part:
            case TextPart():
                return self._text(part, path)
            case Opaque():
                return None if (own := self._losses.own(part, path)) is None else own.raw
            case FunctionToolCall() | CustomToolCall():
                return self._call(part, path)
            case ReasoningPart():
                return self._reasoning(part, path)
            case ImagePart():
                return self._marked(self._image(part, path), part, path)
            case FilePart():
                return self._marked(self._file(part.file, path), part, path)
            case RefusalPart():
                self._losses.approximate(path, "the API has refusals as text only")
                return self._marked({"type": "text", "text": part.refusal}, part, path)
            case AudioPart():
                self._losses.drop(path, "the API takes no audio")
                return None
            case _:
                assert_never(part)

    def _marked(self, block: Members | None, part: Part, path: str) -> Members | None:
        """The block with what every part may carry."""
        if part.prompt_cache_breakpoint is not None:
            self._losses.omit(f"{path}.prompt_cache_breakpoint", "the API's mark is cache_control")
        if block is None:
            return None
        if part.cache_control is not None:
            block["cache_control"] = part.cache_control
        return block if part.extra is None else {**block, **part.extra}

    def _text(self, part: TextPart, path: str) -> Members | None:
        state = self._losses.own_state(part.state, f"{path}.state")
        if not part.text and part.extra is None and state is None:
            if part.cache_control is not None:
                self._losses.omit(f"{path}.cache_control", "the API refuses an empty text, and with it its mark")
            return None  # it says nothing
        block: Members = {"type": "text", "text": part.text}
        return self._marked(block if state is None else block | _members(state), part, path)

    def _reasoning(self, part: ReasoningPart, path: str) -> Members | None:
        if part.state is None:
            if part.text:
                self._losses.omit(path, "the API takes back only reasoning that it has signed")
            return None
        if (own := self._losses.own_state(part.state, path)) is None:
            return None
        return self._marked({"type": "thinking", "thinking": part.text, **_members(own)}, part, path)

    def _call(self, call: ToolCall, path: str) -> Members:
        block: Members = {"type": "tool_use", "id": call.id, "name": call.name}
        if isinstance(call, CustomToolCall):
            inner = call.custom.extra
            self._losses.approximate(path, "the API's calls have an object as input, in which the text is a member")
            block["input"] = {CUSTOM_INPUT: call.custom.input}
        else:
            inner = call.function.extra
            block["input"] = arguments_object(call.function.arguments, f"{path}.arguments", self._losses)
        if (state := self._losses.own_state(call.state, f"{path}.state")) is not None:
            block |= _members(state)
        return {**block, **(inner or {}), **(call.extra or {})}

    def _image(self, part: ImagePart, path: str) -> Members | None:
        if part.image_url.detail not in {None, "auto"}:
            self._losses.drop(f"{path}.image_url.detail", "the API has one resolution")
        url = part.image_url.url
        if (data := inline(url)) is not None:
            return _image(data)
        source = self._url_source(url, f"{path}.image_url.url")
        return None if source is None else {"type": "image", "source": source}

    def _url_source(self, url: str, path: str) -> Members | None:
        if "url_sources" in self._lacks:
            self._losses.drop(path, "the provider takes media as data only")
            return None
        return {"type": "url", "url": url}

    def _file(self, file: FileReference, path: str) -> Members | None:
        """A document: by id, by URL, or as data; an image where its type, or else its name, says so."""
        path = f"{path}.file"
        source: Members | None
        if file.file_id is not None:
            self.betas.add(FILES_BETA)
            source = {"type": "file", "file_id": file.file_id}
            if (file.filename or "").lower().endswith(_IMAGE_ENDINGS):
                return {"type": "image", "source": source}
        elif file.file_url is not None:
            source = self._url_source(file.file_url, f"{path}.file_url")
        elif (data := inline(file.file_data or "")) is None:
            self._losses.drop(path, "there is no id, URL, or base64 `data:` URL in it")
            source = None
        elif data.media_type in _IMAGES:
            return _image(data)
        else:
            source = self._document_source(data, f"{path}.file_data")
        if source is None:
            return None
        document: Members = {"type": "document", "source": source}
        return document | {"title": file.filename} if file.filename else document

    def _document_source(self, data: Inline, path: str) -> Members | None:
        if data.media_type == "application/pdf":
            return _base64(data)
        if data.media_type.startswith("text/"):
            if (text := _decoded(data.data)) is not None:
                if data.media_type != "text/plain":
                    self._losses.approximate(path, f"the API takes {data.media_type} as text/plain")
                return {"type": "text", "media_type": "text/plain", "data": text}
            self._losses.drop(path, "it is no UTF-8 in base64")
            return None
        self._losses.drop(path, f"the API takes PDF, text and images, and no {data.media_type}")
        return None


def _image(data: Inline) -> Members:
    media_type = _JPEG.get(data.media_type, data.media_type)
    return {"type": "image", "source": _base64(Inline(media_type, data.data))}


def _base64(data: Inline) -> Members:
    return {"type": "base64", "media_type": data.media_type, "data": data.data}


def _decoded(base64: str) -> str | None:
    """The text whose UTF-8 that is; None where it is none."""
    from binascii import a2b_base64

    try:
        return a2b_base64(base64).decode()
    except ValueError:  # of both steps
        return None


def _members(state: Opaque) -> dict[str, Raw]:
    return msgspec.json.decode(state.raw, type=dict[str, Raw])
