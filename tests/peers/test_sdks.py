"""The providers' own SDKs, unmodified, in an interpreter of their own, against our doubles of these providers over loopback."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sansio import ChatRequest
from sansio.dialects.served import Served, ServedResponse
from sansio.testing import Call, Double, Reply, answer, error
from sansio.testing.replies import USAGE
from sansio.types import (
    CountTokensRequest,
    Embedding,
    EmbeddingRequest,
    EmbeddingResponse,
    ModerationResponse,
    ModerationResult,
    TokenCount,
)
from sansio_transports.serve.threads import serve_double
from tests.peers.sdks.report import QUESTION

PYTHON = os.environ.get("SANSIO_PEER_SDKS_PYTHON", "")
ROOT = Path(__file__).parents[2]
TEXT = "Ein Gruß, 世界, and a line\nbreak."
CALLS: list[tuple[str, dict[str, str]]] = [("weather", {"city": "Oslo"}), ("time", {"city": ""})]

COUNTING = {"anthropic_messages", "bedrock_runtime", "google_genai", "openai_responses"}

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(not PYTHON, reason="no SDKs: SANSIO_PEER_SDKS_PYTHON is not set (.ci/run sets it)"),
]


class Sdk(NamedTuple):
    """What an SDK calls the good end of an answer, and its errors for statuses 404 and 429."""

    script: str
    reason: str
    missing: str
    busy: str


SDKS = [
    Sdk("openai_responses", "completed", "NotFoundError", "RateLimitError"),
    Sdk("anthropic_messages", "end_turn", "NotFoundError", "RateLimitError"),
    Sdk("google_genai", "STOP", "ClientError", "ClientError"),
    Sdk("mistral_chat", "stop", "SDKError", "SDKError"),
    Sdk("cohere_chat", "COMPLETE", "NotFoundError", "TooManyRequestsError"),
    Sdk("bedrock_runtime", "end_turn", "ResourceNotFoundException", "ThrottlingException"),
    Sdk("ollama_chat", "stop", "ResponseError", "ResponseError"),
]


def _script(request: ChatRequest) -> Reply:
    match request.model.rpartition("/")[2]:
        case "missing":
            return error(404, "no such model")
        case "busy":
            return error(429, "slow down", headers=(("retry-after", "1"),))
        case "tools":
            pieces = 1 if request.model.startswith("whole/") else 3
            return answer(calls=[Call(name, json.dumps(arguments)) for name, arguments in CALLS], pieces=pieces)
        case _:
            return answer(TEXT, pieces=5)


def _operate(request: Served) -> ServedResponse:
    match request:
        case CountTokensRequest(chat=chat):
            return TokenCount(sum(len(message.text) for message in chat.conversation))
        case EmbeddingRequest(input=texts):
            return EmbeddingResponse(data=[Embedding(n, (0.5, float(n))) for n in range(len(texts))], model="m")
        case _:
            judged = ModerationResult(categories={}, category_scores={}, flagged=True)
            return ModerationResponse(results=[judged], id="modr-1", model="m")


@pytest.fixture(scope="module", params=SDKS, ids=lambda sdk: sdk.script)
def seen(request: pytest.FixtureRequest) -> tuple[Sdk, dict[str, Any]]:
    """What an SDK saw of each call."""
    sdk: Sdk = request.param
    with serve_double(Double(_script, operations=_operate)) as server:
        run = subprocess.run(
            [PYTHON, "-m", f"tests.peers.sdks.{sdk.script}", server.url],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
    assert run.returncode == 0, run.stderr
    return sdk, json.loads(run.stdout)


def _whole(sdk: Sdk) -> dict[str, Any]:
    return {"text": TEXT, "reason": sdk.reason, "tokens": [USAGE.prompt_tokens, USAGE.completion_tokens]}


def test_it_reads_a_whole_answer(seen: tuple[Sdk, dict[str, Any]]) -> None:
    sdk, told = seen
    assert told["whole"] == _whole(sdk)


def test_it_reads_a_stream(seen: tuple[Sdk, dict[str, Any]]) -> None:
    sdk, told = seen
    assert told["streamed"] == {**_whole(sdk), "deltas": TEXT}


def test_it_reads_tool_calls(seen: tuple[Sdk, dict[str, Any]]) -> None:
    assert seen[1]["tools"] == [list(call) for call in CALLS]


def test_it_reads_tool_calls_of_a_stream(seen: tuple[Sdk, dict[str, Any]]) -> None:
    sdk, told = seen
    names = [name for name, _ in CALLS]  # mistral's client does not put pieces together
    assert told["streamed tools"] == (names if sdk.script == "mistral_chat" else [list(call) for call in CALLS])


def test_it_raises_its_own_errors(seen: tuple[Sdk, dict[str, Any]]) -> None:
    sdk, told = seen
    assert told["missing"] == [sdk.missing, 404]
    assert told["busy"] == [sdk.busy, 429]
    assert told["busy stream"] == [sdk.busy, 429]


def test_it_counts_tokens(seen: tuple[Sdk, dict[str, Any]]) -> None:
    sdk, told = seen
    assert told.get("counted") == (len(QUESTION) if sdk.script in COUNTING else None)


def test_it_reads_vectors_and_moderations(seen: tuple[Sdk, dict[str, Any]]) -> None:
    sdk, told = seen
    if sdk.script == "openai_responses":
        assert told["vectors"] == [[0.5, 0.0], [0.5, 1.0]]  # asked for in base64
        assert told["flagged"] is True
