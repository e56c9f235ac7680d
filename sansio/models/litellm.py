"""LiteLLM's table of models and prices, read into the registry's schema.

https://docs.litellm.ai/docs/provider_registration/add_model_pricing describes the table: one object a model, prices in US
dollars per token, with suffixes for long prompts and service tiers.  Members that this schema has no place for are left
out; where they are fees, the prices are `incomplete`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Context, Decimal
from typing import Final, TypeAlias, cast

import msgspec
from msgspec.structs import replace

from ..errors import LocalProtocolError
from .names import canonical
from .schema import Feature, ModelInfo, Prices, Tier, UnitRates

_EXACT: Final = Context(prec=200)  # not the caller's, which may round

Row: TypeAlias = Mapping[str, object]
_Rates: TypeAlias = dict[str, Decimal]

_BUCKETS: Final = {
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_12hr": "cache_write_12h",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "cache_read_input_image_token_cost": "cache_read_image",
    "cache_read_input_token_cost": "cache_read",
    "input_cost_per_audio_token": "input_audio",
    "input_cost_per_image_token": "input_image",
    "input_cost_per_token": "input",
    "input_cost_per_video_token": "input_video",
    "output_cost_per_audio_token": "output_audio",
    "output_cost_per_image_token": "output_image",
    "output_cost_per_reasoning_token": "reasoning",
    "output_cost_per_token": "output",
}
_SERVICES: Final = {
    "batches": "batch",
    "flex": "flex",
    "priority": "priority",
    "balanced": "balanced",
    "ultrafast": "ultrafast",
}
_PRICE: Final = rf"(\w+?)(?:_above_(\d+)k_tokens)?(?:_({'|'.join(_SERVICES)}))?"
_UNITS: Final = {
    "input_cost_per_character": "character",
    "input_cost_per_image": "input_image",
    "input_cost_per_query": "query",
    "input_cost_per_request": "request",
    "input_cost_per_second": "second",
    "ocr_cost_per_page": "page",
    "output_cost_per_image": "output_image",
    "output_cost_per_second": "second",
}
_SEARCH: Final = "search_context_cost_per_query"
_FEATURES: Final[Mapping[str, Feature]] = {
    "supports_assistant_prefill": "prefill",
    "supports_audio_input": "audio_input",
    "supports_audio_output": "audio_output",
    "supports_computer_use": "computer_use",
    "supports_embedding_image_input": "vision",
    "supports_function_calling": "tools",
    "supports_native_streaming": "streaming",
    "supports_native_structured_output": "structured_output",
    "supports_parallel_function_calling": "parallel_tools",
    "supports_pdf_input": "pdf",
    "supports_prompt_caching": "prompt_caching",
    "supports_reasoning": "reasoning",
    "supports_response_schema": "structured_output",
    "supports_system_messages": "system_messages",
    "supports_tool_choice": "tool_choice",
    "supports_video_input": "video_input",
    "supports_vision": "vision",
    "supports_web_search": "web_search",
}
_OF_CHAT: Final[Mapping[str, Feature]] = {  # what every chat model can unless the table denies it
    "supports_native_streaming": "streaming",
    "supports_system_messages": "system_messages",
}
_KINDS: Final = {
    "audio_speech": "speech",
    "audio_transcription": "transcription",
    "completion": "chat",
    "image_edit": "image",
    "image_generation": "image",
    "responses": "chat",
}
_WIDER: Final = {
    "input_audio": "input",
    "input_image": "input",
    "input_video": "input",
    "output_audio": "output",
    "output_image": "output",
    "reasoning": "output",
}


def read_litellm(table: bytes | Mapping[str, Row]) -> tuple[ModelInfo, ...]:
    """The models of the table, under this library's names for the providers and without the provider in the id.

    Where a model is listed with its provider's name in front and without, the former counts.  LocalProtocolError where
    the bytes are no such table, or a price is no number.
    """
    rows = _decoded(table) if isinstance(table, bytes) else table
    models: dict[tuple[str, str], ModelInfo] = {}
    for key in sorted(rows, key=lambda key: ("/" in key, key)):
        named_provider = rows[key].get("litellm_provider")
        if isinstance(named_provider, str) and key != "sample_spec":
            try:
                model = _model(key, named_provider, rows[key])
            except (ArithmeticError, IndexError, TypeError, ValueError) as error:
                raise LocalProtocolError(f"{key} is not in LiteLLM's format: {error}") from error
            models[model.provider, model.id] = model
    return tuple(models.values())


def _decoded(table: bytes) -> Mapping[str, Row]:
    try:
        return msgspec.json.decode(table, type=dict[str, dict[str, object]])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LocalProtocolError(f"no table in LiteLLM's format: {error}") from error


def _model(key: str, litellm_provider: str, row: Row) -> ModelInfo:
    provider = canonical(litellm_provider)
    head, _, rest = key.partition("/")
    mode = row.get("mode", "chat")
    kind = _KINDS.get(str(mode), str(mode))
    return ModelInfo(
        provider=provider,
        id=rest if rest and canonical(head) == provider else key,
        kind=kind,
        max_input_tokens=_limit(row, "max_input_tokens"),
        max_output_tokens=_limit(row, "max_output_tokens"),
        features=_features(row, kind),
        prices=_prices(provider, kind, row),
        deprecation_date=_date(row.get("deprecation_date")),
        source="litellm",
    )


def _limit(row: Row, name: str) -> int | None:
    value = row.get(name)
    return int(value) if isinstance(value, int | float) and value > 0 else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _features(row: Row, kind: str) -> frozenset[Feature]:
    stated: set[Feature] = {feature for key, feature in _FEATURES.items() if row.get(key) is True}
    if kind == "chat":
        stated |= {feature for key, feature in _OF_CHAT.items() if row.get(key) is not False}
    return frozenset(stated)


def _prices(provider: str, kind: str, row: Row) -> Prices | None:
    rates = _by_condition(provider, row)
    standard = rates.pop((0, None), {})
    for bucket, wider in _WIDER.items():  # priced as what it would be billed as anyway
        if (
            bucket in standard
            and standard[bucket] == standard.get(wider)
            and not any(bucket in r for r in rates.values())
        ):
            del standard[bucket]
    tiers = [
        replace(Tier(above=above, service=service), **r) for (above, service), r in sorted(rates.items(), key=_order)
    ]
    tiers += _off_peak(standard, row)
    units = _units(kind, row, standard)
    if not (standard or tiers or units):
        return None
    # A Perplexity call costs a fee that depends on how much it searched.
    incomplete = provider == "perplexity" and _SEARCH in row
    return Prices(**standard, tiers=tuple(tiers), units=UnitRates(**units) if units else None, incomplete=incomplete)


def _order(item: tuple[tuple[int, str | None], _Rates]) -> tuple[str, int]:
    (above, service), _ = item
    return service or "", above


def _by_condition(provider: str, row: Row) -> dict[tuple[int, str | None], _Rates]:
    rates: dict[tuple[int, str | None], _Rates] = {}
    for name, value in _priced(row):
        parts = re.fullmatch(_PRICE, name)
        if parts is not None and (bucket := _BUCKETS.get(parts[1])) is not None:
            above = int(parts[2] or 0) * 1000
            if above and provider == "xai":  # whose long prompts begin at the threshold, not behind it
                above -= 1
            rates.setdefault((above, _SERVICES.get(parts[3])), {})[bucket] = _per_million(value)
    for span in _objects(row.get("tiered_pricing")):
        bounds = span.get("range")
        above = int(cast("list[float]", bounds)[0]) if isinstance(bounds, list) else 0
        for name, value in _priced(span):
            if name in _BUCKETS:
                rates.setdefault((above, None), {}).setdefault(_BUCKETS[name], _per_million(value))
    return rates


def _priced(row: Row) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in row.items() if "_cost" in name and isinstance(value, int | float | str))


def _objects(value: object) -> list[Row]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Row", item) for item in items if isinstance(item, dict)]


def _units(kind: str, row: Row, standard: _Rates) -> _Rates:
    units: _Rates = {}
    for name, unit in _UNITS.items():
        if row.get(name) is not None and not units.get(unit):  # a second of audio is priced as input or as output
            units[unit] = _number(row[name])
    if any(standard.values()):  # what is billed by its tokens is listed by its own unit, too, and never billed for both
        units.pop("second", None)
    if kind != "image" or standard.get("output") or standard.get("output_image"):
        units.pop("output_image", None)
    by_size = row.get(_SEARCH)
    if isinstance(by_size, dict):
        prices = {_number(value) for value in cast("Row", by_size).values()}
        if len(prices) == 1:
            units["web_search"] = prices.pop()
    return units


def _off_peak(standard: _Rates, row: Row) -> list[Tier]:
    stated = row.get("off_peak_pricing")
    if not isinstance(stated, dict):
        return []
    off_peak = cast("Row", stated)
    rates = {_BUCKETS[name]: _per_million(value) for name, value in _priced(off_peak) if name in _BUCKETS}
    hours = [span for window in _objects(off_peak.get("windows")) for span in _minutes(window)]
    return [replace(Tier(hours=tuple(sorted(hours))), **(standard | rates))]


def _minutes(window: Row) -> Iterator[tuple[int, int]]:
    """The window's minutes of the week: `hours_utc` is "HH:MM-HH:MM" or a list of them, `weekdays` counts Monday as 1."""
    spans, days = window.get("hours_utc"), window.get("weekdays")
    texts = cast("list[str]", spans) if isinstance(spans, list) else [str(spans)]
    for day in cast("list[int]", days) if isinstance(days, list) else range(1, 8):
        for text in texts:
            first, end = (int(clock[:2]) * 60 + int(clock[3:5]) for clock in text.split("-"))
            yield (day - 1) * 1440 + first, (day - 1) * 1440 + (end or 1440)


def _per_million(value: object) -> Decimal:
    return Decimal(format(_number(value).scaleb(6, _EXACT), "f"))


def _number(value: object) -> Decimal:
    """The price as it is written: the shortest text of a float is the one that it was read from."""
    return Decimal(str(value))
