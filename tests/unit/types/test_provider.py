"""No repr of a provider or a credential shows a secret."""

from __future__ import annotations

from sansio.types import Credential, Provider


def test_a_credential_shows_the_names_of_its_headers_only() -> None:
    credential = Credential((("authorization", "Bearer hidden"), ("x-tenant", "hidden")), expires=5.0)
    assert repr(credential) == "Credential(authorization, x-tenant)"


def test_a_provider_shows_neither_its_key_nor_its_headers() -> None:
    bare = Provider(name="p", base_url="http://a/v1", dialect="openai_chat")
    provider = Provider(
        name="p", base_url="http://a/v1", dialect="openai_chat", api_key="hidden", headers=(("x", "hidden"),)
    )
    assert repr(bare) == "Provider('p', 'http://a/v1', dialect='openai_chat', api_key=None)"
    assert repr(provider) == "Provider('p', 'http://a/v1', dialect='openai_chat', api_key=REDACTED)"
