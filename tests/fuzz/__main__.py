"""Fuzz one parser with atheris: `python -m tests.fuzz TARGET [-seed=1 -runs=100000 ...]`, from the project's root.

atheris has to be installed; whatever follows the target is libFuzzer's.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any


def main(arguments: list[str]) -> None:
    """Run libFuzzer over the target, from its seeds; it ends the process."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["sansio"]):
        harness = import_module("tests.fuzz.harness")
    name, *options = arguments
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(harness.SEEDS[name]):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], *options, corpus], harness.TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
