"""Reads what error bodies say.  Every provider has a form of its own; they are tried in one fixed order."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Final, cast

import msgspec

from .lenient import UnreadableError, loads


class ErrorFacts(msgspec.Struct, frozen=True):
    """What an error object says.  `words` are its codes, types and statuses in lower case, the telling ones first.

    Among them `reasons` stands for openrouter's list of those of a moderation.  `text` is the message and whatever else may tell the kind, such as the error of a provider further up.
    `retry_after` is in seconds.
    """

    message: str
    code: str | None = None
    type: str | None = None
    param: str | None = None
    words: tuple[str, ...] = ()
    text: str = ""
    retry_after: float | None = None


_MESSAGE: Final = 2000  # characters of a body that is no JSON, enough to recognise it by


def of_body(body: bytes) -> ErrorFacts | None:
    """What the body of an error response says: JSON, an event stream with one event, HTML or plain text; None where empty."""
    text = body.strip()
    if text.startswith((b"data:", b"event:")):
        text = b"".join(line[5:] for line in text.splitlines() if line.startswith(b"data:")).strip()
    try:
        value = loads(text)
    except UnreadableError:
        return _of_text(text.decode("utf-8", "replace"))
    return of_value(value) or _of_text(text.decode("utf-8", "replace"))


def of_value(value: object) -> ErrorFacts | None:
    """What a JSON value says as an error; None where it is none.

    The order: a list of one; `error` as an object, or as a text with `code` and `error_type` beside it; a flat `message`;
    `detail` as a text, an object or a list of validation errors; `title` with `detail` (RFC 9457); a list `errors`.
    """
    if isinstance(value, list):
        items = cast("list[object]", value)
        return of_value(items[0]) if len(items) == 1 else None
    if not isinstance(value, dict):
        return None
    fields = cast("dict[str, object]", value)
    return next((facts for form in _FORMS if (facts := form(fields)) is not None), None)


def of_error(error: object) -> ErrorFacts:
    """What the value of an `error` member says, whatever it is."""
    if isinstance(error, dict):
        fields = cast("dict[str, object]", error)
        return _flat(fields) or _facts(fields, _json(fields))
    return of_value(error) or ErrorFacts(message := _string(error) or _json(error), text=message)


def _error(fields: dict[str, object]) -> ErrorFacts | None:
    error = fields.get("error")
    if isinstance(error, str) and error:
        return _facts(fields, error)
    return of_error(error) if error else None


def _flat(fields: dict[str, object]) -> ErrorFacts | None:
    message = _string(fields.get("message")) or _string(fields.get("Message")) or _string(fields.get("msg"))
    return _facts(fields, message) if message else None


def _detail(fields: dict[str, object]) -> ErrorFacts | None:
    detail = fields.get("detail")
    match detail:
        case str() if detail:
            title = _string(fields.get("title"))
            return _facts(fields, f"{title}: {detail}" if title else detail)
        case dict():
            return of_error(cast("dict[str, object]", detail))
        case list() if detail:
            return _facts(fields, "; ".join(_validation_error(item) for item in cast("list[object]", detail)))
        case _:
            title = _string(fields.get("title"))
            return _facts(fields, title) if title else None


def _validation_error(item: object) -> str:
    """`body.messages: Field required`, from pydantic's `{loc, msg, type}`."""
    if not isinstance(item, dict):
        return _string(item) or _json(item)
    fields = cast("dict[str, object]", item)
    loc = fields.get("loc")
    path = ".".join(str(step) for step in cast("list[object]", loc)) if isinstance(loc, list) else ""
    message = _string(fields.get("msg")) or _json(fields)
    return f"{path}: {message}" if path else message


def _errors(fields: dict[str, object]) -> ErrorFacts | None:
    errors = fields.get("errors")
    return of_error(cast("list[object]", errors)[0]) if isinstance(errors, list) and errors else None


_FORMS: Final[tuple[Callable[[dict[str, object]], ErrorFacts | None], ...]] = (_error, _flat, _detail, _errors)


def _facts(fields: dict[str, object], message: str) -> ErrorFacts:
    details = fields.get("details")
    inner = cast("dict[str, object]", details) if isinstance(details, dict) else {}
    code = _string(fields.get("code")) or _string(inner.get("error_code"))  # the latter is anthropic's
    type_ = _string(fields.get("type")) or _string(fields.get("error_type")) or _aws_type(fields)
    metadata = fields.get("metadata")
    upstream = cast("dict[str, object]", metadata) if isinstance(metadata, dict) else {}
    told = [_string(upstream.get(name)) for name in ("error_type", "limit_source")]
    flagged = "reasons" if upstream.get("reasons") else None
    reasons, delay = _google_details(fields.get("details"))
    words = (code, type_, _string(fields.get("status")), *told, flagged, *reasons)
    raw = upstream.get("raw") or ""
    return ErrorFacts(
        message,
        code,
        type_,
        _string(fields.get("param")),
        tuple(word.lower() for word in words if word),
        f"{message} {raw if isinstance(raw, str) else _json(raw)}",
        delay,
    )


_DELAY: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


def _google_details(details: object) -> tuple[list[str], float | None]:
    """Reasons, quotas and the time to wait in the `details` of a google.rpc.Status, by google/rpc/error_details.proto."""
    words: list[str] = []
    delay: float | None = None
    for detail in cast("list[object]", details) if isinstance(details, list) else ():
        if not isinstance(detail, dict):
            continue
        fields = cast("dict[str, object]", detail)
        violations = fields.get("violations")
        for violation in (fields, *(cast("list[object]", violations) if isinstance(violations, list) else ())):
            told = cast("dict[str, object]", violation) if isinstance(violation, dict) else {}
            words += filter(None, (_string(told.get("reason")), _string(told.get("quotaId"))))
        if (seconds := _DELAY.fullmatch(_string(fields.get("retryDelay")) or "")) is not None:
            delay = float(seconds[1])
    return words, delay


def error_type(name: str) -> str:
    """The name of an error's type as AWS spells it, without the namespace in front and the address behind it."""
    return name.partition(":")[0].rpartition("#")[2].strip()


def _aws_type(fields: dict[str, object]) -> str | None:
    name = _string(fields.get("__type"))
    return error_type(name) if name else None


def _string(value: object) -> str | None:
    """A text as it is and a number as text; codes are either.  None for the rest, and for an empty text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value else None


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.DOTALL | re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)


def _of_text(text: str) -> ErrorFacts | None:
    """The title of a page or its first words; a plain text as it is, shortened."""
    text = text[: 4 * _MESSAGE]  # the patterns below are quadratic for pages made to slow them down
    if "<" in text[:200]:
        title = _TITLE.search(text)
        text = html.unescape((title and title[1].strip()) or _UNSEEN.sub(" ", text))
    message = " ".join(text.split())[:_MESSAGE]
    return ErrorFacts(message, text=message) if message else None
