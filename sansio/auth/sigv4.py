"""AWS Signature Version 4 in headers, from keys that were handed in.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from ..http import Headers, split_url
from .keys import AwsKeys

UNSIGNED_PAYLOAD: Final = "UNSIGNED-PAYLOAD"
"""What stands for the hash of a body that is not hashed. S3 takes it; most services do not."""

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
# What is set here, and what clients and proxies change on the way, as in AWS's own clients.
_UNSIGNED: Final = {
    "accept-encoding",
    "authorization",
    "baggage",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amz-date",
    "x-amz-security-token",
    "x-amzn-trace-id",
}


def sign(
    method: str,
    url: str,
    headers: Headers,
    payload_hash: str,
    *,
    keys: AwsKeys,
    region: str,
    service: str,
    unix: float,
) -> Headers:
    """The headers that sign this request: `x-amz-date`, `x-amz-security-token` for temporary keys, and `authorization`.

    They replace any others of their names. *headers* are those of the request, each to be sent as it is; the `host` is
    the URL's where they hold none. *payload_hash* is what `hash_payload` says of the body, *unix* the time, which AWS
    allows to be five minutes off. A plus in a query is a plus: a space is %20.

    S3 also wants the hash in a header `x-amz-content-sha256`. Raises LocalProtocolError for what is no http(s) URL.
    """
    origin, target = split_url(url)
    date = datetime.fromtimestamp(int(unix), UTC).strftime("%Y%m%dT%H%M%SZ")
    token = () if keys.session_token is None else (("x-amz-security-token", keys.session_token),)
    added: Headers = (("x-amz-date", date), *token)
    signed = _canonical_headers(origin.authority, headers, added)
    names = ";".join(signed)
    request = _canonical_request(method, target, signed, payload_hash, as_is=service == "s3")
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    text = f"{_ALGORITHM}\n{date}\n{scope}\n{hash_payload(request.encode())}"
    signature = _signature(f"AWS4{keys.secret_access_key}", (*scope.split("/"), text))
    value = f"{_ALGORITHM} Credential={keys.access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return (*added, ("authorization", value))


def hash_payload(body: bytes) -> str:
    """The SHA-256 of a body, in hexadecimal."""
    from hashlib import sha256

    return sha256(body).hexdigest()


def _canonical_request(method: str, target: str, headers: dict[str, str], payload_hash: str, *, as_is: bool) -> str:
    """The request as both sides spell it; S3 alone takes the path as it is."""
    path, _, query = target.partition("?")
    lines = (
        method.upper(),
        path if as_is else _canonical_path(path),
        _canonical_query(query),
        *(f"{name}:{value}" for name, value in headers.items()),
        "",
        ";".join(headers),
        payload_hash,
    )
    return "\n".join(lines)


def _canonical_path(path: str) -> str:
    """The path without dot segments and empty ones, its percent signs encoded once more."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    end = "/" if kept and path.endswith("/") else ""
    return quote(f"/{'/'.join(kept)}{end}", safe="/~")


def _canonical_query(query: str) -> str:
    """The parameters in order of their names, then of their values, each encoded once, whatever was left as it is."""
    pairs = [parameter.partition("=") for parameter in query.split("&")] if query else []
    return "&".join(
        f"{name}={value}" for name, value in sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    )


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="~")


def _canonical_headers(host: str, headers: Headers, added: Headers) -> dict[str, str]:
    """Names in lower case and in order, with their values: white space trimmed and runs of it one space."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        if (key := name.lower()) not in _UNSIGNED:
            values.setdefault(key, []).append(value)
    values.setdefault("host", [host])
    values.update((name, [value]) for name, value in added)
    return {name: ",".join(" ".join(value.split()) for value in values[name]) for name in sorted(values)}


def _signature(secret: str, steps: tuple[str, ...]) -> str:
    """Each step signed with the key that the one before it made; the last is the text."""
    from hmac import digest

    key = secret.encode()
    for step in steps:
        key = digest(key, step.encode(), "sha256")
    return key.hex()
