"""Running contenders in turns, each in a process of its own, beside a server in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Final

from tests.bench.cases import CONTENDERS, IMPORTS, Case
from tests.bench.environments import ROOT, python, variables

Result = Mapping[str, float]
SCALES: Final = {"us": 1e6, "KiB": 1 / 1024, "x": 1.0}

_IMPORT = """
import resource, time
start = time.process_time()
{statement}
print(time.process_time() - start, int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize())
"""


class Contender:
    """A contender's process; `run` lets it do one case once."""

    def __init__(self, name: str) -> None:
        self._name = name
        command = [python(CONTENDERS[name]), "-m", f"tests.bench.contenders.{name}"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=variables(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.versions = {name: str(version) for name, version in self._line().items()}

    def run(self, function: str, url: str) -> Result:
        """The result of one run."""
        if self._process.stdin is None:
            raise RuntimeError("the contender has no input")
        self._process.stdin.write(f"{function} {url}\n")
        self._process.stdin.flush()
        return {name: float(figure) for name, figure in self._line().items()}

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)

    def _line(self) -> dict[str, str | float]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"{self._name} ended with status {self._process.wait()}")
        message: dict[str, str | float] = json.loads(line)
        return message


@contextmanager
def server() -> Generator[str]:
    """The server's URL while it runs."""
    command = [sys.executable, "-m", "tests.bench.server"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=variables(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}" if process.stdout else ""
    finally:
        process.communicate(timeout=30)


def medians(case: Case, names: Sequence[str], rounds: int, versions: dict[str, dict[str, str]]) -> dict[str, float]:
    """What each contender needs for one count, in the case's unit: the median of *rounds*, the first one dropped.

    Contenders take turns.  Raises ValueError where one returned another length than it should.
    """
    taken: dict[str, list[float]] = {name: [] for name in names}
    with server() as url, ExitStack() as stack:
        open_: dict[str, Contender] = {}
        for _ in range(rounds + 1):
            for name in names:
                if case.fresh or name not in open_:
                    open_[name] = Contender(name)
                    stack.callback(open_[name].close)
                    versions[CONTENDERS[name]] = open_[name].versions
                result = open_[name].run(case.function, url)
                if case.fresh:
                    open_[name].close()
                if case.length is not None and result["length"] != case.length:
                    raise ValueError(f"{name} returned {result['length']} characters, not {case.length}")
                taken[name].append(_figure(case, result))
    return {name: median(figures[1:]) for name, figures in taken.items()}


def _figure(case: Case, result: Result) -> float:
    count = 1.0 if case.metric == "memory" else result["count"]
    return result[case.metric] / count * SCALES[case.unit]


def imports(names: Sequence[str], rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Milliseconds of CPU for each import, and the MiB that it adds to a bare interpreter; fresh processes, in turns."""
    cpu: dict[str, list[float]] = {name: [] for name in names}
    memory: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds + 1):
        for name in names:
            code = _IMPORT.format(statement=IMPORTS[name].statement)
            command = [python(IMPORTS[name].environment), "-c", code]
            output = subprocess.run(
                command, cwd="/", env=variables(), capture_output=True, text=True, check=True
            ).stdout
            seconds, resident = output.split()
            cpu[name].append(float(seconds) * 1000)
            memory[name].append(float(resident) / 1024 / 1024)
    bare = median(memory["bare"][1:])
    return (
        {name: median(figures[1:]) for name, figures in cpu.items()},
        {name: median(figures[1:]) - bare for name, figures in memory.items()},
    )
