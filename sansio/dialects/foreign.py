"""What a request says in the words of one API alone, when it goes to another: members that a server kept unread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

import msgspec

from ..types import BatchItem, ChatRequest, CountTokensRequest, CreateBatchRequest, Extra, Loss, Opaque
from .deprecated import modern

T = TypeVar("T")


def translatable(request: T, dialect: str) -> tuple[T, tuple[Loss, ...]]:
    """*request* for *dialect*, less each `extra` that a server of another one kept in it, which is a loss.

    What its caller wrote himself belongs to no dialect, and stays.  What only chat completions have, because it is
    deprecated there, is said in the words that replaced it.
    """
    losses: list[Loss] = []
    match request:
        case ChatRequest():
            found: object = _chat(request, dialect, "", losses)
        case CountTokensRequest(chat=chat):
            found = msgspec.structs.replace(request, chat=_chat(chat, dialect, "chat.", losses))
        case CreateBatchRequest(requests=items) if items:
            found = msgspec.structs.replace(
                request, requests=[_item(*item, dialect, losses) for item in enumerate(items)]
            )
        case _:
            return request, ()
    return cast("T", found), tuple(losses)


def _item(place: int, item: BatchItem, dialect: str, losses: list[Loss]) -> BatchItem:
    return msgspec.structs.replace(item, request=_chat(item.request, dialect, f"requests[{place}].request.", losses))


def _chat(request: ChatRequest, dialect: str, path: str, losses: list[Loss]) -> ChatRequest:
    owner = request.dialect
    request = request if dialect == "openai_chat" else modern(request)
    return request if owner is None or owner == dialect else _Foreign(owner, losses).less(request, path)


class _Foreign:
    """Takes every `extra` out of what is *owner*'s."""

    def __init__(self, owner: str, losses: list[Loss]) -> None:
        self._reason = f"only {owner} understands it"
        self._losses = losses

    def less(self, struct: T, path: str) -> T:
        """The struct without them, at any depth; *path* is what stands before the names of its fields."""
        if not isinstance(struct, msgspec.Struct) or isinstance(struct, Opaque):
            return struct
        changed: dict[str, object] = {}
        for name in struct.__struct_fields__:
            value: object = getattr(struct, name)
            left = self._of_field(name, value, f"{path}{name}")
            if left is not value:
                changed[name] = left
        return msgspec.structs.replace(struct, **changed) if changed else struct

    def _of_field(self, name: str, value: object, path: str) -> object:
        if name == "extra":
            for member in cast("Extra", value or {}):
                self._losses.append(Loss(f"{path}.{member}", "dropped", self._reason))
            return None
        if isinstance(value, Sequence) and not isinstance(value, str | bytes):
            items = cast("Sequence[object]", value)
            left = [self.less(item, f"{path}[{place}].") for place, item in enumerate(items)]
            return left if any(new is not old for new, old in zip(left, items, strict=True)) else items
        return self.less(value, f"{path}.")
