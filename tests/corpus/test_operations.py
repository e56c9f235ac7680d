"""Every recorded call of an API that is no chat becomes its typed answer, or its error, however it is cut.

What is out of scope is counted by provider and API, so that no recording is passed over in silence.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby

import pytest

from sansio import ChatResponse, Completed, Failed
from sansio.types import BatchResults, BatchResultsRequest, EmbeddingResponse, FileContentRequest
from tests.corpus.answers import told
from tests.corpus.operations import OUT_OF_SCOPE, asked, dialect
from tests.corpus.recordings import Outcome, Recording, cuts, reader, recordings, run
from tests.tally import Tally

_OTHERS = sorted((item for item in recordings() if not item.expected), key=lambda item: (item.api, item.provider))
_IN_SCOPE = [item for item in _OTHERS if asked(item) is not None]
_GROUPS = {key: list(group) for key, group in groupby(_IN_SCOPE, key=lambda item: (item.api, item.provider))}

pytestmark = pytest.mark.skipif(not _IN_SCOPE, reason="no recorded traffic beside the repository")


def _run(recording: Recording, pieces: list[bytes]) -> Outcome[object]:
    request = asked(recording)
    assert request is not None
    return run(recording, pieces, request, reader(recording, dialect(recording)))


@pytest.mark.parametrize("group", _GROUPS, ids="-".join)
def test_a_call_ends_as_what_it_is(group: tuple[str, str], tally: Tally) -> None:
    """Whole, byte by byte where it is short, and cut at random."""
    for recording in _GROUPS[group]:
        whole = _run(recording, [recording.body])
        _check(recording, whole.end)
        for pieces in cuts(recording):
            assert _run(recording, pieces).end == whole.end, recording.id
    tally("corpus", *group, {"as expected": len(_GROUPS[group])})


def _check(recording: Recording, end: Completed[object] | Failed) -> None:
    if 200 <= recording.status < 300:
        assert isinstance(end, Completed), (recording.id, end)
        ours, theirs = told(end.response, recording)
        assert ours == theirs, recording.id
    else:
        assert isinstance(end, Failed), recording.id
        assert end.failure.status == recording.status
        assert end.failure.message


def test_what_is_out_of_scope_is_known_by_number(tally: Tally) -> None:
    """A new recording of an API that is none of ours has to be looked at."""
    out = Counter((item.api, item.provider) for item in _OTHERS if asked(item) is None)
    for (api, provider), count in out.items():
        tally("corpus", api, provider, {"out of scope": count})
    assert {f"{provider} {api}": count for (api, provider), count in out.items()} == OUT_OF_SCOPE


@pytest.mark.parametrize(
    "recording",
    [item for item in _IN_SCOPE if isinstance(asked(item), FileContentRequest) and b'"custom_id"' in item.body],
    ids=lambda item: item.id,
)
def test_the_output_of_a_batch_is_read_into_typed_results(recording: Recording) -> None:
    request = BatchResultsRequest(id="batch_1", output_file_id="file-1")
    whole = run(recording, [recording.body], request, reader(recording))
    assert isinstance(whole.end, Completed)
    results: object = whole.end.response
    assert isinstance(results, BatchResults)
    said = [json.loads(line) for line in recording.body.splitlines()]
    assert [item.custom_id for item in results.results] == [item["custom_id"] for item in said]
    for result, line in zip(results.results, said, strict=True):
        assert isinstance(result.outcome, ChatResponse | EmbeddingResponse)
        assert result.outcome.request_id == line["response"]["request_id"]
    for pieces in cuts(recording):
        assert run(recording, pieces, request, reader(recording)).end == whole.end
