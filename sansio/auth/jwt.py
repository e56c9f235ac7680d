"""Signed JSON Web Tokens (RFC 7519) as assertions, with RS256 (RFC 7515, RFC 7518 section 3.3).

`cryptography` signs; it comes with the extra `google`, and is loaded when the first one is signed.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from ..errors import LocalProtocolError


def rs256(claims: Mapping[str, str | int], private_key: str, key_id: str | None = None) -> str:
    """The compact form of a JWT with these claims.  *private_key* is an RSA key in PEM, unencrypted.

    Raises LocalProtocolError for any other key, without showing it, and where `cryptography` is not installed.
    """
    header = {"alg": "RS256", "typ": "JWT", **({} if key_id is None else {"kid": key_id})}
    signed = f"{_part(msgspec.json.encode(header))}.{_part(msgspec.json.encode(claims))}"
    return f"{signed}.{_part(_sign(signed.encode(), private_key))}"


def _sign(data: bytes, private_key: str) -> bytes:
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as exc:
        raise LocalProtocolError("signing with RS256 needs cryptography: install sansio-llm[google]") from exc
    try:
        key = load_pem_private_key(private_key.encode(), None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise LocalProtocolError("the private key is no unencrypted key in PEM") from None
    if not isinstance(key, RSAPrivateKey):
        raise LocalProtocolError("RS256 needs an RSA key")
    return key.sign(data, PKCS1v15(), SHA256())


def _part(data: bytes) -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(data).rstrip(b"=").decode()
