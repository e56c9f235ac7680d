"""What stands in lists: content parts of servers that send a list instead of text, images, and annotations."""

from __future__ import annotations

import msgspec
from msgspec import Raw

from ...events import Delta, ImageAdded, ReasoningDelta, TextDelta
from ...types import Annotation, ImagePart, Opaque, UrlCitation
from ..lenient import REFUSALS
from .wire import ContentPart, Members

_part = msgspec.json.Decoder(ContentPart).decode
_image = msgspec.json.Decoder(ImagePart).decode
_citation = msgspec.json.Decoder(UrlCitation).decode
_text = msgspec.json.Decoder(str).decode


def part_events(raw: Raw, choice: int) -> list[Delta]:
    """The events of one content part: text, mistral's thinking, or else an opaque part."""
    try:
        part = _part(raw)
    except REFUSALS:
        part = ContentPart()
    if part.type == "text":
        return [TextDelta(part.text, choice)] if part.text else []
    if part.type == "thinking":
        text = "".join(_thoughts(part))
        return [ReasoningDelta(text, choice)] if text else []
    return [Opaque("openai_chat", raw.copy())]


def image_event(raw: Raw, choice: int) -> Delta:
    """An image that the model made, or what else stands in its place."""
    try:
        return ImageAdded(_image(raw), choice)
    except REFUSALS:
        return Opaque("openai_chat", raw.copy())


def _thoughts(part: ContentPart) -> list[str]:
    if isinstance(part.thinking, list):
        return [inner.text or "" for inner in part.thinking]
    return [part.thinking or part.text or ""]


def annotation(members: Members) -> Annotation:
    """An annotation: a citation nested under `url_citation` as at OpenAI, or flat; what is not known is kept as it came."""
    rest = {name: raw.copy() for name, raw in members.items()}
    type_ = _read_type(rest.pop("type", None))
    citation = _read_citation(rest.get("url_citation"))
    if citation is not None:
        del rest["url_citation"]
    elif type_ == "url_citation" and "url" in rest:
        citation = _read_citation(Raw(msgspec.json.encode(rest)))
        if citation is not None:
            rest = {name: raw for name, raw in rest.items() if name not in UrlCitation.__struct_fields__}
    return Annotation(type_, citation, rest or None)


def _read_type(raw: Raw | None) -> str:
    try:
        return _text(raw) if raw is not None else "url_citation"
    except REFUSALS:
        return "unknown"


def _read_citation(raw: Raw | None) -> UrlCitation | None:
    try:
        return _citation(raw) if raw is not None else None
    except REFUSALS:
        return None
