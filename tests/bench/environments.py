"""A virtual environment for each contender, made once and kept outside of the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.bench.cases import ENVIRONMENTS

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ.get("SANSIO_BENCH_HOME") or Path.home() / ".cache" / "sansio-bench")


def python(environment: str) -> str:
    """The interpreter of the environment, which is made now if it is not there."""
    folder = HOME / environment
    interpreter = folder / "bin" / "python"
    ready = folder / "installed"
    if not ready.exists():
        print(f"installing {environment} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        wanted = [ENVIRONMENTS[environment]] if ENVIRONMENTS[environment] else ["-e", f"{ROOT}[trio]"]
        subprocess.run([interpreter, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *wanted], check=True)
        ready.touch()
    return str(interpreter)


def variables() -> dict[str, str]:
    """The environment variables of every measured process: this tree first, warm bytecode, no proxies."""
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    path = os.pathsep.join([str(ROOT), str(ROOT / "transports")])
    return {**kept, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
