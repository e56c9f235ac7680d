"""What a call costs: usage by buckets, times the rates that hold for it, in exact decimal arithmetic.

A bucket without a price of its own is billed as the next wider one: the tokens of a medium as text, reasoning as output,
cached and written tokens as input, which is how providers that do not price them apart bill them.  It stays unknown where
that would be a guess: where the standard rates price the bucket apart and the tier does not, for long-lived cache writes
of a model that prices other writes, and for everything in a batch without batch rates.  An unknown price makes the cost
unknown; it never counts as nothing.
"""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

import msgspec

from ..errors import LocalProtocolError
from ..types import Usage
from .buckets import Buckets, is_plain, of_completion, of_prompt, totals
from .schema import UNITS, Prices, Rates, Tier, UnitRates

# Wide enough that no product or sum of real prices and counts is ever rounded, whatever the caller's own context says.
_EXACT: Final = Context(prec=200, traps=[])
_ZERO: Final = Decimal(0)
_MILLION: Final = -6  # rates are per million tokens

_BILLED_AS: Final = {
    "cache_read": "input",
    "cache_read_audio": "cache_read",
    "cache_read_image": "cache_read",
    "cache_write": "input",
    "cache_write_1h": "cache_write",
    "cache_write_12h": "cache_write",
    "input_audio": "input",
    "input_image": "input",
    "input_video": "input",
    "output_audio": "output",
    "output_image": "output",
    "reasoning": "output",
}
_LONG_LIVED: Final = frozenset({"cache_write_1h", "cache_write_12h"})
# What providers call the tiers that the registry knows by another name, and the ones that are the standard.
_SERVICES: Final[dict[str, str | None]] = {
    "auto": None,
    "default": None,
    "fast": "priority",
    "on_demand": None,
    "on_demand_flex": "flex",
    "on_demand_priority": "priority",
    "standard": None,
    "standard_only": None,
}
# Capacity of Google's and of AWS, which is paid by the hour.
_RESERVED: Final = frozenset({"provisioned_throughput", "reserved"})
_BATCH: Final = "batch"


class Units(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """What a call is billed for beside tokens: counts, under the names of `UnitRates`.

    State only what the provider bills: a count without a price makes the cost unknown, except for `request`.  A negative
    count is a LocalProtocolError.
    """

    request: int | Decimal = 1
    input_image: int | Decimal = 0
    output_image: int | Decimal = 0
    second: int | Decimal = 0
    page: int | Decimal = 0
    character: int | Decimal = 0
    query: int | Decimal = 0
    web_search: int | Decimal = 0

    def __post_init__(self) -> None:
        if not all(getattr(self, name) >= 0 for name in UNITS):
            raise LocalProtocolError(f"a count is negative: {self}")


_ONE_REQUEST: Final = Units()
_NO_RATES: Final = UnitRates()


class Line(msgspec.Struct, frozen=True):
    """One line of the bill: a bucket of `Rates`, or a unit of `UnitRates`, how many of it, and its rate.

    The rate is in US dollars, per million of them for tokens (`tokens` is true) and for one of any other unit.
    """

    bucket: str
    quantity: int | Decimal
    rate: Decimal
    tokens: bool = True

    @property
    def amount(self) -> Decimal:
        """What the line comes to, in US dollars, exactly."""
        product = _EXACT.multiply(self.rate, self.quantity)
        return _EXACT.scaleb(product, _MILLION) if self.tokens else product


class Cost(msgspec.Struct, frozen=True):
    """US dollars.  `total` is exactly `prompt + completion + units`, and exactly the sum of the lines' amounts."""

    total: Decimal
    prompt: Decimal
    completion: Decimal
    units: Decimal
    lines: tuple[Line, ...]


def price(
    usage: Usage | None,
    prices: Prices,
    *,
    service_tier: str | None = None,
    batch: bool = False,
    at: int | None = None,
    units: Units | None = None,
) -> Cost | None:
    """What the usage costs at these prices; None where it is unknown.

    *at* is Unix time, needed only where prices depend on the hour.  A service tier without rates of its own is billed at
    the standard ones, and what reserved capacity served is unknown.  *units* alone will do for what has no tokens, and
    `web_searches` of the usage are added to them; without any, the cost of a model that is priced by the image, second,
    page, character or query is unknown.  What the provider itself says (`usage.cost`) plays no part.
    """
    if prices.incomplete or (usage is None and units is None):
        return None
    split = _split(usage)
    if split is None:
        return None
    tokens, asked, answered = split
    rates = rates_for(prices, tokens, service_tier=_BATCH if batch else service_tier, at=at)
    if rates is None:
        return None
    prompt, completion = _billed(asked, rates, prices), _billed(answered, rates, prices)
    other = _units(units, usage, prices)
    if prompt is None or completion is None or other is None:
        return None
    for_prompt = _EXACT.scaleb(_sum(prompt), _MILLION)
    for_completion = _EXACT.scaleb(_sum(completion), _MILLION)
    for_units = _sum(other)
    total = _EXACT.add(_EXACT.add(for_prompt, for_completion), for_units)
    return Cost(total, for_prompt, for_completion, for_units, (*prompt, *completion, *other))


def plain_total(usage: Usage, prices: Prices, service_tier: str | None) -> Decimal | None:
    """`price(...).total` where it is fresh text in, text out, and nothing else, as for most calls; None for any other.

    It costs half of that, and every answer is priced.
    """
    tokens = totals(usage)
    if tokens is None or prices.units is not None or prices.incomplete or usage.web_searches:
        return None
    rates = rates_for(prices, tokens[0], service_tier=service_tier)
    if rates is None or rates.input is None or rates.output is None or not is_plain(usage):
        return None
    micro_dollars = _EXACT.fma(rates.output, tokens[1], _EXACT.multiply(rates.input, tokens[0]))
    return _EXACT.scaleb(micro_dollars, _MILLION)


def rates_for(
    prices: Prices, prompt_tokens: int, *, service_tier: str | None = None, at: int | None = None
) -> Rates | None:
    """The rates that hold for a prompt of this length in this tier at this time; None where they are unknown.

    The longest threshold that the prompt passes decides, and at the same one hours go before the rest of the week.  A
    tier that says nothing of a length which the standard rates tell apart is unknown there.
    """
    word = (service_tier or "default").lower()
    if word in _RESERVED:
        return None
    service = _SERVICES.get(word, word)
    if service is not None and not any(tier.service == service for tier in prices.tiers):
        if service == _BATCH:
            return None
        service = None
    best: tuple[int, bool] = (0, False)
    found: Rates | None = prices if service is None else None
    standard = 0
    for tier in prices.tiers:
        if tier.above and prompt_tokens <= tier.above:
            continue
        if tier.service is None:
            standard = max(standard, tier.above)
        if tier.service == service:
            if tier.hours and at is None:
                return None
            if (tier.above, bool(tier.hours)) >= best and _open(tier, at):
                best, found = (tier.above, bool(tier.hours)), tier
    return found if best[0] >= standard else None


def _open(tier: Tier, at: int | None) -> bool:
    if not tier.hours or at is None:
        return True
    minute = (at // 60 + 3 * 1440) % (7 * 1440)  # the first day of Unix time was a Thursday
    return any(first <= minute < end for first, end in tier.hours)


def _split(usage: Usage | None) -> tuple[int, Buckets, Buckets] | None:
    if usage is None:
        return 0, (), ()
    tokens = totals(usage)
    if tokens is None:
        return None
    prompt = of_prompt(tokens[0], usage.prompt_tokens_details)
    completion = of_completion(tokens[1], usage.completion_tokens_details)
    return None if prompt is None or completion is None else (tokens[0], prompt, completion)


def _billed(buckets: Buckets, rates: Rates, standard: Prices) -> list[Line] | None:
    lines: list[Line] = []
    for bucket, tokens in buckets:
        rate = _rate(bucket, rates, standard)
        if rate is None:
            return None
        lines.append(Line(bucket, tokens, rate))
    return lines


def _rate(bucket: str, rates: Rates, standard: Prices) -> Decimal | None:
    own: Decimal | None = getattr(rates, bucket)
    if own is not None:
        return own
    wider = _BILLED_AS.get(bucket)
    if wider is None or getattr(standard, bucket) is not None:
        return None
    if bucket in _LONG_LIVED and standard.cache_write is not None:
        return None
    return _rate(wider, rates, standard)


def _units(units: Units | None, usage: Usage | None, prices: Prices) -> list[Line] | None:
    searches = (usage.web_searches or 0) if usage is not None else 0
    rates = prices.units or _NO_RATES
    if searches < 0:
        return None
    if units is None:
        if _is_counted(rates):
            return None
        if not searches and rates.request is None:
            return []
    counts = units or _ONE_REQUEST
    lines: list[Line] = []
    for name in UNITS:
        count: int | Decimal = getattr(counts, name) + (searches if name == "web_search" else 0)
        rate: Decimal | None = getattr(rates, name)
        if rate is not None and count:
            lines.append(Line(name, count, rate, tokens=False))
        elif count and name != "request":
            return None
    return lines


def _is_counted(rates: UnitRates) -> bool:
    """Whether the model is billed by what only a count can tell."""
    return not (
        rates.character is None
        and rates.output_image is None
        and rates.page is None
        and rates.query is None
        and rates.second is None
    )


def _sum(lines: list[Line]) -> Decimal:
    total = _ZERO
    for line in lines:
        total = _EXACT.fma(line.rate, line.quantity, total)
    return total
