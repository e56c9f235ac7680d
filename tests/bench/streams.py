"""The same text as the streams of other APIs: their events, one by one, and what a body of them is."""

from __future__ import annotations

import json
import struct
import zlib

from tests.bench.payloads import PARSED_EVENTS, PIECE, text

LENGTH = PARSED_EVENTS * PIECE
_WORDS = [text(number) for number in range(PARSED_EVENTS)]


def _event(value: dict[str, object]) -> bytes:
    return f"event: {value['type']}\ndata: {json.dumps(value, separators=(',', ':'))}\n\n".encode()


def anthropic() -> bytes:
    """Messages: https://docs.anthropic.com/en/docs/build-with-claude/streaming."""
    usage = {"input_tokens": 20, "output_tokens": 1, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    message: dict[str, object] = {
        "id": "msg_01XFDUDYJgAACzvnptvVoYEL",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    events: list[dict[str, object]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *[
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
            for word in _WORDS
        ],
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": PARSED_EVENTS},
        },
        {"type": "message_stop"},
    ]
    return b"".join(map(_event, events))


def responses() -> bytes:
    """Responses: https://platform.openai.com/docs/api-reference/responses-streaming."""
    response: dict[str, object] = {
        "id": "resp_67c9fdcecf488190bdd9a0409de3a1ec",
        "object": "response",
        "created_at": 1764547200,
        "status": "in_progress",
        "model": "gpt-4o-2024-08-06",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    item = {"id": "msg_67c9fdcf37fc8190ba82116e33fb28c5", "type": "message", "role": "assistant"}
    whole: dict[str, object] = {"type": "output_text", "text": "".join(_WORDS), "annotations": [], "logprobs": []}
    done: dict[str, object] = {**item, "status": "completed", "content": [whole]}
    usage = {
        "input_tokens": 20,
        "output_tokens": PARSED_EVENTS,
        "total_tokens": PARSED_EVENTS + 20,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    place: dict[str, object] = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    events: list[dict[str, object]] = [
        {"type": "response.created", "response": response},
        {"type": "response.in_progress", "response": response},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**item, "status": "in_progress", "content": []},
        },
        {
            "type": "response.content_part.added",
            **place,
            "part": {"type": "output_text", "text": "", "annotations": [], "logprobs": []},
        },
        *[{"type": "response.output_text.delta", **place, "delta": word, "logprobs": []} for word in _WORDS],
        {"type": "response.output_text.done", **place, "text": "".join(_WORDS), "logprobs": []},
        {"type": "response.content_part.done", **place, "part": whole},
        {"type": "response.output_item.done", "output_index": 0, "item": done},
        {
            "type": "response.completed",
            "response": {**response, "status": "completed", "output": [done], "usage": usage},
        },
    ]
    return b"".join(_event({**event, "sequence_number": number}) for number, event in enumerate(events))


def gemini() -> bytes:
    """GenerateContent: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent."""
    names = {"modelVersion": "gemini-2.5-flash", "responseId": "mAitaLmkHPPlz7IPvtfUqQ4"}
    usage = {
        "promptTokenCount": 20,
        "candidatesTokenCount": 1,
        "totalTokenCount": 21,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 20}],
    }
    chunks: list[dict[str, object]] = [
        {
            "candidates": [{"content": {"parts": [{"text": word}], "role": "model"}, "index": 0}],
            "usageMetadata": usage,
            **names,
        }
        for word in _WORDS
    ]
    last = {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "STOP", "index": 0}
    chunks.append({"candidates": [last], "usageMetadata": usage, **names})
    return b"".join(b"data: %b\r\n\r\n" % json.dumps(chunk, separators=(",", ":")).encode() for chunk in chunks)


def _message(kind: str, payload: dict[str, object]) -> bytes:
    """A message of AWS's event stream."""
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    block = b"".join(
        struct.pack(">B", len(name)) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    body = json.dumps(payload, separators=(",", ":")).encode()
    lengths = struct.pack(">II", 16 + len(block) + len(body), len(block))
    checked = lengths + struct.pack(">I", zlib.crc32(lengths)) + block + body
    return checked + struct.pack(">I", zlib.crc32(checked))


def bedrock() -> bytes:
    """ConverseStream: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html."""
    padding = {"p": "abcdefghijklmnopqrstuvwxyz"}
    messages = [
        _message("messageStart", {"role": "assistant", **padding}),
        *[
            _message("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": word}, **padding})
            for word in _WORDS
        ],
        _message("contentBlockStop", {"contentBlockIndex": 0, **padding}),
        _message("messageStop", {"stopReason": "end_turn", **padding}),
        _message(
            "metadata",
            {
                "usage": {"inputTokens": 20, "outputTokens": PARSED_EVENTS, "totalTokens": PARSED_EVENTS + 20},
                "metrics": {"latencyMs": 1000},
                **padding,
            },
        ),
    ]
    return b"".join(messages)
