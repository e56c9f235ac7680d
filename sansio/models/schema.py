"""What the registry knows of a model: capabilities, limits and prices, and the JSON that holds them.

A file is `{"schema": 1, "providers": {provider: {model: facts}}}`; `facts` are the fields of `ModelFacts`, defaults left
out.  Prices are JSON numbers, US dollars per million tokens or per unit, and are read as decimals: no float is involved.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

import msgspec

from ..errors import LocalProtocolError

SCHEMA: Final = 1

Feature: TypeAlias = Literal[
    "audio_input",
    "audio_output",
    "computer_use",
    "parallel_tools",
    "pdf",
    "prefill",
    "prompt_caching",
    "reasoning",
    "streaming",
    "structured_output",
    "system_messages",
    "tool_choice",
    "tools",
    "video_input",
    "vision",
    "web_search",
]
"""What a model can do, as far as it is stated somewhere: a feature that is missing here may still be there."""


class Rates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True):
    """US dollars per million tokens, by bucket; None where the bucket has no price of its own.

    `cache_write` is for writes that live for the provider's base time (five minutes at Anthropic) or for one that it did
    not state, `cache_write_1h` and `cache_write_12h` for longer ones.  `input_*`, `output_*` and `cache_read_*` are tokens
    of a medium other than text.  A price that is negative or not finite is a LocalProtocolError.
    """

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    cache_write_12h: Decimal | None = None
    reasoning: Decimal | None = None
    input_audio: Decimal | None = None
    input_image: Decimal | None = None
    input_video: Decimal | None = None
    cache_read_audio: Decimal | None = None
    cache_read_image: Decimal | None = None
    output_audio: Decimal | None = None
    output_image: Decimal | None = None

    def __post_init__(self) -> None:
        _check(self, BUCKETS)


class UnitRates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True):
    """US dollars for one request, image, second of audio, page, character, rerank query, or web search."""

    request: Decimal | None = None
    input_image: Decimal | None = None
    output_image: Decimal | None = None
    second: Decimal | None = None
    page: Decimal | None = None
    character: Decimal | None = None
    query: Decimal | None = None
    web_search: Decimal | None = None

    def __post_init__(self) -> None:
        _check(self, UNITS)


class Tier(Rates, frozen=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True):
    """All the rates of calls that the standard ones do not hold for.

    `above`: of prompts with more than so many tokens, cached ones included.  `service`: of that service tier (`batch` is
    one).  `hours`: at those minutes of the UTC week, which begins on Monday: pairs of the first minute and the one after the last.
    """

    above: int = 0
    service: str | None = None
    hours: tuple[tuple[int, int], ...] = ()


class Prices(Rates, frozen=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True):
    """The standard rates of a model, the tiers that differ from them, and what is billed by another unit.

    `incomplete` says that a fee which cannot be stated here comes on top, so that the cost of a call is unknown.
    """

    tiers: tuple[Tier, ...] = ()
    units: UnitRates | None = None
    incomplete: bool = False


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True):
    """What is known of a model.  `kind` is chat, embedding, image, transcription, speech, rerank or moderation.

    The limits are in tokens; `context_window` is for input and output together.  From `deprecation_date` on the provider
    need not serve it, as far as it has said so.  `source` names where the facts come from: one of `sources()`, if they are
    the package's.
    """

    kind: str = "chat"
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    context_window: int | None = None
    features: frozenset[Feature] = frozenset()
    prices: Prices | None = None
    deprecation_date: date | None = None
    source: str | None = None


class ModelInfo(ModelFacts, frozen=True, kw_only=True, omit_defaults=True, repr_omit_defaults=True):
    """A model of a provider; `id` is what the provider calls it."""

    provider: str
    id: str


class _File(msgspec.Struct):
    providers: dict[str, dict[str, ModelFacts]]
    schema: int = 0


class Shard(msgspec.Struct):
    """A file whose facts stay undecoded until somebody asks for them."""

    providers: dict[str, dict[str, msgspec.Raw]]


BUCKETS: Final = Rates.__struct_fields__
UNITS: Final = UnitRates.__struct_fields__
_FACTS: Final = ModelFacts.__struct_fields__
_NOTHING: Final = ModelFacts()
_ENCODER: Final = msgspec.json.Encoder(order="deterministic", decimal_format="number")


def read(data: bytes) -> tuple[ModelInfo, ...]:
    """The models of a file in the registry's own schema; LocalProtocolError says what is wrong with it."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LocalProtocolError(f"no table of models: {error}") from error
    if file.schema != SCHEMA:
        raise LocalProtocolError(f"a table of models of schema {file.schema}; this version reads {SCHEMA}")
    return tuple(named(provider, id, facts) for provider, rows in file.providers.items() for id, facts in rows.items())


def dump(models: Iterable[ModelInfo]) -> bytes:
    """The models as a file, sorted, one a line: equal models give equal bytes, and `read` gives them back."""
    by_provider: dict[str, list[ModelInfo]] = {}
    for model in sorted(models, key=lambda model: (model.provider, model.id)):
        by_provider.setdefault(model.provider, []).append(model)
    blocks = [_json(provider) + b": {\n" + _lines(rows) + b"\n}" for provider, rows in by_provider.items()]
    return b'{"schema": %d, "providers": {%b}}\n' % (SCHEMA, b", ".join(blocks))


def named(provider: str, id: str, facts: ModelFacts) -> ModelInfo:
    """The facts as those of one model."""
    return ModelInfo(provider=provider, id=id, **msgspec.structs.asdict(facts))


def _lines(models: list[ModelInfo]) -> bytes:
    return b",\n".join(_json(model.id) + b": " + _json(_facts(model)) for model in models)


def _facts(model: ModelInfo) -> ModelFacts:
    stated = {name: value for name in _FACTS if (value := getattr(model, name)) != getattr(_NOTHING, name)}
    return ModelFacts(**stated)


def _json(value: object) -> bytes:
    return _ENCODER.encode(value)


def _check(rates: msgspec.Struct, names: tuple[str, ...]) -> None:
    for name in names:
        price: object = getattr(rates, name)
        if price is not None and not (isinstance(price, Decimal) and price.is_finite() and price >= 0):
            raise LocalProtocolError(f"{name} is no price: {price!r}")
