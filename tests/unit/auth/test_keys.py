"""Credentials of API keys."""

from __future__ import annotations

import msgspec
import pytest

import sansio
from sansio import LocalProtocolError
from sansio.auth import GoogleUser
from sansio.auth.keys import credential

_OPENAI = sansio.provider("openai", api_key="key")


def test_a_bearer_token() -> None:
    assert credential(_OPENAI).headers == (("authorization", "Bearer key"),)


def test_a_header_of_its_own() -> None:
    assert credential(msgspec.structs.replace(_OPENAI, auth="x-api-key")).headers == (("x-api-key", "key"),)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(LocalProtocolError, match=r"provider 'openai' needs an api_key \(OPENAI_API_KEY\)"):
        credential(sansio.provider("openai"))
    with pytest.raises(LocalProtocolError, match=r"needs an api_key$"):
        credential(msgspec.structs.replace(sansio.provider("openai"), key_variables=()))


def test_a_local_server_needs_none() -> None:
    local = sansio.provider("openai_compatible", base_url="http://127.0.0.1:8000")
    assert credential(local).headers == ()
    assert credential(msgspec.structs.replace(local, api_key="k")).headers == (("authorization", "Bearer k"),)


def test_a_secret_that_stands_for_tokens_is_no_key() -> None:
    service = sansio.provider("openai", secret=GoogleUser("id", "secret", "refresh"))
    with pytest.raises(LocalProtocolError, match="needs a token of its grant: give it as credential="):
        credential(service)
