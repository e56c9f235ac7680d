"""Each example runs, in a process of its own, without a warning, and says what it promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.meta.source import ROOT

EXAMPLES = ROOT / "examples"
SAYS = {
    "fuzz_a_parser": r"pieces_do_not_matter: holds in 500 cases\nevery_exchange_ends_once: holds in 500 cases\n",
    "own_loop_asyncio_protocol": r"Callbacks all the way down\.\nstop\n",
    "own_loop_selectors": r"100 calls, 0 failed, in \d+\.\d\d s on one thread\nthe last answer: 'this is question 99 .*\n",
    "plug_into_httpx": r"(Any client will do\.  \[stop\]\n){2}Any client ?(will )?  \[truncated: .*; partial: 'Any client.*'\]\n",
    "quickstart": r"\n== A streamed answer\n.+\n    stop, \d+ tokens\n(.|\n)*TruncatedStreamError: truncated 200: .*\n.*\n",
}


def output(path: Path, *arguments: str) -> str:
    """What the script prints, without keys and proxies in its environment."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.endswith("_API_KEY") and "proxy" not in name.lower()
    }
    tree = os.pathsep.join([str(ROOT), str(ROOT / "transports")])
    run = subprocess.run(
        [sys.executable, "-W", "error", path, *arguments],
        env={**kept, "PYTHONPATH": tree},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_every_example_is_known() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_an_example_says_what_it_promises(name: str) -> None:
    said = output(EXAMPLES / f"{name}.py")
    assert re.fullmatch(SAYS[name], said), said
