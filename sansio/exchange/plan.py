"""What an exchange is about to do: the encoded request with its address and its credential, and how the answer is read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Final, Generic, Literal, TypeAlias, TypeVar

import msgspec

from .. import dialects
from ..dialects.codec import Codec, Encoded, Terms, native_model
from ..dialects.foreign import translatable
from ..errors import Failure, LocalProtocolError, SansioWarning, UnsupportedParameterError
from ..http import Headers, HttpRequest, merged
from ..types import ChatRequest, Loss, Provider, Request
from .known import Known

R = TypeVar("R", covariant=True)
OnLoss: TypeAlias = Literal["raise", "warn", "drop"]
"""What to do about a field that the provider cannot take: refuse the request, warn, or only list it."""

VERSION: Final = "0.1.0"
_ALWAYS: Final[Headers] = (("accept-encoding", "gzip, deflate"), ("user-agent", f"sansio-llm/{VERSION}"))
_LISTS: Final = frozenset({"anthropic-beta"})  # headers of features that are switched on
_TOLD: Final = frozenset({"approximated", "dropped"})
_PACKAGES: Final = frozenset({"sansio", "sansio_transports"})


class Plan(msgspec.Struct, Generic[R], frozen=True):
    """All that the attempts of one request share: what is asked, and its HTTP request without a credential."""

    asked: Request[R]
    request: HttpRequest
    losses: tuple[Loss, ...]
    terms: Terms
    codec: Codec[Request[R], R]
    known: Known


def plan(
    request: Request[R], terms: Terms, known: Known, *, on_loss: OnLoss, headers: Headers, query: Headers
) -> Plan[R]:
    """Encode *request* for the provider of *terms*.

    *headers* and *query* are the caller's own; of headers with one name the caller's counts, then the provider's.  Raises
    LocalProtocolError for what cannot be sent, and UnsupportedParameterError for a loss under "raise".
    """
    provider = terms.provider
    if provider.variants:
        provider, model = _variant(provider, getattr(request, "model", None))
        terms = msgspec.structs.replace(terms, provider=provider)
        request = request if model is None else _named(request, model)
    codec = dialects.codec_for(provider, request)
    own, foreign = translatable(request, provider.dialect)
    encoded = _encoded(codec, own, terms)
    losses = (*foreign, *encoded.losses)
    _report(losses, provider.name, on_loss)
    url = _url(provider.base_url, encoded.path, (*provider.query, *encoded.query), query)
    merged = _headers(encoded, terms.stream, provider, headers)
    return Plan(request, HttpRequest(encoded.method, url, merged, encoded.body), losses, terms, codec, known)


def _named(request: Request[R], model: str) -> Request[R]:
    """The request for the model of that name."""
    chat: object = getattr(request, "chat", None)  # whose tokens are counted
    if isinstance(chat, ChatRequest):
        return msgspec.structs.replace(request, chat=msgspec.structs.replace(chat, model=model))
    return msgspec.structs.replace(request, model=model)


def _variant(provider: Provider, model: object) -> tuple[Provider, str | None]:
    """The provider as it is for *model*, and the model's name there, where the pattern tells it from the rest."""
    native = native_model(model, provider) if isinstance(model, str) else ""
    fits = ((variant, re.fullmatch(variant.pattern, native)) for variant in provider.variants)
    variant, found = next(((variant, found) for variant, found in fits if found is not None), (None, None))
    if variant is None or found is None:
        return provider, None
    names = {**provider.options, "model": "{model}"}
    try:
        url = variant.base_url and variant.base_url.format_map(names)
        paths = {name: path.format_map(names) for name, path in variant.paths.items()}
    except KeyError as exc:
        raise LocalProtocolError(f"provider {provider.name!r} needs {exc.args[0]}= for {native!r}") from exc
    given = {
        "base_url": url,
        "auth": variant.auth,
        "headers": variant.headers,
        "query": variant.query,
        "operations": variant.operations,
    }
    chosen = msgspec.structs.replace(
        provider,
        dialect=variant.dialect,
        paths=paths,
        quirks=variant.quirks,
        variants=(),
        **{name: value for name, value in given.items() if value is not None},
    )
    return chosen, found.groupdict().get("model")


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
    if extra or (isinstance(encoded.body, bytes) and b"null" in encoded.body):
        _check_values(request, extra or {})
    return encoded


def _check_values(request: Request[R], extra: Mapping[str, object]) -> None:
    from .mistakes import not_finite, not_json

    if (said := not_finite(request) or not_json(extra)) is not None:
        raise LocalProtocolError(said)


_HOST: Final = re.compile(r"([^:]+://[^/?]+)[^?]*(.*)")


def _url(base: str, path: str, own: Headers, query: Headers) -> str:
    """*path* under *base*, with the base's query, then the API's own, before the caller's.

    A path that begins with two slashes stands under the base's host.
    """
    if path.startswith("//"):
        base, path = _HOST.sub(r"\1\2", base), path[1:]
    if not query and not own and "?" not in base:
        return base + path
    from urllib.parse import quote, urlencode

    base, _, first = base.partition("?")
    try:
        # A space is %20: a plus would be one in a signature.
        pairs = urlencode((*own, *query), quote_via=quote)
    except (TypeError, ValueError) as exc:
        raise LocalProtocolError("a query is pairs of a name and a value, both text") from exc
    return f"{base}{path}?{'&'.join(filter(None, (first, pairs)))}"


def _headers(encoded: Encoded, stream: bool, provider: Provider, headers: Headers) -> Headers:
    """All headers; of those with one name the last counts, and of a list each says its own."""
    accept = encoded.accept or ("text/event-stream" if stream else "application/json")
    content_type = () if encoded.body == b"" else (("content-type", encoded.content_type),)
    try:
        theirs = (*provider.headers, *headers)
        lists = [_joined(*own, theirs) for own in encoded.headers if own[0] in _LISTS]
        return merged((*content_type, ("accept", accept), *_ALWAYS, *encoded.headers, *theirs, *lists))
    except (AttributeError, TypeError, ValueError) as exc:
        raise LocalProtocolError("headers are pairs of a name and a value, both text") from exc


def _joined(name: str, own: str, theirs: Headers) -> tuple[str, str]:
    values = [own, *(value for other, value in theirs if other.lower() == name)]
    return name, ",".join(dict.fromkeys(item.strip() for value in values for item in value.split(",")))


def _report(losses: tuple[Loss, ...], provider: str, on_loss: OnLoss) -> None:
    if on_loss not in {"raise", "warn", "drop"}:
        raise LocalProtocolError(f"on_loss is raise, warn or drop, not {on_loss!r}")
    if on_loss == "drop" or not (real := [loss for loss in losses if loss.action in _TOLD]):
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
