"""Money: golden sums, dated prices, and unknown that is never 0."""

from datetime import date

import pytest

from core.answer import Cost, Usage
from core.models.listed import KEYS, listing_of, listings
from core.models.litellm_chat import load
from core.pricing import DEFAULT_RATE, Price, PriceTable, Rate, amount, cost_of, to_krw

TODAY = date(2026, 8, 1)
RATE = Rate(krw_per_usd=1300.0, since=TODAY, source="test")


def price(**changes) -> Price:
    values = {
        "model": "a/b",
        "input_per_million": 1.0,
        "output_per_million": 4.0,
        "since": date(2026, 1, 1),
        "source": "entered here",
    }
    return Price(**(values | changes))


def usage(prompt_tokens=None, completion_tokens=None, **rest) -> Usage:
    return Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens, **rest)


def cost(of: Usage, table: PriceTable, *, own: bool = False, total_s: float = 1.0) -> Cost:
    return cost_of(of, total_s, table.price_of("a/b", TODAY), own_hardware=own, table=table)


def test_242_tokens_at_a_tenth_of_a_cent_per_thousand_are_0_3146_won():
    flat = price(input_per_million=1.0, output_per_million=1.0)  # 0.001 USD per 1,000
    usd = cost(usage(142, 100), PriceTable(listed={}, entered=[flat], rate=RATE)).usd
    assert to_krw(usd, RATE) == pytest.approx(0.3146)
    assert f"{to_krw(usd, RATE):.2f}" == "0.31"


def test_108_tokens_at_five_won_per_thousand_are_0_54_won():
    flat = price(currency="KRW", input_per_million=5000.0, output_per_million=5000.0)
    usd = cost(usage(58, 50), PriceTable(listed={}, entered=[flat], rate=RATE)).usd
    assert to_krw(usd, RATE) == pytest.approx(0.54)


def test_the_built_in_rate_is_1300_won_with_its_date():
    assert DEFAULT_RATE.krw_per_usd == 1300.0
    assert DEFAULT_RATE.since == date(2024, 5, 1)


def test_an_unknown_price_is_none_and_never_0():
    found = cost(usage(10, 10), PriceTable(listed={}))
    assert (found.usd, found.basis, found.price_version) == (None, "unknown", None)


@pytest.mark.parametrize("of", [usage(None, 5), usage(5, None), usage()])
def test_unknown_tokens_make_an_unknown_cost(of):
    found = cost(of, PriceTable(listed={"a/b": price()}))
    assert (found.usd, found.basis) == (None, "unknown")


def test_no_tokens_cost_nothing_which_is_known():
    assert cost(usage(0, 0), PriceTable(listed={"a/b": price()})).usd == 0.0


def test_cached_and_thinking_tokens_have_their_own_price():
    whole = price(cached_per_million=0.1, reasoning_per_million=2.0)
    of = usage(1000, 500, cached_tokens=400, reasoning_tokens=100)
    assert amount(of, whole) == pytest.approx((600 * 1 + 400 * 0.1 + 400 * 4 + 100 * 2) / 1e6)


def test_without_their_own_price_they_are_billed_as_input_and_output():
    of = usage(1000, 500, cached_tokens=400, reasoning_tokens=100)
    assert amount(of, price()) == pytest.approx((1000 * 1 + 500 * 4) / 1e6)


def test_a_free_cache_is_a_price_of_0_and_not_an_unknown_one():
    assert amount(usage(10, 0, cached_tokens=10), price(cached_per_million=0.0)) == 0.0


def test_a_provider_that_reports_more_cached_than_sent_is_not_paid_back():
    of = usage(10, 10, cached_tokens=99, reasoning_tokens=99)
    assert amount(of, price(cached_per_million=0.5)) == pytest.approx((10 * 0.5 + 10 * 4) / 1e6)


def test_a_dated_price_wins_from_its_day_on():
    table = PriceTable(
        listed={"a/b": price(source="LiteLLM 1")},
        entered=[
            price(since=date(2026, 9, 1), input_per_million=3.0),
            price(since=date(2026, 8, 1), input_per_million=2.0),
        ],
    )
    days = [date(2026, 7, 31), date(2026, 8, 1), date(2026, 8, 31), date(2026, 9, 1)]
    assert [table.price_of("a/b", day).input_per_million for day in days] == [1.0, 2.0, 2.0, 3.0]


def test_the_price_that_was_used_is_named_with_source_and_date():
    found = cost(usage(1, 1), PriceTable(listed={"a/b": price(source="LiteLLM 1")}))
    assert found.price_version == "LiteLLM 1 2026-01-01"
    assert found.basis == "listed"


def test_a_cost_from_our_own_count_is_marked_estimated():
    found = cost(usage(1, 1, estimated=True), PriceTable(listed={"a/b": price()}))
    assert found.basis == "estimated"


def test_the_own_machine_costs_its_hours_or_is_unknown():
    free = cost(usage(9, 9), PriceTable(listed={}), own=True)
    assert (free.usd, free.basis) == (None, "own hardware")
    paid = PriceTable(listed={}, own_usd_per_hour=3.6)
    assert cost(usage(9, 9), paid, own=True, total_s=10).usd == pytest.approx(0.01)


def test_an_entered_price_wins_over_the_own_machine_and_a_listed_one_does_not():
    entered = PriceTable(listed={}, entered=[price()])
    assert cost(usage(1, 1), entered, own=True).basis == "listed"
    listed = PriceTable(listed={"a/b": price(source="LiteLLM 1")})
    assert cost(usage(1, 1), listed, own=True).basis == "own hardware"


def test_litellms_table_has_prices_contexts_and_no_price_of_0():
    mini = listing_of("gpt-4o-mini")
    assert mini == listing_of("openai/gpt-4o-mini")
    assert mini.price.input_per_million == pytest.approx(0.15)
    assert mini.price.output_per_million == pytest.approx(0.60)
    assert mini.price.cached_per_million == pytest.approx(0.075)
    assert mini.context_tokens == 128_000
    assert not [
        listing.id
        for listing in listings().values()
        if listing.price and not listing.price.input_per_million
    ]


def test_litellm_knows_every_provider_whose_key_we_look_for():
    assert set(KEYS) <= {str(getattr(p, "value", p)) for p in load().provider_list}


def test_prices_set_in_the_lab_are_used_from_then_on(lab):
    model = "openai/gpt-4o-mini"
    entered = price(model=model, input_per_million=0.0, output_per_million=1e6)
    assert lab.money.prices().price_of(model, TODAY).source.startswith("LiteLLM")
    lab.money.set_prices(entered=[entered], rate=(1400.0, TODAY))
    assert lab.money.prices().price_of(model, TODAY) == entered
    assert lab.money.prices().rate.krw_per_usd == 1400.0
