"""Responses that the provider keeps, or is still at work on: https://platform.openai.com/docs/guides/background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from .request import Request, Response

if TYPE_CHECKING:
    from .response import ChatResponse  # noqa: F401  # the requests' type argument, read by type checkers only


class GetResponseRequest(Request["ChatResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """The response `id` as it is now: its finish reason is queued or in_progress while it is being made.

    Streamed, it goes on from the event behind the one numbered `starting_after`, if it was made in the background with
    a stream.  `include` asks for more than what is usual.
    """

    operation: ClassVar[str] = "response"

    id: str
    provider: str = ""
    include: Sequence[str] = ()
    starting_after: int | None = None


class CancelResponseRequest(Request["ChatResponse"], frozen=True, kw_only=True, omit_defaults=True):
    """Stop the response `id`, which is made in the background; its finish reason is cancelled then."""

    operation: ClassVar[str] = "response_cancel"

    id: str
    provider: str = ""


class DeleteResponseRequest(Request["ResponseDeleted"], frozen=True, kw_only=True, omit_defaults=True):
    """Forget the response `id`."""

    operation: ClassVar[str] = "response_delete"

    id: str
    provider: str = ""


class ResponseDeleted(Response, frozen=True, omit_defaults=True):
    """Whether the response `id` is gone."""

    id: str
    deleted: bool
