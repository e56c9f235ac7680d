"""AWS's SDK on a stream from memory."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from tests.bench import payloads, streams
from tests.bench.contenders.rounds import Result, run

boto3: Any = import_module("boto3")
awsrequest: Any = import_module("botocore.awsrequest")
_BODY = streams.bedrock()
_READ = 64 * 1024
_CLIENT: Any = boto3.client(
    "bedrock-runtime", region_name="us-east-1", aws_access_key_id="id", aws_secret_access_key="secret"
)


class _Raw:
    """What urllib3 would give."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        return (_BODY[start : start + _READ] for start in range(0, len(_BODY), _READ))


def _respond(request: Any, **_: Any) -> Any:
    headers = {"content-type": "application/vnd.amazon.eventstream"}
    return awsrequest.AWSResponse(request.url, 200, headers, _Raw())


_CLIENT.meta.events.register("before-send.bedrock-runtime.ConverseStream", _respond)


def decode_bedrock(_url: str) -> Result:
    """Every event, as the SDK's dictionaries."""
    answer = _CLIENT.converse_stream(
        modelId="amazon.nova-pro-v1:0", messages=[{"role": "user", "content": [{"text": "Why is the sky blue?"}]}]
    )
    length = 0
    for event in answer["stream"]:
        if "contentBlockDelta" in event:
            length += len(event["contentBlockDelta"]["delta"]["text"])
    return {"count": payloads.PARSED_EVENTS, "length": length}


if __name__ == "__main__":
    run({"decode_bedrock": decode_bedrock}, "boto3", "botocore")
