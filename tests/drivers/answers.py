"""What the scripted servers say: chat completions, whole and as streams, and scripts that say them."""

from __future__ import annotations

import json

from tests.drivers.server import Peer, Script

_DELTA = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
DONE = b"data: [DONE]\n\n"


def document(text: str = "hello") -> bytes:
    """A chat completion."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return json.dumps(
        {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    ).encode()


def delta(text: str | None, finish_reason: str | None = None) -> bytes:
    """One event of a stream."""
    choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": finish_reason}
    return b"data: " + json.dumps({**_DELTA, "choices": [choice]}).encode() + b"\n\n"


def events(*texts: str) -> bytes:
    """A whole stream."""
    return b"".join(delta(text) for text in texts) + delta(None, "stop") + DONE


def head(status: str = "200 OK", *fields: str, kind: str = "application/json") -> bytes:
    """A response head."""
    return "\r\n".join([f"HTTP/1.1 {status}", f"content-type: {kind}", *fields, "", ""]).encode()


def whole(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    """A response with its length."""
    return head(status, f"content-length: {len(body)}", *fields) + body


def chunk(data: bytes) -> bytes:
    """A chunk of a chunked body; the empty one ends it."""
    return b"%x\r\n%b\r\n" % (len(data), data)


STREAM_HEAD = head("200 OK", "transfer-encoding: chunked", kind="text/event-stream")
ANSWER = whole(document())
STREAM = STREAM_HEAD + chunk(events("hel", "lo")) + chunk(b"")


def always(*pieces: bytes) -> Script:
    """Answer every request of a connection with these pieces."""

    def script(peer: Peer) -> None:
        while True:
            peer.request()
            peer.send(*pieces)

    return script


def once(*pieces: bytes) -> Script:
    """Answer one request, and close."""

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(*pieces)

    return script


def error(status: str, *fields: str, message: str = "no") -> bytes:
    """An error response in OpenAI's form."""
    return whole(json.dumps({"error": {"message": message, "type": "t", "code": None}}).encode(), status, *fields)
