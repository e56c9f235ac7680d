"""The fuzzers' harnesses hold for their seeds, for damaged seeds, and for any bytes; atheris goes further in CI."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.harness import SEEDS, TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_and_every_beginning_of_it_holds(name: str) -> None:
    for seed in SEEDS[name]:
        for end in range(len(seed) + 1):
            TARGETS[name](seed[:end])


@pytest.mark.parametrize("name", TARGETS)
@given(st.data())
def test_any_bytes_hold(name: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(SEEDS[name]))
    cut = data.draw(st.integers(0, len(seed)))
    TARGETS[name](seed[:cut] + data.draw(st.binary(max_size=200)) + seed[cut:])
