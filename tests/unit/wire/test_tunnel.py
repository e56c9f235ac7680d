"""Tunnels through proxies: HTTP CONNECT and SOCKS5."""

from __future__ import annotations

import h11
import pytest

from sansio.commands import Broken, Done, Proxy, Route
from sansio.errors import LocalProtocolError
from sansio.http import Origin
from sansio.wire.proxy import parse_proxy, proxy_authorization
from sansio.wire.tunnel import tunnel
from sansio.wire.verbs import Answer, Bytes, Receive, Send

HTTP = Proxy("http", "proxy.test", 3128)
SOCKS = Proxy("socks5", "proxy.test", 1080)
PLAIN = Origin("http", "api.test", 80)
SECURE = Origin("https", "api.test", 443)
LIMIT = 500


class Talk:
    """A tunnel being made, in a driver that hands over one byte at a time, or `size`."""

    def __init__(self, route: Route, *, size: int = 1) -> None:
        self._wire = tunnel(7, route, 9.0, LIMIT)
        self._size = size
        self._now = 0.0
        self.result: Done | Broken | None = None
        (self.verb,) = next(self._wire)

    @property
    def sent(self) -> bytes:
        """What the tunnel sends now."""
        assert isinstance(self.verb, Send)
        assert (self.verb.conn, self.verb.until) == (7, 9.0)
        data = self.verb.data
        self.answer(Done(self._now))
        return data

    def answer(self, answer: Answer) -> None:
        """Answer what is outstanding."""
        try:
            (self.verb,) = self._wire.send((self.verb, answer))
        except StopIteration as stop:
            self.result = stop.value

    def hear(self, data: bytes) -> None:
        """Receive *data*, or as much of it as is wanted."""
        for start in range(0, len(data), self._size):
            if self.result is None:
                assert isinstance(self.verb, Receive)
                assert (self.verb.conn, self.verb.until) == (7, 9.0)
                self._now += 1
                self.answer(Bytes(self._now, data[start : start + self._size]))

    def failure(self, kind: str) -> str:
        """Why there is no tunnel."""
        assert isinstance(self.result, Broken)
        assert self.result.kind == kind
        assert self.result.now == self._now
        return self.result.reason


class TestConnect:
    def test_a_2xx_makes_the_tunnel(self) -> None:
        talk = Talk(Route(SECURE, HTTP))
        assert talk.sent == b"CONNECT api.test:443 HTTP/1.1\r\nHost: api.test:443\r\n\r\n"
        answer = b"HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n"
        talk.hear(answer)
        assert talk.result == Done(len(answer))

    def test_an_ipv6_origin_has_brackets(self) -> None:
        talk = Talk(Route(Origin("https", "::1", 8443), HTTP))
        assert talk.sent == b"CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n"

    def test_credentials_go_with_it(self) -> None:
        proxy = parse_proxy("http://me:secret@proxy.test")
        talk = Talk(Route(SECURE, proxy))
        server = h11.Connection(h11.SERVER)
        server.receive_data(talk.sent)
        request = server.next_event()
        assert isinstance(request, h11.Request)
        assert dict(request.headers)[b"proxy-authorization"].decode() == proxy_authorization(proxy)

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            (b"407 Proxy Authentication Required", "proxy answered 407 Proxy Authentication Required"),
            (b"502", "proxy answered 502"),
            (b"403 " + b"n" * 300, "proxy answered 403 " + "n" * 200),
            (b"302 Moved", "proxy answered 302 Moved"),
        ],
    )
    def test_anything_else_is_its_refusal(self, line: bytes, reason: str) -> None:
        talk = Talk(Route(SECURE, HTTP), size=9999)
        assert talk.sent
        talk.hear(b"HTTP/1.1 %b\r\nContent-Length: 9000\r\n\r\n" % line + bytes(9000))
        assert talk.failure("connection") == reason

    @pytest.mark.parametrize("size", [1, 11, 999])
    def test_interim_responses_are_passed_over(self, size: int) -> None:
        talk = Talk(Route(SECURE, HTTP), size=size)
        assert talk.sent
        talk.hear(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\nHTTP/1.1 204 Fine\r\n\r\n")
        assert isinstance(talk.result, Done)

    @pytest.mark.parametrize("size", [1, 7, 9999])
    def test_the_head_has_a_limit(self, size: int) -> None:
        frame = b"HTTP/1.1 200 OK\r\nx: %b\r\n\r\n"
        filler = b"x" * (LIMIT - len(frame % b""))
        talk = Talk(Route(SECURE, HTTP), size=size)
        assert talk.sent
        talk.hear(frame % filler)
        assert isinstance(talk.result, Done)
        talk = Talk(Route(SECURE, HTTP), size=size)
        assert talk.sent
        talk.hear(frame % (filler + b"x"))
        assert "more than 500 bytes" in talk.failure("limit_exceeded")

    def test_interim_responses_for_ever_pass_the_limit(self) -> None:
        talk = Talk(Route(SECURE, HTTP))
        assert talk.sent
        talk.hear(b"HTTP/1.1 100 Continue\r\n\r\n" * 30)
        assert talk.failure("limit_exceeded")

    @pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH\r\n\r\n", b"\x05\x00\r\n\r\n", b"HTTP/1.1 101 Sw\r\n\r\n"])
    def test_what_is_not_http_is_a_fault(self, answer: bytes) -> None:
        talk = Talk(Route(SECURE, HTTP))
        assert talk.sent
        talk.hear(answer)
        assert talk.failure("protocol") == "the proxy does not speak HTTP/1.1"

    def test_bytes_behind_the_head_are_a_fault(self) -> None:
        """The origin cannot have spoken yet, so that the proxy made them up."""
        talk = Talk(Route(SECURE, HTTP), size=99)
        assert talk.sent
        talk.hear(b"HTTP/1.1 200 OK\r\n\r\nx")
        assert talk.failure("protocol") == "the proxy sent more than its answer"

    def test_a_close_is_a_failed_connection(self) -> None:
        talk = Talk(Route(SECURE, HTTP))
        assert talk.sent
        talk.hear(b"HTTP/1.1 2")
        talk.answer(Bytes(10.0, b""))
        assert talk.failure("connection") == "the proxy closed the connection"

    @pytest.mark.parametrize("proxy", [HTTP, SOCKS])
    def test_what_breaks_is_the_answer(self, proxy: Proxy) -> None:
        broken = Broken(5.0, "timeout", "silence")
        talk = Talk(Route(SECURE, proxy))
        talk.answer(broken)
        assert talk.result is broken
        talk = Talk(Route(SECURE, proxy))
        assert talk.sent
        talk.answer(broken)
        assert talk.result is broken

    @pytest.mark.parametrize("route", [Route(SECURE), Route(PLAIN, HTTP)])
    def test_there_is_none_where_none_is_needed(self, route: Route) -> None:
        with pytest.raises(LocalProtocolError, match="no tunnel"):
            next(tunnel(7, route, 9.0, LIMIT))


GRANTED = b"\x05\x00\x00"


class TestSocks:
    @staticmethod
    def greeted(route: Route, *, size: int = 1) -> Talk:
        talk = Talk(route, size=size)
        assert talk.sent == b"\x05\x01\x00"
        talk.hear(b"\x05\x00")
        return talk

    @pytest.mark.parametrize(
        ("host", "address"),
        [
            ("api.test", b"\x03\x08api.test"),
            ("10.0.0.1", b"\x01\x0a\x00\x00\x01"),
            ("::1", b"\x04" + bytes(15) + b"\x01"),
            ("a" * 255, b"\x03\xff" + b"a" * 255),
        ],
    )
    def test_names_are_left_to_the_proxy_and_addresses_are_not(self, host: str, address: bytes) -> None:
        talk = self.greeted(Route(Origin("https", host, 443), SOCKS))
        assert talk.sent == b"\x05\x01\x00" + address + b"\x01\xbb"
        talk.hear(GRANTED + b"\x01" + bytes(6))
        assert isinstance(talk.result, Done)

    @pytest.mark.parametrize(
        "bound", [b"\x01" + bytes(6), b"\x03\x04host\x00\x50", b"\x03\x00\x00\x50", b"\x04" + bytes(18)]
    )
    @pytest.mark.parametrize("size", [1, 3, 999])
    def test_the_address_in_the_answer_may_be_of_any_kind(self, bound: bytes, size: int) -> None:
        talk = self.greeted(Route(PLAIN, SOCKS), size=size)
        assert talk.sent
        talk.hear(GRANTED + bound)
        assert isinstance(talk.result, Done)

    def test_a_user_name_and_password_are_sent_where_the_proxy_wants_them(self) -> None:
        talk = Talk(Route(SECURE, parse_proxy("socks5://me:secret@proxy.test")))
        assert talk.sent == b"\x05\x02\x00\x02"
        talk.hear(b"\x05\x02")
        assert talk.sent == b"\x01\x02me\x06secret"
        talk.hear(b"\x01\x00")
        assert talk.sent.startswith(b"\x05\x01\x00\x03")

    def test_they_are_kept_where_it_does_not(self) -> None:
        talk = Talk(Route(SECURE, parse_proxy("socks5://me:secret@proxy.test")))
        assert talk.sent
        talk.hear(b"\x05\x00")
        assert talk.sent.startswith(b"\x05\x01\x00\x03")

    def test_a_refused_login_is_a_failed_connection(self) -> None:
        talk = Talk(Route(SECURE, parse_proxy("socks5://me@proxy.test")))
        assert talk.sent
        talk.hear(b"\x05\x02")
        assert talk.sent == b"\x01\x02me\x00"
        talk.hear(b"\x01\x01")
        assert talk.failure("connection") == "the SOCKS5 proxy refused the user name or the password"

    def test_another_way_to_log_in_is_not_ours(self) -> None:
        talk = Talk(Route(SECURE, SOCKS))
        assert talk.sent
        talk.hear(b"\x05\xff")
        assert talk.failure("connection") == "the SOCKS5 proxy wants another way to log in"

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            (1, "general failure"),
            (2, "not allowed by its rules"),
            (3, "network unreachable"),
            (4, "host unreachable"),
            (5, "connection refused"),
            (6, "TTL expired"),
            (7, "command not supported"),
            (8, "address type not supported"),
            (0x5B, "code 91"),
        ],
    )
    def test_a_refusal_has_its_reason_and_needs_no_address(self, code: int, reason: str) -> None:
        talk = self.greeted(Route(SECURE, SOCKS))
        assert talk.sent
        talk.hear(bytes((5, code)))
        assert talk.failure("connection") == f"SOCKS5 proxy answered: {reason}"

    @pytest.mark.parametrize("garbage", [b"HT", b"\x04\x5a", b"\x05\x02", b"\x05\x01"])
    def test_what_is_not_a_greeting_is_a_fault(self, garbage: bytes) -> None:
        """A way to log in that was not offered is none either."""
        talk = Talk(Route(SECURE, SOCKS))
        assert talk.sent
        talk.hear(garbage)
        assert talk.failure("protocol") == "the proxy does not speak SOCKS5"

    def test_what_does_not_answer_a_login_is_a_fault(self) -> None:
        talk = Talk(Route(SECURE, parse_proxy("socks5://me@proxy.test")))
        assert talk.sent
        talk.hear(b"\x05\x02")
        assert talk.sent
        talk.hear(b"\x05\x00")
        assert talk.failure("protocol") == "the proxy does not speak SOCKS5"

    @pytest.mark.parametrize("garbage", [b"\x04\x00", b"HT", b"\x05\x00\x00\x02", b"\x05\x00\x00\x00"])
    def test_what_does_not_answer_a_request_is_a_fault(self, garbage: bytes) -> None:
        talk = self.greeted(Route(SECURE, SOCKS))
        assert talk.sent
        talk.hear(garbage)
        assert talk.failure("protocol") == "the proxy does not speak SOCKS5"

    def test_bytes_behind_the_answer_are_a_fault(self) -> None:
        talk = self.greeted(Route(SECURE, SOCKS), size=99)
        assert talk.sent
        talk.hear(GRANTED + b"\x01" + bytes(7))
        assert talk.failure("protocol") == "the proxy sent more than its answer"

    def test_a_close_is_a_failed_connection(self) -> None:
        talk = self.greeted(Route(SECURE, SOCKS))
        assert talk.sent
        talk.hear(GRANTED)
        talk.answer(Bytes(5.0, b""))
        assert talk.failure("connection") == "the proxy closed the connection"

    @pytest.mark.parametrize(
        "route",
        [
            Route(Origin("https", "a" * 256, 443), SOCKS),
            Route(SECURE, Proxy("socks5", "h", 1, "u" * 256, "p")),
            Route(SECURE, Proxy("socks5", "h", 1, "u", "ü" * 128)),
        ],
    )
    def test_what_does_not_fit_is_not_sent(self, route: Route) -> None:
        with pytest.raises(StopIteration) as stop:
            next(tunnel(7, route, 9.0, LIMIT))
        assert stop.value.value == Broken(
            0.0, "connection", "SOCKS5 takes host names, user names and passwords of 255 bytes"
        )
