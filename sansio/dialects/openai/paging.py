"""Lists that come in pages: what asks for one, and how the next one is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from ...http import Headers


def query_of(**parameters: str | int | None) -> Headers:
    """The parameters that were given."""
    return tuple((name, str(value)) for name, value in parameters.items() if value is not None)


def next_page(has_more: bool | None, last_id: str | None, ids: Sequence[str]) -> str | None:
    """The `after` of the next page, None where there is none; not every server says which id was the last."""
    if not has_more:
        return None
    return last_id or (ids[-1] if ids else None)
