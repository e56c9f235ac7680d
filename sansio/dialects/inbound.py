"""What the server sides of dialects share when a request comes in: which one it is, its JSON, and the refusal in its sender's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Raw

from ..errors import Failure, kind_of_status
from ..http import Headers, Limits
from ..types import ChatRequest
from .lenient import REFUSALS, check_depth, value
from .shapes import Invalid

_DEPTH: Final = Limits().depth


def read_request(
    target: tuple[str, str], ending: str, headers: Headers, body: bytes, read: Callable[[Raw], ChatRequest]
) -> ChatRequest | Failure:
    """What *read* makes of the body, or why there is no request: a Failure with the status to answer, never an exception.

    *target* is the request's method and path, which may have any prefix before *ending*, and a query.  *read* raises
    `Invalid` for what it refuses.
    """
    method, path = target
    if not path.partition("?")[0].rstrip("/").endswith(ending):
        return _failure(404, f"Unknown request URL: {method} {path}.")
    if method != "POST":
        return _failure(405, f"Not allowed to {method} on {path}; use POST.")
    if coding := next((value for name, value in headers if name.lower() == "content-encoding"), ""):
        return _failure(415, f"The request body has the content coding {coding}; send it without one.")
    try:
        check_depth(body, _DEPTH)
        return read(Raw(body))
    except Invalid as exc:
        return _misfit(exc)
    except REFUSALS as exc:
        return _failure(400, f"The request body cannot be read as JSON: {_reason(exc, body)}.")


def _failure(status: int, message: str, param: str | None = None) -> Failure:
    return Failure(kind=kind_of_status(status), message=message, status=status, param=param)


def _misfit(error: Invalid) -> Failure:
    where = f"'{error.param}'" if error.param else "the request body"
    if error.reason is None:
        return _failure(400, f"Missing required parameter: {where}.", error.param)
    return _failure(400, f"Invalid type for {where}: {error.reason}.", error.param or None)


def _reason(refusal: Exception, body: bytes) -> str:
    """In msgspec's words, but where they tell something else or count from within a string."""
    if isinstance(refusal, UnicodeDecodeError):
        return "it is not UTF-8"
    if str(refusal) == "Input data was truncated" and value(body) is not None:
        return "a string ends with half of a surrogate pair"
    return str(refusal)
