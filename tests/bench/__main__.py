"""Side by side with peers: `python -m tests.bench [--only CASE ...] [--rounds N] [--own] [--report]`, from the project's root.

The server is a process of its own, each contender a process in a virtual environment of its own; what counts is user and
system CPU of that process, all threads.  Contenders take turns, the first round is dropped, the median counts, and the
length of every answer is checked.  Environments are kept in $SANSIO_BENCH_HOME (default: the user's cache folder).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.bench.cases import CASES, CONTENDERS, IMPORT_CPU, IMPORT_MEMORY, IMPORTS, Promise
from tests.bench.measure import imports, medians


def _promised(figures: dict[str, float], promises: Sequence[Promise], unit: str) -> bool:
    """Print each promise that can be checked, and return whether all hold."""
    kept = True
    for ours, theirs, most in promises:
        if ours not in figures or (theirs and theirs not in figures):
            continue
        ratio = figures[ours] / figures[theirs] if theirs else figures[ours]
        holds = ratio <= most
        kept &= holds
        target = f"1/{1 / most:.3g}" if most < 1 else f"{most:g}"
        found = f"1/{1 / ratio:.3g}" if 0 < ratio < 1 else f"{ratio:.3g}"
        print(f"    {ours} : {theirs or unit} = {found}, promised {target}  {'ok' if holds else 'NOT KEPT'}")
    return kept


def _show(title: str, figures: dict[str, float], unit: str) -> None:
    print(f"\n{title} ({unit})")
    for name, figure in figures.items():
        print(f"    {name:<24} {figure:>12.3f}")


def _import_case(names: Sequence[str], rounds: int) -> bool:
    cpu, memory = imports(names, rounds)
    _show("import, CPU", cpu, "ms")
    kept = _promised(cpu, IMPORT_CPU, "ms")
    _show("import, memory above a bare interpreter", memory, "MiB")
    return _promised(memory, IMPORT_MEMORY, "MiB") and kept


def main() -> int:
    """Run the chosen cases; 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=[*CASES, "import"], default=[*CASES, "import"], metavar="CASE")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count; one more is dropped")
    parser.add_argument(
        "--own", action="store_true", help="without peers: nothing is installed from a registry but ours"
    )
    parser.add_argument("--report", action="store_true", help="exit with 0 whatever the figures: the machine is busy")
    options = parser.parse_args()
    versions: dict[str, dict[str, str]] = {}
    kept = True
    for name in options.only:
        if name == "import":
            own = [each for each in IMPORTS if not options.own or IMPORTS[each].environment == "sansio"]
            kept &= _import_case(own, options.rounds)
            continue
        case = CASES[name]
        names = [each for each in case.contenders if not options.own or CONTENDERS[each] == "sansio"]
        figures = medians(case, names, options.rounds, versions)
        _show(name, figures, case.unit)
        kept &= _promised(figures, case.promises, case.unit)
    print()
    for found in versions.values():
        print(", ".join(f"{name} {version}" for name, version in found.items()))
    return 0 if kept or options.report else 1


if __name__ == "__main__":
    sys.exit(main())
