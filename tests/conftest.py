"""Hypothesis profiles, derandomised by default, random where HYPOTHESIS_PROFILE=random is set; and the tables of the summary."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.tally import pytest_terminal_summary, tally

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100, suppress_health_check=_QUIET)
settings.register_profile("random", deadline=None, max_examples=500, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

__all__ = ["pytest_terminal_summary", "tally"]
