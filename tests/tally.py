"""How many of what lies beside the repository went how, as tables in the summary of the run.

A worker's figures reach the summary as user properties of its reports.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec
import pytest

Tally: TypeAlias = Callable[[str, str, str, Mapping[str, int]], None]
"""Adds to a table: its title, a group of rows, a row, and how many by outcome."""

_NAME = "tally"
_WIDTH = 16


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """What a test calls to have its figures told."""

    def record(table: str, group: str, row: str, counts: Mapping[str, int]) -> None:
        record_property(_NAME, [table, group, row, dict(counts)])

    return record


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables: a line for each row, each group's sum, and the sum of all."""
    tables: defaultdict[str, defaultdict[tuple[str, str], Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "call":
                for value in (value for name, value in report.user_properties if name == _NAME):
                    table, group, row, counts = msgspec.convert(value, tuple[str, str, str, dict[str, int]])
                    tables[table][group, row] += Counter(counts)
    for table, rows in sorted(tables.items()):
        terminalreporter.section(table)
        for line in _lines(rows):
            terminalreporter.line(line)


def _lines(rows: Mapping[tuple[str, str], Counter[str]]) -> list[str]:
    sums: dict[tuple[str, str], Counter[str]] = dict(rows)
    for (group, _), counts in rows.items():
        for key in ((group, "~ all"), ("~ all", "")):  # behind every name
            sums[key] = sums.get(key, Counter()) + counts
    columns = [column for column, _ in sums["~ all", ""].most_common()]
    head = "".join(f"{column:>{_WIDTH}}" for column in ("total", *columns))
    lines = [f"{'':40}{head}"]
    for (group, row), counts in sorted(sums.items()):
        figures = "".join(f"{figure:>{_WIDTH}}" for figure in (counts.total(), *(counts[column] for column in columns)))
        lines.append(f"{group.lstrip('~ '):20}{row.lstrip('~ '):20}{figures}")
    return lines
