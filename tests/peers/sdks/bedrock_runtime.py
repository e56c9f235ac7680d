"""AWS's SDK, Converse and ConverseStream."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from tests.peers.sdks.report import BUSY, MISSING, PLAIN, QUESTION, SCHEMA, TOOLS, call, error, run

boto3: Any = import_module("boto3")
config: Any = import_module("botocore.config")
_SPECS = [{"toolSpec": {"name": name, "inputSchema": {"json": SCHEMA}}} for name in ("weather", "time")]


def main(url: str) -> dict[str, Any]:
    """Ask through both operations."""
    client = boto3.client(
        "bedrock-runtime",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="id",
        aws_secret_access_key="secret",  # nobody's
        config=config.Config(retries={"total_max_attempts": 1}),
    )

    def asked(model: str, **more: Any) -> dict[str, Any]:
        return {"modelId": model, "messages": [{"role": "user", "content": [{"text": QUESTION}]}], **more}

    tools = {"toolConfig": {"tools": _SPECS}}
    whole = client.converse(**asked(PLAIN))
    events = list(client.converse_stream(**asked(PLAIN))["stream"])
    deltas = [event["contentBlockDelta"]["delta"].get("text", "") for event in events if "contentBlockDelta" in event]
    usage = next(event["metadata"]["usage"] for event in events if "metadata" in event)
    made = client.converse(**asked(TOOLS, **tools))["output"]["message"]["content"]
    streamed: dict[int, list[str]] = {}
    for event in client.converse_stream(**asked(TOOLS, **tools))["stream"]:
        if "contentBlockStart" in event and "toolUse" in event["contentBlockStart"]["start"]:
            start = event["contentBlockStart"]
            streamed[start["contentBlockIndex"]] = [start["start"]["toolUse"]["name"], ""]
        if "contentBlockDelta" in event and "toolUse" in event["contentBlockDelta"]["delta"]:
            delta = event["contentBlockDelta"]
            streamed[delta["contentBlockIndex"]][1] += delta["delta"]["toolUse"]["input"]
    counted = client.count_tokens(modelId=PLAIN, input={"converse": {"messages": asked(PLAIN)["messages"]}})
    return {
        "counted": counted["inputTokens"],
        "whole": {
            "text": "".join([block.get("text", "") for block in whole["output"]["message"]["content"]]),
            "reason": whole["stopReason"],
            "tokens": [whole["usage"]["inputTokens"], whole["usage"]["outputTokens"]],
        },
        "streamed": {
            "text": "".join(deltas),
            "deltas": "".join(deltas),
            "reason": next(event["messageStop"]["stopReason"] for event in events if "messageStop" in event),
            "tokens": [usage["inputTokens"], usage["outputTokens"]],
        },
        "tools": [call(block["toolUse"]["name"], block["toolUse"]["input"]) for block in made if "toolUse" in block],
        "streamed tools": [[name, json.loads(text or "{}")] for name, text in streamed.values()],
        "missing": error(lambda: client.converse(**asked(MISSING))),
        "busy": error(lambda: client.converse(**asked(BUSY))),
        "busy stream": error(lambda: list(client.converse_stream(**asked(BUSY))["stream"])),
    }


run(main)
