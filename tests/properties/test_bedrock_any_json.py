"""No JSON makes a side of bedrock_converse raise, whatever stands where."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sansio.dialects.bedrock_converse import CODEC
from sansio.dialects.bedrock_converse.server import SERVER
from sansio.errors import Failure
from sansio.testing.strategies import texts
from sansio.types import (
    ChatRequest,
)
from tests.properties.roundtrip import double, terms

PROVIDER = double("bedrock_converse")

# Names that mean something somewhere, so that random JSON reaches every reader.
_NAMES = st.sampled_from(
    [
        "additionalModelRequestFields",
        "additionalModelResponseFields",
        "audio",
        "auto",
        "bytes",
        "cacheDetails",
        "cachePoint",
        "citation",
        "citations",
        "citationsContent",
        "content",
        "contentBlockDelta",
        "contentBlockIndex",
        "contentBlockStart",
        "contentBlockStop",
        "delta",
        "document",
        "effort",
        "error",
        "format",
        "guardrail",
        "image",
        "inferenceConfig",
        "input",
        "inputSchema",
        "inputTokens",
        "json",
        "jsonSchema",
        "location",
        "maxTokens",
        "message",
        "messageStop",
        "messages",
        "metadata",
        "name",
        "newException",
        "output",
        "outputConfig",
        "reasoningContent",
        "reasoningText",
        "redactedContent",
        "requestMetadata",
        "role",
        "s3Location",
        "schema",
        "serviceTier",
        "signature",
        "source",
        "start",
        "stopReason",
        "stopSequences",
        "structure",
        "system",
        "text",
        "textFormat",
        "thinking",
        "title",
        "tool",
        "toolChoice",
        "toolConfig",
        "toolResult",
        "toolSpec",
        "toolUse",
        "toolUseId",
        "tools",
        "trace",
        "ttl",
        "type",
        "uri",
        "url",
        "usage",
        "web",
    ]
)
_WORDS = st.sampled_from(
    ["user", "assistant", "png", "default", "json_schema", "s3://b/a.png", "eA==", "{}", "tool_use"]
)
_leaves: SearchStrategy[object] = st.none() | st.booleans() | st.integers(-1, 3) | _WORDS | texts()
_values = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=20,
)
_objects = st.dictionaries(_NAMES, _values, max_size=4).map(msgspec.json.encode)


@given(_objects | st.binary(max_size=40), st.text(max_size=20), st.booleans())
def test_no_request_makes_the_server_raise(body: bytes, path: str, known: bool) -> None:
    path = "/model/m/converse" if known else path
    found = SERVER.decode("POST", path, (), body)
    assert isinstance(found, ChatRequest | Failure)


@given(st.lists(_objects | st.binary(max_size=40), max_size=5), st.booleans())
def test_no_record_makes_the_client_raise(records: list[bytes], whole: bool) -> None:
    reading = CODEC.reading(ChatRequest(model="m", messages="hi"), terms(PROVIDER, stream=not whole))
    decoder, fold = reading.decoder, reading.fold
    fold.extend(decoder.receive_document(b"".join(records)) if whole else decoder.receive(records))
    assert not (decoder.complete and decoder.failure)
    assert decoder.complete or decoder.failure or not whole
    fold.response()
