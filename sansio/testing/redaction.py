"""Takes the secrets out of what a call was answered, so that what is left still replays it.

What came in keeps its length, byte for byte, since lengths and limits steer a call; of what went out only the text is
kept, to be compared, so that a request with another key reads the same.  Bytes are looked at as a stream for each
connection and source: a secret does not care where it is cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Final, TypeAlias
from urllib.parse import quote

import msgspec

from ..commands import Ask, Broken, Emit, Refused, Token, TokenFetched, TokenRefused, TokenWanted
from ..http import is_secret
from ..types import Credential
from ..wire.verbs import Answer, Bytes, Pull, Receive, Send, Verb

Heard: TypeAlias = tuple[tuple[Verb, ...], Verb, Answer]
"""What a recorder hears: the verbs that were outstanding, the one that was answered, and the answer."""

_REDACTED: Final = b"REDACTED"

# Both have the groups name, separator, value.  h11 takes folded values, and refuses a bare CR, which is no end here.
_FIELD: Final = re.compile(
    rb"^([!-9;-~]+)([ \t]*:[ \t]*)([^\r\n]*(?:\r?\n[ \t][^\r\n]*|\r(?!\n)[^\r\n]*)*)", re.MULTILINE
)
_QUERY: Final = re.compile(rb"(?<=[?&])([^=&?#\s]+)(=)([^&#\s]*)")

_LINE: Final = rb"(?:(?!\r?\n)[^\n]++\n?+)"
_HEADS: Final = re.compile(rb"(?:\r?\n)*+(?:HTTP/1\.\d 1\d\d[^\n]*+\n%b*+\r?\n)*+%b*+" % (_LINE, _LINE))  # 1xx first
_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)\Z")  # where `wire.http1` writes it

_SEAM: Final = rb"\r\n[0-9a-fA-F]{1,16}[^\r\n]*\r\n"  # between two chunks of a chunked body
_SEAM_OR_BYTE: Final = re.compile(rb"(%b)|." % _SEAM, re.DOTALL)

_FORM: Final = b"\r\ncontent-type: application/x-www-form-urlencoded"  # as requests for tokens are made
_FORM_FIELD: Final = re.compile(rb"((?:(?<=&)|\A)([^=&]*)=)[^&]*")
_TOKEN: Final = re.compile(rb'("(?:access|refresh|id)_token"\s*:\s*")((?:[^"\r\n]|%b)*)' % _SEAM)


class Redaction:
    """What was *heard*, without the values of secret headers and query keys, proxy passwords, and the given *secrets*.

    A given secret is also found percent-encoded, escaped as in JSON, and across the chunks of a body.
    """

    def __init__(self, heard: Iterable[Heard], secrets: Iterable[str]) -> None:
        self._pattern = _any_of(secrets)
        self._connections: dict[int, _Connection] = {}
        self._sources: dict[str, bytearray] = {}
        self._sends: dict[int, slice] = {}  # where a Send stands in its stream, by its id: *heard* keeps it alive
        self._begins: set[int] = set()  # the ids of the Sends that begin a message
        placed = [(verb, answer, self._place(verbs, verb, answer)) for verbs, verb, answer in heard]
        self._sent = {conn: self._hide(streams.sent) for conn, streams in self._connections.items()}
        self._received = {
            conn: _hide_heads(_hide_tokens(self._hide(streams.received)), streams.heads)
            for conn, streams in self._connections.items()
        }
        self._read = {source: self._hide(data) for source, data in self._sources.items()}
        self.pairs = [(self._verb(verb), self._answer(verb, answer, place)) for verb, answer, place in placed]
        """Each verb that was answered, as text, with its answer."""

    def _place(self, verbs: tuple[Verb, ...], verb: Verb, answer: Answer) -> slice:
        """Add what is new to its stream; where the answer's bytes stand in theirs."""
        for sent in verbs:
            if isinstance(sent, Send) and id(sent) not in self._sends:
                streams = self._streams(sent.conn)
                if not streams.left:
                    self._begins.add(id(sent))
                self._sends[id(sent)] = streams.send(sent.data)
        match verb, answer:
            case Receive(conn), Bytes(_, data):
                return _append(self._streams(conn).received, data)
            case Pull(source, offset), Bytes(_, data):
                place = slice(offset, offset + len(data))
                self._sources.setdefault(source, bytearray())[place] = data
                return place
            case _:
                return slice(0)

    def _verb(self, verb: Verb) -> str:
        match verb:
            case Emit(events):  # only their kinds: what they say, the received bytes say
                return f"Emit({', '.join([type(event).__name__ for event in events])})"
            case Send(conn, _, until):
                data = self._sent[conn][self._sends[id(verb)]]
                return repr(Send(conn, _hide_request(data) if id(verb) in self._begins else data, until))
            case Ask(TokenWanted() | TokenFetched() | TokenRefused() as question):  # the key tells secrets apart
                kind = question.key.partition(":")[0]
                return self._hide_text(repr(Ask(msgspec.structs.replace(question, key=kind))))
            case _:
                return self._hide_text(repr(verb))

    def _answer(self, verb: Verb, answer: Answer, place: slice) -> Answer:
        match verb, answer:
            case Receive(conn), Bytes(now):
                return Bytes(now, self._received[conn][place])
            case Pull(source), Bytes(now):
                return Bytes(now, self._read[source][place])
            case _, Broken(now, kind, reason):
                return Broken(now, kind, self._hide_text(reason))
            case _, Token(now, credential):
                hidden = tuple([(name, _REDACTED.decode()) for name, _ in credential.headers])
                return Token(now, Credential(hidden, credential.expires))
            case _, Refused(now, failure):
                message, body = self._hide_text(failure.message), self._hide(failure.body)
                return Refused(now, msgspec.structs.replace(failure, message=message, body=body))
            case _:
                return answer

    def _streams(self, conn: int) -> _Connection:
        return self._connections.setdefault(conn, _Connection())

    def _hide(self, data: bytes | bytearray) -> bytes:
        return self._pattern.sub(lambda found: _masked(found[0]), bytes(data))

    def _hide_text(self, text: str) -> str:
        return self._hide(text.encode("utf-8", "replace")).decode("utf-8", "replace")


class _Connection:
    """Both ways of one connection, and where a response's head may begin."""

    def __init__(self) -> None:
        self.sent = bytearray()
        self.received = bytearray()
        self.heads = [0]
        self.left = 0  # bytes of a request's body that are still to come

    def send(self, data: bytes) -> slice:
        """Add them; where they stand.  With the head of a request the response to it is awaited."""
        if self.left:
            self.left -= len(data)
        else:
            self.heads.append(len(self.received))
            head, _, body = data.partition(b"\r\n\r\n")
            if (length := _LENGTH.search(head)) is not None:
                self.left = int(length[1]) - len(body)
        return _append(self.sent, data)


def _append(stream: bytearray, data: bytes) -> slice:
    start = len(stream)
    stream += data
    return slice(start, len(stream))


def _any_of(secrets: Iterable[str]) -> re.Pattern[bytes]:
    """What matches every form of a secret; the longest first, since one may begin another."""
    forms = {
        form
        for secret in secrets
        if secret
        for form in (secret.encode(), quote(secret, safe="").encode(), msgspec.json.encode(secret)[1:-1])
    }
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    patterns = [(b"(?:%b)?" % _SEAM).join([re.escape(form[n : n + 1]) for n in range(len(form))]) for form in ordered]
    return re.compile(b"|".join(patterns) or rb"(?!)")


def _hide_request(data: bytes) -> bytes:
    """A request with its head redacted, or what is said to a SOCKS5 proxy (RFC 1929: version 1 is a login)."""
    if data.startswith(b"\x01"):
        return b"\x01" + _REDACTED
    head, blank, body = data.partition(b"\r\n\r\n")
    if _FORM in head:
        body = _FORM_FIELD.sub(lambda found: found[1] + _REDACTED if _is_secret(found[2]) else found[0], body)
        head = _LENGTH.sub(rb"\r\ncontent-length: REDACTED", head)
    return _hide_head(head, lambda _: _REDACTED) + blank + body


def _hide_heads(data: bytes, starts: list[int]) -> bytes:
    """Received bytes with the head behind each of *starts* redacted, at its length."""
    parts = [data[start:end] for start, end in pairwise([*starts, len(data)])]
    return b"".join([_HEADS.sub(lambda heads: _hide_head(heads[0], _crossed_out), part, count=1) for part in parts])


def _hide_tokens(data: bytes) -> bytes:
    """Received bytes without the tokens in the answers of token endpoints."""
    return _TOKEN.sub(lambda found: found[1] + _masked(found[2]), data)


def _masked(data: bytes) -> bytes:
    """As many bytes; the seams between chunks stay."""
    return _SEAM_OR_BYTE.sub(lambda byte: byte[1] or b"x", data)


def _is_secret(name: bytes) -> bool:
    return is_secret(name.decode("latin-1")) or name.endswith(b"assertion")


def _crossed_out(value: bytes) -> bytes:
    return re.sub(rb"\S", b"x", value)


def _hide_head(head: bytes, hide: Callable[[bytes], bytes]) -> bytes:
    def hidden(found: re.Match[bytes]) -> bytes:
        name, separator, value = found.groups()
        return name + separator + hide(value) if is_secret(name.decode("latin-1")) else found[0]

    return _FIELD.sub(hidden, _QUERY.sub(hidden, head))
