"""The JSON that models are kept in: what goes in comes out, equal tables are equal bytes, and nonsense is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

import pytest

from sansio.errors import LocalProtocolError
from sansio.models import ModelInfo, Prices, Rates, Tier, UnitRates, dump, read

FULL = ModelInfo(
    provider="acme",
    id="vendor/model:8b",
    kind="embedding",
    max_input_tokens=100,
    max_output_tokens=20,
    context_window=120,
    features=frozenset({"tools", "vision"}),
    prices=Prices(
        input=Decimal("0.1"),
        tiers=(Tier(input=Decimal("0.05"), above=9, service="flex", hours=((0, 60),)),),
        units=UnitRates(web_search=Decimal("0.01")),
        incomplete=True,
    ),
    deprecation_date=date(2027, 1, 31),
    source="acme's own list",
)
BARE = ModelInfo(provider="acme", id="bare")
OTHER = ModelInfo(provider="other", id="bare")


def test_a_file_gives_back_what_was_put_in_sorted() -> None:
    assert read(dump([OTHER, FULL, BARE])) == (BARE, FULL, OTHER)
    assert read(dump([])) == ()


def test_the_order_of_models_and_features_leaves_no_trace() -> None:
    assert dump([FULL, OTHER, BARE]) == dump([BARE, OTHER, FULL])


def test_a_file_has_a_line_a_model_and_leaves_out_what_is_not_known() -> None:
    assert dump([BARE, OTHER]).decode().splitlines() == [
        '{"schema": 1, "providers": {"acme": {',
        '"bare": {}',
        '}, "other": {',
        '"bare": {}',
        "}}}",
    ]


def test_a_price_keeps_every_digit_whatever_the_callers_arithmetic() -> None:
    digits = "0.1234567890123456789012345678901234567890"
    with localcontext(prec=3):
        (model,) = read(b'{"schema":1,"providers":{"p":{"m":{"prices":{"input":%b}}}}}' % digits.encode())
    assert model.prices is not None
    assert str(model.prices.input) == digits


@pytest.mark.parametrize("price", [Decimal(-1), Decimal("NaN"), Decimal("Infinity")])
def test_a_price_is_finite_and_not_negative(price: Decimal) -> None:
    with pytest.raises(LocalProtocolError, match="input is no price"):
        Rates(input=price)
    with pytest.raises(LocalProtocolError, match="page is no price"):
        UnitRates(page=price)


def test_a_price_is_a_decimal() -> None:
    """A float would bring its own digits in."""
    with pytest.raises(LocalProtocolError, match=r"output is no price: 0\.1"):
        Rates(output=0.1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"schema": 1}',
        b'{"schema": 1, "providers": {"p": {"m": {"prices": {"input": "cheap"}}}}}',
        b'{"schema": 1, "providers": {"p": {"m": {"prices": {"input": "NaN"}}}}}',
        b'{"schema": 1, "providers": {"p": {"m": {"features": ["magic"]}}}}',
    ],
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(LocalProtocolError):
        read(data)


def test_a_table_of_another_schema_is_refused() -> None:
    with pytest.raises(LocalProtocolError, match="schema 2; this version reads 1"):
        read(b'{"schema": 2, "providers": {}}')
