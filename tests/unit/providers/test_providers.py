"""Configured providers."""

from __future__ import annotations

from typing import Any

import pytest

import sansio
from sansio import LocalProtocolError, providers
from sansio.auth import GoogleUser, credential


def test_names_are_sorted_and_each_is_a_provider() -> None:
    assert list(providers.names()) == sorted(providers.names())
    for name in providers.names():
        options: Any = dict.fromkeys(providers.template(name).option_variables, "o")
        assert sansio.provider(name, base_url="http://localhost", **options).name == name


def test_arguments_go_before_variables_and_these_before_the_template() -> None:
    env = {
        "OPENAI_API_KEY": "from env",
        "OPENAI_BASE_URL": "http://env/v1/",
        "OPENAI_ORG_ID": "org",
        "OPENAI_PROJECT_ID": "",
    }
    one = sansio.provider("openai", env=env)
    assert (one.api_key, one.base_url) == ("from env", "http://env/v1")
    assert one.headers == (("openai-organization", "org"),)
    two = sansio.provider("openai", env=env, api_key="k", base_url="http://arg", name="mine", headers=(("x-a", "b"),))
    assert (two.name, two.api_key, two.base_url) == ("mine", "k", "http://arg")
    assert two.headers == (("openai-organization", "org"), ("x-a", "b"))
    assert sansio.provider("openai", env={"OPENAI_API_KEY": ""}).api_key is None
    assert sansio.provider("openai", dialect="openai_chat").base_url == "https://api.openai.com/v1"


def test_a_token_stands_in_for_a_key_that_is_not_there() -> None:
    token, key = {"ANTHROPIC_AUTH_TOKEN": "t"}, {"ANTHROPIC_API_KEY": "k"}
    assert credential(sansio.provider("anthropic", env=token)).headers == (("authorization", "Bearer t"),)
    assert credential(sansio.provider("anthropic", env=token | key)).headers == (("x-api-key", "k"),)
    assert credential(sansio.provider("anthropic", env=token, api_key="a")).headers == (("x-api-key", "a"),)
    azure = sansio.provider("azure_openai", resource="r", env={"AZURE_OPENAI_AD_TOKEN": "t"})
    assert credential(azure).headers == (("authorization", "Bearer t"),)
    secret = GoogleUser("id", "secret", "refresh")
    assert sansio.provider("anthropic", env=token, secret=secret).api_key is None


def test_a_variable_may_hold_headers_of_any_name() -> None:
    env = {
        "OPENAI_API_KEY": "k",
        "OPENAI_ORG_ID": "org",
        "OPENAI_CUSTOM_HEADERS": "X-One: 1\n\n x-two :a: b \r\nx-three:",
    }
    provider = sansio.provider("openai", env=env, headers=(("x-mine", "m"),))
    assert provider.headers == (
        ("openai-organization", "org"),
        ("X-One", "1"),
        ("x-two", "a: b"),
        ("x-three", ""),
        ("x-mine", "m"),
    )


def test_a_line_that_is_no_header_is_refused_without_being_shown() -> None:
    with pytest.raises(LocalProtocolError, match="OPENAI_CUSTOM_HEADERS has a line that is no `Name: value`") as caught:
        sansio.provider("openai", env={"OPENAI_CUSTOM_HEADERS": "x-a: b\nhunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://h/v1?api-version=1", "http://h/v1?api-version=1"),
        ("http://h/v1/?api-version=1/", "http://h/v1?api-version=1/"),
        ("http://h/v1?", "http://h/v1"),
        ("http://h/v1//", "http://h/v1"),
    ],
)
def test_a_url_keeps_its_query_and_has_no_slash_at_the_end_of_its_path(url: str, kept: str) -> None:
    assert sansio.provider("openai", base_url=url).base_url == kept


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sansio.provider("no_such"), "no provider 'no_such'; there are .*openai, openai_compatible"),
        (lambda: sansio.provider("azure"), "provider 'azure_openai' needs resource="),
        (lambda: sansio.provider("openai", dialect="x"), "no dialect 'x'"),
        (lambda: sansio.provider("openai", base_url="ftp://x"), "http or https"),
        (lambda: sansio.provider("openai", base_url="http://h/v1\n"), "visible ASCII"),
        (lambda: sansio.provider("openai", base_url="http://h:0/v1"), "port 0"),
        (lambda: sansio.provider("openai", base_url="http://h/v1#f"), "fragment"),
        (lambda: sansio.provider("openai_compatible"), "needs a base_url"),
    ],
)
def test_misuse(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(LocalProtocolError, match=message):
        make()


def test_no_secret_in_the_repr() -> None:
    shown = repr(sansio.provider("openai", api_key="secret", base_url="http://h/?key=secret&a=b"))
    assert "secret" not in shown
    assert "a=b" in shown
