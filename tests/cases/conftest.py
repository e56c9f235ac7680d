"""How the cases went, by kind and provider, in the summary of the run; workers' figures reach it as user properties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import groupby

import msgspec
import pytest

_NAME = "cases"


@pytest.fixture
def record_cases(record_property: Callable[[str, object], None]) -> Callable[[str, Counter[str], Counter[str]], None]:
    """A function of the kind, and by provider the cases that agree and those that are explained."""

    def record(kind: str, agreed: Counter[str], explained: Counter[str]) -> None:
        for provider in sorted(agreed | explained):
            record_property(_NAME, [kind, provider, agreed[provider], explained[provider]])

    return record


def _row(value: object) -> tuple[str, str, int, int]:
    return msgspec.convert(value, tuple[str, str, int, int])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a line for each kind and provider, and each kind's sum."""
    rows = [
        _row(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == _NAME
    ]
    if not rows:
        return
    terminalreporter.section("cases: agree, explained")
    for kind, of_kind in groupby(sorted(rows), key=lambda row: row[0]):
        counts = [(provider, agreed, explained) for _, provider, agreed, explained in of_kind]
        total = "all", sum(agreed for _, agreed, _ in counts), sum(explained for *_, explained in counts)
        for provider, agreed, explained in (*counts, total):
            terminalreporter.line(f"{kind:10} {provider:14} {agreed:5} {explained:5}")
