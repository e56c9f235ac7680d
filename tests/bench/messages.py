"""The text of `payloads` in the words of Anthropic's Messages API (https://docs.anthropic.com/en/api/messages-streaming)."""

from __future__ import annotations

import json

from tests.bench import payloads

_NAMES = {"id": "msg_01Bx7vQ2nJd0YH1wZkqmT3sLr9", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5"}
_USAGE = {
    "input_tokens": 20,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "output_tokens": 1,
    "service_tier": "standard",
}


def _event(name: str, **members: object) -> bytes:
    data = json.dumps({"type": name, **members}, separators=(",", ":"))
    return f"event: {name}\ndata: {data}\n\n".encode()


def _message(content: list[object], reason: str | None) -> dict[str, object]:
    return {**_NAMES, "content": content, "stop_reason": reason, "stop_sequence": None, "usage": _USAGE}


def _piece(number: int) -> bytes:
    return _event("content_block_delta", index=0, delta={"type": "text_delta", "text": payloads.text(number)})


def events(count: int) -> list[bytes]:
    """A stream as its server-sent events: *count* pieces of text, and the frame that the API puts around them."""
    return [
        _event("message_start", message=_message([], None)),
        _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *[_piece(number) for number in range(count)],
        _event("content_block_stop", index=0),
        _event(
            "message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": count}
        ),
        _event("message_stop"),
    ]


def unary() -> bytes:
    """A whole answer of about 1 KB."""
    return json.dumps(_message([{"type": "text", "text": "x" * payloads.UNARY_TEXT}], "end_turn")).encode()
