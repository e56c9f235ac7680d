"""What the server sides of dialects share when a request comes in: which one it is, its JSON, and the refusal in its sender's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec
from msgspec import Raw

from ..errors import Failure, kind_of_status
from ..http import Headers, Limits
from .lenient import REFUSALS, check_depth, value
from .shapes import Invalid

T = TypeVar("T")

_DEPTH: Final = Limits().depth


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a dialect calls a refusal: its type, and codes for an unknown path, a method, and a misfit in the body."""

    type: str | None = None
    path: str | None = None
    method: str | None = None
    missing: str | None = None
    invalid: str | None = None


def read_request(
    target: tuple[str, str],
    ending: str,
    headers: Headers,
    body: bytes,
    read: Callable[[Raw], T],
    *,
    words: Words = Words(),  # noqa: B008  # it is frozen
) -> T | Failure:
    """What *read* makes of the body, or why there is no request: a Failure with the status to answer, never an exception.

    *target* is the request's method and path, which may have any prefix before *ending*, and a query.  *read* raises
    `Invalid` for what it refuses.  A failure is called as *words* say.
    """
    method, path = target
    if not path.partition("?")[0].rstrip("/").endswith(ending):
        return _failure(404, f"Unknown request URL: {method} {path}.", words.type, words.path)
    if method != "POST":
        return _failure(405, f"Not allowed to {method} on {path}; use POST.", words.type, words.method)
    if coding := next((value for name, value in headers if name.lower() == "content-encoding"), ""):
        return _failure(415, f"The request body has the content coding {coding}; send it without one.", words.type)
    try:
        check_depth(body, _DEPTH)
        return read(Raw(body))
    except Invalid as exc:
        return _misfit(exc, words)
    except REFUSALS as exc:
        return _failure(400, f"The request body cannot be read as JSON: {_reason(exc, body)}.", words.type)


def _failure(
    status: int, message: str, type_: str | None = None, code: str | None = None, param: str | None = None
) -> Failure:
    return Failure(
        kind=kind_of_status(status), message=message, status=status, type=type_, code=code, param=param or None
    )


def _misfit(error: Invalid, words: Words) -> Failure:
    where = f"'{error.param}'" if error.param else "the request body"
    if error.reason is None:
        return _failure(400, f"Missing required parameter: {where}.", words.type, words.missing, error.param)
    return _failure(400, f"Invalid type for {where}: {error.reason}.", words.type, words.invalid, error.param)


def _reason(refusal: Exception, body: bytes) -> str:
    """In msgspec's words, but where they tell something else or count from within a string."""
    if isinstance(refusal, UnicodeDecodeError):
        return "it is not UTF-8"
    if str(refusal) == "Input data was truncated" and value(body) is not None:
        return "a string ends with half of a surrogate pair"
    return str(refusal)
