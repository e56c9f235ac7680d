"""What an exchange is about to do: the encoded request with its address and its credential, and how the answer is read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Final, Generic, Literal, TypeAlias, TypeVar
from urllib.parse import urlencode

import msgspec

from .. import auth, dialects
from ..dialects.codec import Codec, Encoded, Terms
from ..errors import Failure, LocalProtocolError, SansioWarning, UnsupportedParameterError
from ..http import Headers, HttpRequest
from ..types import Credential, Loss, Request

R = TypeVar("R", covariant=True)
OnLoss: TypeAlias = Literal["raise", "warn", "drop"]
"""What to do about a field that the provider cannot take: refuse the request, warn, or only list it."""

VERSION: Final = "0.1.0"
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 section 5.6.2
_VALUE = re.compile(r"[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?|")  # RFC 9110 section 5.5


class Plan(msgspec.Struct, Generic[R], frozen=True):
    """All that the attempts of one request share."""

    request: HttpRequest
    losses: tuple[Loss, ...]
    terms: Terms
    codec: Codec[Request[R], R]


def plan(
    request: Request[R],
    terms: Terms,
    *,
    credential: Credential | None,
    on_loss: OnLoss,
    headers: Headers,
    query: Headers,
) -> Plan[R]:
    """Encode *request* for the provider of *terms*.

    *headers* and *query* are the caller's own; of headers with one name the caller's counts, then the provider's.  Raises
    LocalProtocolError for what cannot be sent, and UnsupportedParameterError for a loss under "raise".
    """
    provider = terms.provider
    codec = dialects.codec_for(provider.dialect, request)
    encoded = codec.encode(request, terms)
    _report(encoded.losses, provider.name, on_loss)
    if credential is None:
        credential = auth.credential(provider)
    own = _own_headers(encoded, stream=terms.stream)
    url = provider.base_url + encoded.path + (f"?{urlencode(query)}" if query else "")
    merged = _merged(own, (*credential.headers, *provider.headers, *headers))
    return Plan(HttpRequest(encoded.method, url, merged, encoded.body), encoded.losses, terms, codec)


def _own_headers(encoded: Encoded, *, stream: bool) -> Headers:
    return (
        ("content-type", encoded.content_type),
        ("accept", "text/event-stream" if stream else "application/json"),
        ("accept-encoding", "gzip, deflate"),
        ("user-agent", f"sansio-llm/{VERSION}"),
    )


def _merged(own: Headers, others: Iterable[tuple[str, str]]) -> Headers:
    """One header of each name, the last one; raises LocalProtocolError for what HTTP cannot carry, without its value."""
    merged = {pair[0]: pair for pair in own}
    for name, value in others:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise LocalProtocolError(
                f"header {name!r} has characters, or white space around it, that HTTP cannot carry"
            )
        merged[name.lower()] = (name, value)
    return tuple(merged.values())


def _report(losses: tuple[Loss, ...], provider: str, on_loss: OnLoss) -> None:
    if on_loss not in {"raise", "warn", "drop"}:
        raise LocalProtocolError(f"on_loss is raise, warn or drop, not {on_loss!r}")
    if on_loss == "drop" or not (real := [loss for loss in losses if loss.action != "filled"]):
        return
    said = ", ".join(f"{loss.path} ({loss.action}: {loss.reason})" for loss in real)
    message = f"{provider} cannot take the request as it is: {said}"
    if on_loss == "raise":
        failure = Failure(kind="unsupported", message=message, provider=provider, param=real[0].path)
        raise UnsupportedParameterError(failure)
    warnings.warn(message, SansioWarning, stacklevel=4)  # where the Exchange is made
