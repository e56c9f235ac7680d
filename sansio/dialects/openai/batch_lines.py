"""The files of a batch, for whoever moves them: requests to lines, and lines to results.

https://platform.openai.com/docs/api-reference/batch/request-input and .../request-output
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ... import dialects
from ...errors import Failure, LocalProtocolError
from ...http import Limits
from ...types import BatchItem, BatchResults, Loss, Provider
from ..codec import Terms
from .batch_results import ResultsDecoder


def batch_input(
    items: Iterable[BatchItem], provider: Provider, *, prefix: str = "/v1"
) -> tuple[bytes, tuple[Loss, ...]]:
    """The file that a batch of *items* is made of, and what the conversion of its requests lost.

    The requests are encoded as the provider's dialect takes them, none streamed.  *prefix* stands before the path in
    each line.  Upload the file with the purpose `batch`; the `endpoint` of the batch is the lines' one `url`.  The paths
    of losses begin with the request's name.  Raises LocalProtocolError for a name that is given twice.
    """
    terms = _terms(provider)
    lines: dict[str, bytes] = {}
    losses: list[Loss] = []
    for item in items:
        if item.custom_id in lines:
            raise LocalProtocolError(f"two requests of the batch are called {item.custom_id!r}")
        encoded = dialects.codec_for(provider, item.request).encode(item.request, terms)
        body = msgspec.Raw(encoded.body if isinstance(encoded.body, bytes) else b"{}")
        line = {"custom_id": item.custom_id, "method": encoded.method, "url": prefix + encoded.path, "body": body}
        lines[item.custom_id] = msgspec.json.encode(line)
        losses += [Loss(f"{item.custom_id}.{loss.path}", loss.action, loss.reason) for loss in encoded.losses]
    return b"".join([line + b"\n" for line in lines.values()]), tuple(losses)


def batch_output(lines: bytes, provider: Provider) -> BatchResults | Failure:
    """The results in an output or error file, or in some whole lines of one; the failure where a line is no result.

    A file that is too large to be held is read by `FileContentRequest` as a stream, and given here in pieces.
    """
    decoder = ResultsDecoder(_terms(provider))
    decoder.receive_document(lines)
    return decoder.failure or decoder.response()


def _terms(provider: Provider) -> Terms:
    return Terms(provider=provider, stream=False, limits=Limits())
