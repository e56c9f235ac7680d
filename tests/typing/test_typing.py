"""What mypy and pyright must accept, and the lines that they must reject."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.meta.source import ROOT

HERE = Path(__file__).parent
ACCEPTED = sorted((HERE / "accept").glob("*.py"))
REJECTED = sorted((HERE / "reject").glob("*.py"))
_MYPY_ERROR = re.compile(r"(?P<path>[^:]+):(?P<line>\d+)(?::\d+)*: error: ")

Places = set[tuple[str, int]]


def _run(*command: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=110
    )
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    return run.stdout


def _mypy(paths: list[Path]) -> Places:
    """Where mypy finds errors in *paths*, with the project's own configuration."""
    output = _run("mypy", "--no-error-summary", "--no-pretty", *map(str, paths))
    found = [match for line in output.splitlines() if (match := _MYPY_ERROR.match(line))]
    return {(name, int(match["line"])) for match in found if (name := Path(match["path"]).name) in _names(paths)}


def _pyright(paths: list[Path]) -> Places:
    """The same of pyright, whose own configuration leaves the rejected lines out."""
    with TemporaryDirectory() as folder:
        config = {
            "include": [os.path.relpath(path, folder) for path in paths],
            "extraPaths": [str(ROOT), str(ROOT / "transports")],
            "typeCheckingMode": "strict",
            "pythonVersion": "3.11",
        }
        (Path(folder) / "pyrightconfig.json").write_text(json.dumps(config))
        report = json.loads(_run("pyright", "--outputjson", "--pythonpath", sys.executable, "--project", folder))
    found = [each for each in report["generalDiagnostics"] if each["severity"] == "error"]
    return {(Path(each["file"]).name, each["range"]["start"]["line"] + 1) for each in found}


def _names(paths: list[Path]) -> set[str]:
    """A checker also reports what it finds in imported modules, which is not the question here."""
    return {path.name for path in paths}


def _expected(paths: list[Path]) -> Places:
    return {
        (path.name, number)
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "# expect-error" in line
    }


@pytest.mark.parametrize("check", [_mypy, _pyright], ids=["mypy", "pyright"])
def test_both_checkers_accept_what_users_write(check: Callable[[list[Path]], Places]) -> None:
    assert check(ACCEPTED) == set()


@pytest.mark.parametrize("check", [_mypy, _pyright], ids=["mypy", "pyright"])
def test_both_checkers_reject_exactly_the_marked_lines(check: Callable[[list[Path]], Places]) -> None:
    assert check(REJECTED) == _expected(REJECTED)
