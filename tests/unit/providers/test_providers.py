"""Configured providers."""

from __future__ import annotations

import pytest

import sansio
from sansio import LocalProtocolError, providers


def test_names_are_sorted_and_each_is_a_provider() -> None:
    assert list(providers.names()) == sorted(providers.names())
    for name in providers.names():
        assert sansio.provider(name, base_url="http://localhost").name == name


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


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sansio.provider("no_such"), "no provider 'no_such'; there are openai, openai_compatible"),
        (lambda: sansio.provider("azure"), "no provider 'azure_openai'"),
        (lambda: sansio.provider("openai", dialect="x"), "no dialect 'x'"),
        (lambda: sansio.provider("openai", base_url="ftp://x"), "http or https"),
        (lambda: sansio.provider("openai_compatible"), "needs a base_url"),
    ],
)
def test_misuse(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(LocalProtocolError, match=message):
        make()


def test_no_secret_in_the_repr() -> None:
    assert "secret" not in repr(sansio.provider("openai", api_key="secret"))
