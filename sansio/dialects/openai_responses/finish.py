"""How a response ended: its status and the reason why it is incomplete, and the canonical finish reasons, both ways.

The API has no finish reason of its own: a response is completed or incomplete, and the latter says why.
"""

from __future__ import annotations

from typing import Final

from ...events import ChoiceFinished
from ...types import Choice
from .wire import Answer

_REASONS: Final[dict[str | None, str]] = {"content_filter": "content_filter", "max_output_tokens": "length"}
_OTHERS: Final = {"incomplete": None, "max_messages": "max_messages", "steered": "steered"}
_UNFINISHED: Final = frozenset({"cancelled", "in_progress", "queued"})
_DETAILS: Final = {reason: detail for detail, reason in _REASONS.items()}


def finished(answer: Answer, *, calls: bool) -> ChoiceFinished | None:
    """How *answer* ended, None where it does not say; *calls* tells whether there are any in it.

    The native word is the status, or the reason where the canonical one does not tell that.  A response that goes on in
    the background has ended as what it is: `queued`, `in_progress`.
    """
    status = answer.status
    if not status:
        return None
    if status == "completed":
        return ChoiceFinished("tool_calls" if calls else "stop", status)
    if status != "incomplete":
        return ChoiceFinished(status.lower(), None if status.islower() else status)
    detail = None if answer.incomplete_details is None else answer.incomplete_details.reason
    if (reason := _REASONS.get(detail)) is not None:
        return ChoiceFinished(reason, status)
    return ChoiceFinished("stop", detail or status)


def ending(choice: Choice) -> tuple[str, str | None]:
    """The status of a response, and why it is incomplete: the way back from a finish reason."""
    reason, native = choice.finish_reason, choice.native_finish_reason
    if reason in _DETAILS:
        return "incomplete", _DETAILS[reason]
    if reason in _UNFINISHED:
        return reason, None
    if reason == "stop" and native in _OTHERS:
        return "incomplete", _OTHERS[native]
    return "completed", None
