"""OpenAI's own Python client, in an interpreter of its own, against our double over loopback."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sansio import ChatRequest
from sansio.gateway import EndOfBody
from sansio.testing import Call, Double, Reply, answer, error
from sansio_transports.serve.threads import serve_double

PYTHON = os.environ.get("SANSIO_PEER_OPENAI_PYTHON", "")
CLIENT = Path(__file__).parent / "openai_client.py"
TEXT = "Ein Gruß, 世界, and a line\nbreak."

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(not PYTHON, reason="no openai-python: SANSIO_PEER_OPENAI_PYTHON is not set (.ci/run sets it)"),
]


def _script(request: ChatRequest) -> Reply:
    if request.model == "missing":
        return error(404, "no such model", type="invalid_request_error", code="model_not_found")
    if request.model == "busy":
        return error(429, "slow down", headers=(("retry-after", "1"),))
    if request.model == "cut":
        return answer(TEXT, pieces=5).until(3, EndOfBody())
    if request.tools:
        return answer(calls=[Call("weather", '{"city": "Oslo"}'), Call("time", "{}")])
    return answer(TEXT, pieces=5, reasoning="hm")


@pytest.fixture(scope="module", params=["sync", "async"])
def told(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the client saw of each call."""
    with serve_double(Double(_script, models=("double", "other"))) as server:
        run = subprocess.run(
            [PYTHON, CLIENT, f"{server.url}/v1", request.param],
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
    assert run.returncode == 0, run.stderr
    seen: dict[str, Any] = json.loads(run.stdout)
    return seen


def test_it_reads_a_whole_answer(told: dict[str, Any]) -> None:
    assert told["whole"] == {"text": TEXT, "reason": "stop", "tokens": 12}


def test_it_reads_a_stream_with_its_usage(told: dict[str, Any]) -> None:
    assert told["streamed"] == {"text": TEXT, "reason": "stop", "tokens": 12}


def test_it_reads_tool_calls_whole_and_streamed(told: dict[str, Any]) -> None:
    calls = [["weather", '{"city": "Oslo"}'], ["time", "{}"]]
    assert told["tools"] == calls
    assert told["streamed tools"] == calls


def test_it_lists_the_models(told: dict[str, Any]) -> None:
    assert told["models"] == ["double", "other"]


def test_it_raises_its_own_errors(told: dict[str, Any]) -> None:
    assert told["missing"] == ["NotFoundError", 404, "model_not_found"]
    assert told["busy"] == ["RateLimitError", 429, "rate_limit_exceeded"]


def test_it_takes_a_stream_that_was_cut_off_for_a_success(told: dict[str, Any]) -> None:
    """The reason for this library; should it change, the README has to change with it."""
    assert told["cut"] == {"reason": None, "raised": None}
