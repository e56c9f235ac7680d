"""Signed JWTs: what they say, and which keys sign."""

from __future__ import annotations

import sys

import pytest
from cryptography.exceptions import InvalidSignature

from sansio import LocalProtocolError
from sansio.auth.jwt import rs256
from tests.unit.auth.rsa_keys import pem, verified


def test_a_token_is_signed_and_says_what_it_is() -> None:
    header, claims = verified(rs256({"iss": "me", "iat": 7}, pem(), "kid"))
    assert header == {"alg": "RS256", "typ": "JWT", "kid": "kid"}
    assert claims == {"iss": "me", "iat": 7}


def test_without_a_key_id_none_is_named() -> None:
    header, _ = verified(rs256({}, pem()))
    assert header == {"alg": "RS256", "typ": "JWT"}


def test_another_text_has_another_signature() -> None:
    one, other = rs256({"iss": "me"}, pem()), rs256({"iss": "you"}, pem())
    with pytest.raises(InvalidSignature):
        verified(f"{one.rpartition('.')[0]}.{other.rpartition('.')[2]}")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "no unencrypted key in PEM"),
        ("-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n", "no unencrypted key in PEM"),
        (pem(password=b"hush"), "no unencrypted key in PEM"),
        (pem(elliptic=True), "needs an RSA key"),
    ],
)
def test_any_other_key_is_refused_and_not_shown(key: str, said: str) -> None:
    with pytest.raises(LocalProtocolError, match=said) as caught:
        rs256({}, key)
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_without_cryptography_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(LocalProtocolError, match=r"install sansio-llm\[google\]"):
        rs256({}, pem())
