"""A request with what lets it in: a credential's headers, or a signature over all of it."""

from __future__ import annotations

import msgspec

from ..errors import LocalProtocolError
from ..http import Body, HttpRequest, merged
from ..types import Credential, Provider
from .keys import AwsKeys
from .keys import credential as credential_of


def authorized(
    request: HttpRequest, provider: Provider, credential: Credential | None, unix: float | None
) -> HttpRequest:
    """*request* with *credential*, or else with what the provider's key or secret makes.

    Of headers with one name the request's own counts, but for a signature's.  *unix* is the Unix time, for signatures.
    Raises LocalProtocolError that names what is missing.
    """
    if credential is None and provider.api_key is None and isinstance(provider.secret, AwsKeys):
        return _signed(request, provider, provider.secret, unix)
    headers = (credential or credential_of(provider)).headers
    return msgspec.structs.replace(request, headers=merged((*headers, *request.headers))) if headers else request


def _signed(request: HttpRequest, provider: Provider, keys: AwsKeys, unix: float | None) -> HttpRequest:
    region = provider.options.get("region")
    if unix is None or region is None or provider.service is None:
        missing = "unix" if unix is None else "region" if region is None else "service"
        raise LocalProtocolError(f"provider {provider.name!r} signs its requests, for which it needs {missing}=")
    if isinstance(request.body, Body):
        raise LocalProtocolError("a body in parts cannot be signed")
    from .sigv4 import hash_payload, sign

    payload_hash = hash_payload(request.body)
    signature = sign(
        request.method,
        request.url,
        request.headers,
        payload_hash,
        keys=keys,
        region=region,
        service=provider.service,
        unix=unix,
    )
    return msgspec.structs.replace(request, headers=merged((*request.headers, *signature)))
