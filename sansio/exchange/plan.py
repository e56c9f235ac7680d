"""What an exchange is about to do: the encoded request with its address and its credential, and how the answer is read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Generic, Literal, TypeAlias, TypeVar

import msgspec

from .. import auth, dialects
from ..dialects.codec import Codec, Encoded, Terms
from ..errors import Failure, LocalProtocolError, SansioWarning, UnsupportedParameterError
from ..http import Headers, HttpRequest
from ..types import Credential, Loss, Provider, Request

R = TypeVar("R", covariant=True)
OnLoss: TypeAlias = Literal["raise", "warn", "drop"]
"""What to do about a field that the provider cannot take: refuse the request, warn, or only list it."""

VERSION: Final = "0.1.0"
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110 section 5.6.2
_VALUE = re.compile(r"[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?|")  # RFC 9110 section 5.5
_HEADERS_KEPT: Final = 64  # distinct ones: few, since they hold keys
_PACKAGES: Final = frozenset({"sansio", "sansio_transports"})


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
    encoded = _encoded(codec, request, terms)
    _report(encoded.losses, provider.name, on_loss)
    if credential is None:
        credential = auth.credential(provider)
    url = _url(provider.base_url, encoded.path, query)
    merged = _headers(encoded.content_type, terms.stream, credential, provider, headers)
    return Plan(HttpRequest(encoded.method, url, merged, encoded.body), encoded.losses, terms, codec)


def _encoded(codec: Codec[Request[R], R], request: Request[R], terms: Terms) -> Encoded:
    """The request as its dialect encodes it.  A mistake in it is looked for only where there may be one."""
    try:
        encoded = codec.encode(request, terms)
    except (AttributeError, LookupError, TypeError, ValueError) as exc:
        from .mistakes import misfit

        if (said := misfit(request)) is None:
            raise
        raise LocalProtocolError(said) from exc
    extra = getattr(request, "extra", None)
    if extra or b"null" in encoded.body:
        _check_values(request, extra or {})
    return encoded


def _check_values(request: Request[R], extra: Mapping[str, object]) -> None:
    from .mistakes import not_finite, not_json

    if (said := not_finite(request) or not_json(extra)) is not None:
        raise LocalProtocolError(said)


def _url(base: str, path: str, query: Headers) -> str:
    """*path* under *base*, with the base's own query before the caller's."""
    if not query and "?" not in base:
        return base + path
    from urllib.parse import urlencode

    base, _, own = base.partition("?")
    try:
        return f"{base}{path}?{'&'.join(filter(None, (own, urlencode(query))))}"
    except (TypeError, ValueError) as exc:
        raise LocalProtocolError("a query is pairs of a name and a value, both text") from exc


def _headers(content_type: str, stream: bool, credential: Credential, provider: Provider, headers: Headers) -> Headers:
    try:
        return _merged(content_type, stream, (*credential.headers, *provider.headers, *headers))
    except (TypeError, ValueError) as exc:
        raise LocalProtocolError("headers are pairs of a name and a value, both text") from exc


@lru_cache(_HEADERS_KEPT)
def _merged(content_type: str, stream: bool, others: Headers) -> Headers:
    """One header of each name, the last one; raises LocalProtocolError for what HTTP cannot carry, without its value."""
    merged = {
        "content-type": ("content-type", content_type),
        "accept": ("accept", "text/event-stream" if stream else "application/json"),
        "accept-encoding": ("accept-encoding", "gzip, deflate"),
        "user-agent": ("user-agent", f"sansio-llm/{VERSION}"),
    }
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
    warnings.warn(message, SansioWarning, stacklevel=_callers_level())


def _callers_level() -> int:
    """The `stacklevel` at which a warning by the caller of this function points at the first line that is not ours."""
    import inspect

    level, frame = 0, inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _PACKAGES:
        level, frame = level + 1, frame.f_back
    return level
