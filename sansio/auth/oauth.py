"""OAuth 2.0 access tokens: what a source of them is, and how token endpoints answer.

A grant says how a token is got, from secrets that were handed in; `flows.token` gets it.
RFC 6749 sections 4.4, 5 and 6; RFC 6750 for what becomes of the token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

import msgspec

from ..errors import Failure, Kind, LocalProtocolError, kind_of_status
from ..http import Headers, HttpRequest, retry_after
from ..types import Credential, Secret


class Grant(Secret, frozen=True):
    """A source of access tokens: one request gets one.  A kind of one's own says what that request is."""

    @property
    def key(self) -> str:
        """Whose token it is: grants of one key share it.  The SHA-256 of all that the grant is made of, secrets too."""
        from hashlib import sha256

        return f"{type(self).__name__}:{sha256(msgspec.json.encode(self)).hexdigest()}"

    def request(self, unix: float) -> HttpRequest:  # noqa: ARG002  # its kinds need it
        """The request for a token; *unix* is the Unix time now.  Raises LocalProtocolError for secrets that are of no use."""
        raise LocalProtocolError(f"a {type(self).__name__} does not say how a token is asked for")

    def read(self, status: int, headers: Mapping[str, str], body: bytes, unix: float) -> Credential | Failure:
        """What the response says; *unix* is that of the request.  Header names are in lower case.  No bytes make it raise."""
        return read_token(status, headers, body, unix)


def form(url: str, fields: Mapping[str, str]) -> HttpRequest:
    """The POST of a form to a token endpoint (RFC 6749 appendix B)."""
    from urllib.parse import urlencode

    headers = (("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json"))
    return HttpRequest("POST", url, headers, urlencode(fields).encode())


class _Answer(msgspec.Struct):
    """A successful answer.  Some endpoints send numbers as strings; Azure's metadata service tells both times."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105  # no secret
    expires_in: float | None = None
    expires_on: float | None = None


_BEARER: Final = re.compile(r"[!-~]+")  # what RFC 6749 appendix A.12 allows, less the space, which no header would keep
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_token(
    status: int, headers: Mapping[str, str], body: bytes, unix: float, added: Headers = ()
) -> Credential | Failure:
    """The credential in the answer of a token endpoint, with *added* headers; or why there is none.

    It expires when the answer says, counted from *unix*, the time of the request; where it does not say, never.
    """
    if not 200 <= status < 300:
        return read_refusal(status, headers, body, unix)
    try:
        answer = msgspec.json.decode(body, type=_Answer, strict=False)
    except _UNREADABLE:
        if _refusal(body)[0] is not None:  # some report errors with 200
            return read_refusal(status, headers, body, unix)
        return _unexpected("the answer of the token endpoint holds no access_token")
    if answer.token_type.lower() != "bearer":
        return _unexpected("the token endpoint gave a token that is no bearer token")
    if not _BEARER.fullmatch(answer.access_token):
        return _unexpected("the token endpoint gave an access_token that no header can carry")
    expires = answer.expires_on if answer.expires_in is None else unix + answer.expires_in
    if expires is not None and not unix < expires < _FAR:  # no number at all fails it, too
        return _unexpected("the token endpoint gave a token that has expired")
    return Credential((("authorization", f"Bearer {answer.access_token}"), *added), expires)


_FAR: Final = 253402300800.0  # the year 10000

# The error codes of RFC 6749 section 5.2 and of those who add to them, where they say more than the status.
_KINDS: Final[dict[str, Kind]] = {
    "access_denied": "permission_denied",
    "internal_failure": "server_error",
    "invalid_client": "authentication",
    "invalid_grant": "authentication",
    "server_error": "server_error",
    "temporarily_unavailable": "service_unavailable",
    "unauthorized_client": "authentication",
}
_BODY_KEPT: Final = 64 * 1024
_MESSAGE: Final = 2000  # characters of an explanation that is not OAuth's


def read_refusal(
    status: int, headers: Mapping[str, str], body: bytes, unix: float, kinds: Mapping[int, Kind] | None = None
) -> Failure:
    """Why a token endpoint refused.  *kinds* are what statuses mean at this endpoint, where that is not what they mean elsewhere."""
    code, said = _refusal(body)
    kind = _KINDS.get(code or "") or (kinds or {}).get(status) or kind_of_status(status)
    if 300 <= status < 400 and (location := headers.get("location")):
        said = f"redirected to {location}, and redirects are not followed"
    return Failure(
        kind=kind,
        message=": ".join(filter(None, (code, said))) or f"status {status} without an explanation",
        status=status,
        code=code,
        request_id=headers.get("x-ms-request-id") or headers.get("x-request-id"),
        retry_after=retry_after(dict(headers), unix),
        body=body[:_BODY_KEPT],
    )


def _refusal(body: bytes) -> tuple[str | None, str]:
    """The code and the description: OAuth's, Google's object, or a text."""
    try:
        value = msgspec.json.decode(body)
    except _UNREADABLE:
        return None, " ".join(body[: 2 * _MESSAGE].decode("utf-8", "replace").split())[:_MESSAGE]
    fields = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    match fields.get("error"):
        case str(code):
            return code, _text(fields.get("error_description"))
        case dict():
            inner = cast("dict[str, object]", fields["error"])
            return _text(inner.get("status")) or None, _text(inner.get("message"))
        case _:
            return None, ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _unexpected(message: str) -> Failure:
    """The body is not shown: it may hold the token."""
    return Failure(kind="protocol", message=message)
