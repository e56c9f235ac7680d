"""Every case of LiteLLM's agrees with this library, or stands in the data with what says why ours is right.

The cases lie beside the repository.  Rows of the data are groups of cases with one reason: the sheet and section, or the
flaw of LiteLLM's, that it rests on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.cases import answers, litellm, sent
from tests.tally import Tally

_DATA = Path(__file__).parent / "data"
# How each kind is compared, and the least share of its cases that agrees outright.
_KINDS: dict[str, tuple[Callable[[litellm.Case], bool], float]] = {
    "error": (answers.agrees, 0.9),
    "request": (sent.agrees, 0.76),
    "response": (answers.agrees, 0.79),
    "stream": (answers.agrees, 0.9),
}

pytestmark = pytest.mark.skipif(not litellm.FILE.exists(), reason="no cases beside the repository")


class _Group(msgspec.Struct, forbid_unknown_fields=True):
    """Cases that differ for one reason: `source` is the sheet and section that `why` rests on."""

    source: str
    why: str
    cases: list[str]


def _groups(kind: str) -> list[_Group]:
    lines = (_DATA / f"{kind}_explained.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=_Group) for line in lines]


@pytest.mark.parametrize("kind", _KINDS)
def test_every_case_agrees_or_is_explained(kind: str, tally: Tally) -> None:
    agree, least = _KINDS[kind]
    explained = [case for group in _groups(kind) for case in group.cases]
    agreed, told = Counter[str](), Counter[str]()
    differing: set[str] = set()
    for case in litellm.of_kind(kind):
        if agree(case):
            agreed[case["provider"]] += 1
        else:
            told[case["provider"]] += 1
            differing.add(case["id"])
    for provider in agreed | told:
        tally("cases", kind, provider, {"agree": agreed[provider], "explained": told[provider]})
    assert sorted(differing - set(explained)) == [], "neither agree nor are explained"
    assert sorted(set(explained) - differing) == [], "are explained, and agree or are no cases"
    assert len(explained) == len(set(explained))
    assert agreed.total() >= least * (agreed.total() + told.total())


@pytest.mark.parametrize("kind", _KINDS)
def test_explanations_name_what_they_rest_on(kind: str) -> None:
    for group in _groups(kind):
        assert group.cases
        assert group.why.endswith(".")
        assert group.source
