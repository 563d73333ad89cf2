"""The year's end by the months that are over."""

from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.payment.forecast import year_end


def test_without_a_complete_month_nothing_is_foretold() -> None:
    assert year_end([]) is None


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=12))
def test_it_lies_between_twelve_of_the_cheapest_and_twelve_of_the_dearest_month(months: list[int]) -> None:
    assert 12 * min(months) <= year_end(months) <= 12 * max(months)


@given(st.lists(st.integers(0, 10**12), min_size=12, max_size=12))
def test_after_twelve_months_it_is_what_was_spent(months: list[int]) -> None:
    assert year_end(months) == sum(months)
