"""Proxies: which one is chosen, and what it is told."""

from __future__ import annotations

from base64 import b64decode

import pytest

from sansio.commands import Proxy, Route
from sansio.errors import LocalProtocolError
from sansio.http import Origin
from sansio.wire.proxy import Proxies, absolute_form, parse_no_proxy, parse_proxy, proxy_authorization

HTTP = Proxy("http", "proxy.test", 3128)
SOCKS = Proxy("socks5", "proxy.test", 1080)
PLAIN = Origin("http", "api.test", 80)
SECURE = Origin("https", "api.test", 443)


class TestParsing:
    @pytest.mark.parametrize(
        ("url", "proxy"),
        [
            ("http://proxy.test:3128", HTTP),
            ("HTTP://Proxy.Test:3128/", HTTP),
            ("proxy.test:3128", HTTP),
            ("proxy.test", Proxy("http", "proxy.test", 80)),
            ("http://[::1]:8080", Proxy("http", "::1", 8080)),
            ("socks5://proxy.test", SOCKS),
            ("socks5h://proxy.test:1080", SOCKS),
            ("http://me@proxy.test:3128", Proxy("http", "proxy.test", 3128, "me")),
            ("me:p%40ss%2F%C3%BC@proxy.test:3128", Proxy("http", "proxy.test", 3128, "me", "p@ss/ü")),
            ("socks5://:x@proxy.test", Proxy("socks5", "proxy.test", 1080, "", "x")),
        ],
    )
    def test_urls(self, url: str, proxy: Proxy) -> None:
        assert parse_proxy(url) == proxy

    @pytest.mark.parametrize(
        ("url", "message"),
        [
            ("https://proxy.test", "https:// proxies are not supported; http, socks5 and socks5h are"),
            ("socks4://proxy.test", "socks4:// proxies are not supported"),
            ("", "needs a host"),
            ("http://", "needs a host"),
            ("http://proxy.test:99999", "malformed"),
            ("http://[::1", "malformed"),
            ("http://prüfung.test", "visible ASCII"),
            ("proxy.test:80 80", "visible ASCII"),
        ],
    )
    def test_what_is_refused(self, url: str, message: str) -> None:
        with pytest.raises(LocalProtocolError, match=message):
            parse_proxy(url)

    def test_a_refusal_shows_no_password(self) -> None:
        with pytest.raises(LocalProtocolError) as caught:
            parse_proxy("http://me:sec/ret@proxy.test:3128")
        assert "sec" not in str(caught.value)
        assert caught.value.__suppress_context__

    @pytest.mark.parametrize(
        ("text", "entries"),
        [
            ("", ()),
            (" , ,", ()),
            ("a.test,B.Test", ("a.test", "b.test")),
            (".a.test , b.test\tc", (".a.test", "b.test", "c")),
        ],
    )
    def test_no_proxy_lists(self, text: str, entries: tuple[str, ...]) -> None:
        assert parse_no_proxy(text) == entries


class TestEnvironment:
    def test_each_scheme_has_its_own(self) -> None:
        env = {"HTTP_PROXY": "proxy.test:3128", "HTTPS_PROXY": "socks5://proxy.test", "NO_PROXY": "a,b"}
        assert Proxies.from_environment(env) == Proxies(HTTP, SOCKS, ("a", "b"))

    def test_nothing_is_no_proxy(self) -> None:
        assert Proxies.from_environment({"PATH": "/bin"}) == Proxies()

    def test_one_for_all_stands_in(self) -> None:
        env = {"ALL_PROXY": "socks5://proxy.test", "http_proxy": "proxy.test:3128"}
        assert Proxies.from_environment(env) == Proxies(HTTP, SOCKS)

    def test_lower_case_wins_even_if_empty(self) -> None:
        env = {"http_proxy": " ", "HTTP_PROXY": "ignored", "https_proxy": "proxy.test:3128", "HTTPS_PROXY": "ignored"}
        assert Proxies.from_environment(env) == Proxies(None, HTTP)

    def test_under_cgi_a_request_header_cannot_set_the_proxy(self) -> None:
        env = {"REQUEST_METHOD": "GET", "HTTP_PROXY": "evil.test", "HTTPS_PROXY": "proxy.test:3128"}
        assert Proxies.from_environment(env) == Proxies(None, HTTP)
        assert Proxies.from_environment({**env, "http_proxy": "proxy.test:3128"}).http == HTTP

    def test_a_refusal_names_the_variable(self) -> None:
        with pytest.raises(LocalProtocolError, match=r"^HTTPS_PROXY: https:// proxies"):
            Proxies.from_environment({"https_proxy": "https://proxy.test"})


class TestRoutes:
    def test_each_scheme_takes_its_proxy(self) -> None:
        proxies = Proxies(HTTP, SOCKS)
        assert proxies.route(PLAIN) == Route(PLAIN, HTTP)
        assert proxies.route(SECURE) == Route(SECURE, SOCKS)

    def test_without_one_the_way_is_direct(self) -> None:
        assert Proxies(https=SOCKS).route(PLAIN) == Route(PLAIN)

    @pytest.mark.parametrize(
        ("entry", "host"),
        [
            ("*", "api.test"),
            ("api.test", "api.test"),
            ("Api.Test", "API.test"),
            ("test", "api.test"),
            (".test", "api.test"),
            (".api.test", "api.test"),
            ("*.test", "api.test"),
            ("api.test", "api.test."),
            ("api.test.", "api.test"),
            ("api.test:443", "api.test"),
            ("test:443", "api.test"),
            ("*:443", "api.test"),
            ("10.0.0.1", "10.0.0.1"),
            ("10.0.0.1:443", "10.0.0.1"),
            ("10.0.0.0/8", "10.1.2.3"),
            ("10.9.9.9/8", "10.1.2.3"),
            ("::1", "::1"),
            ("[::1]", "::1"),
            ("[::1]:443", "::1"),
            ("0:0:0:0:0:0:0:1", "::1"),
            ("fd00::/8", "fd12::3"),
        ],
    )
    def test_what_is_reached_without_one(self, entry: str, host: str) -> None:
        origin = Origin("https", host, 443)
        assert Proxies(https=HTTP, no_proxy=("other.test", entry)).route(origin) == Route(origin)

    @pytest.mark.parametrize(
        ("entry", "host"),
        [
            ("api.test:80", "api.test"),
            ("*:80", "api.test"),
            ("pi.test", "api.test"),
            ("www.api.test", "api.test"),
            ("api", "api.test"),
            (".", "api.test"),
            ("10.0.0.0/8", "11.0.0.1"),
            ("10.0.0.0/8", "10.test"),
            ("10.0.0.0/99", "10.0.0.1"),
            ("1.2.3", "1.2.3.4"),
            ("[::1]:80", "::1"),
            ("::/0", "10.0.0.1"),
            ("[", "::1"),
        ],
    )
    def test_what_is_not(self, entry: str, host: str) -> None:
        origin = Origin("https", host, 443)
        assert Proxies(https=HTTP, no_proxy=(entry,)).route(origin) == Route(origin, HTTP)

    def test_only_a_plain_origin_through_an_http_proxy_has_the_absolute_form(self) -> None:
        assert absolute_form(Route(PLAIN, HTTP))
        for route in (Route(PLAIN), Route(SECURE), Route(SECURE, HTTP), Route(PLAIN, SOCKS), Route(SECURE, SOCKS)):
            assert not absolute_form(route)

    @pytest.mark.parametrize(
        ("proxy", "credentials"),
        [
            (parse_proxy("me:p%40ss@h"), "me:p@ss"),
            (parse_proxy("me@h"), "me:"),
            (Proxy("http", "h", 1, "ü", "ö"), "ü:ö"),
        ],
    )
    def test_credentials_are_basic_and_utf_8(self, proxy: Proxy, credentials: str) -> None:
        value = proxy_authorization(proxy) or ""
        assert value.startswith("Basic ")
        assert b64decode(value.removeprefix("Basic ")).decode() == credentials

    def test_without_a_user_name_there_are_none(self) -> None:
        assert proxy_authorization(HTTP) is None


@pytest.mark.parametrize("host", ["169.254.169.254", "metadata.google.internal", "Metadata.Google.Internal"])
def test_a_cloud_s_metadata_is_asked_for_without_a_proxy(host: str) -> None:
    """It is this machine's own, and answers with secrets."""
    proxy = Proxy("http", "p.test", 3128)
    origin = Origin("http", host, 80)
    assert Proxies(http=proxy).route(origin) == Route(origin)
    assert Proxies(http=proxy).route(Origin("http", "169.253.0.1", 80)).proxy is proxy
