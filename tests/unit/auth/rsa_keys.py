"""Keys to sign with, made once."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(*, password: bytes | None = None, elliptic: bool = False) -> str:
    """A private key as key files have it."""
    encryption: KeySerializationEncryption = NoEncryption() if password is None else BestAvailableEncryption(password)
    key = ec.generate_private_key(ec.SECP256R1()) if elliptic else _key()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


def verified(token: str) -> tuple[object, object]:
    """The header and the claims of a JWT; raises InvalidSignature where that key has not signed it."""
    signed, _, signature = token.rpartition(".")
    _key().public_key().verify(_bytes(signature), signed.encode(), PKCS1v15(), SHA256())
    header, _, claims = signed.partition(".")
    return json.loads(_bytes(header)), json.loads(_bytes(claims))


def _bytes(part: str) -> bytes:
    assert "=" not in part
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
