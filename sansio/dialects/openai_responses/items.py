"""What items say as a whole: the texts of reasonings and calls, images, and what the API wants back beside them.

https://platform.openai.com/docs/api-reference/responses/object#responses/object-output
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Raw

from ...types import ImagePart, ImageUrl, Opaque
from ..lenient import REFUSALS
from ..media import Inline
from .wire import DIALECT, ImageItem, Members, ReasoningItem, SealedItem

BETWEEN: Final = "\n\n"  # parts of a reasoning, each of which has a heading of its own
_SEAL: Final = "sansio:"
_NULL: Final = Raw(b"null")

# What an item has beside its content that says nothing: where it came, and that it is whole.
_PLAIN: Final = frozenset({"id", "item_id", "output_index", "role", "status", "type"})
_SAID: Final[dict[str, frozenset[str]]] = {
    "message": _PLAIN | {"content"},
    "function_call": _PLAIN | {"arguments", "call_id", "name"},
    "custom_tool_call": _PLAIN | {"call_id", "input", "name"},
}

_members = msgspec.json.Decoder(Members).decode
_reasoning = msgspec.json.Decoder(ReasoningItem).decode
_sealed = msgspec.json.Decoder(SealedItem).decode
_state: Callable[[bytes], Opaque | None] = msgspec.json.Decoder(Opaque | None).decode
_image = msgspec.json.Decoder(ImageItem).decode


def reasoning_text(raw: Raw) -> str:
    """The text of a reasoning: what is shown of it, its parts told apart."""
    try:
        item = _reasoning(raw)
    except REFUSALS:
        return ""
    return BETWEEN.join(part.text for part in (*(item.summary or ()), *(item.content or ())) if part.text)


def state_of(raw: Raw, type_: str, *, reasoned: bool) -> Opaque | None:
    """What the API wants back with an item beside its content, such as the phase of a message; None where there is nothing.

    The item's id is among it where the model has *reasoned* before: a reasoning is refused without the very item after it,
    and an item that names itself without its reasoning.
    """
    try:
        members = _members(raw)
    except REFUSALS:
        return None
    rest = {name: value for name, value in members.items() if name not in _SAID[type_] and value != _NULL}
    if reasoned and members.get("id", _NULL) != _NULL:
        rest["id"] = members["id"]
    return Opaque(DIALECT, Raw(msgspec.json.encode(rest))) if rest else None


def arguments_text(value: object) -> str:
    """The JSON text of arguments, or the input; where a server sends a value, that value."""
    if value is None or isinstance(value, str):
        return value or ""
    return msgspec.json.encode(value).decode()


def seal(state: Opaque | None) -> str:
    """Any dialect's state of a reasoning as encrypted content, which clients of a server give back unread."""
    from base64 import b64encode

    return _SEAL + b64encode(msgspec.json.encode(state)).decode("ascii")


def is_sealed(raw: Raw) -> bool:
    """Whether a reasoning is the item of a server of ours, and not the API's."""
    return _content(raw).startswith(_SEAL)


def unseal(raw: Raw) -> Opaque | None:
    """The state of a reasoning that a client gives back: what a server sealed, or else the item itself."""
    from base64 import b64decode

    try:
        return _state(b64decode(_content(raw).removeprefix(_SEAL))) if is_sealed(raw) else Opaque(DIALECT, raw.copy())
    except (ValueError, *REFUSALS):  # somebody broke the seal
        return Opaque(DIALECT, raw.copy())


def _content(raw: Raw) -> str:
    try:
        return _sealed(raw).encrypted_content or ""
    except REFUSALS:
        return ""


def image_of(raw: Raw) -> ImagePart | None:
    """The image that an item holds, whose `extra` are the item's other members; None where there is none."""
    try:
        image, rest = _image(raw), _members(raw)
    except REFUSALS:
        return None
    if not image.result or not image.id:
        return None
    found = Inline(f"image/{image.output_format or 'png'}", image.result)
    extra = {name: value.copy() for name, value in rest.items() if name not in {"result", "type"}}
    return ImagePart(image_url=ImageUrl(found.url), extra=extra)
