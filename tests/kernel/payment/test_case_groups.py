"""Signs of upcoding: a heavy diagnosis with light treatment, and a house whose cases grow heavier on paper."""

from itertools import pairwise

import pytest

from fenji.kernel.payment.case_groups import GROUPS, Stay, group_of, risen, too_cheap

WEIGHTS = dict.fromkeys(GROUPS, 1000) | {"stroke": 2000, "hypertension": 500}


def stay(number: int, group: str = "other", cents: int = 100_000, *, house: int = 1, tier: int = 2) -> Stay:
    return Stay(str(number), house, tier, group, cents)


@pytest.mark.parametrize(
    ("code", "group"),
    [("I63.900", "stroke"), ("I10.x00", "hypertension"), ("I25.100", "other_heart"), ("J18.900", "pneumonia"),
     ("J20.900", "upper_airways"), ("c34.901", "cancer"), ("R51.x00", "other"), ("", "other")],
)  # fmt: skip
def test_a_diagnosis_is_in_one_group(code: str, group: str) -> None:
    assert group_of(code) == group


def test_no_category_is_in_two_groups() -> None:
    spans = sorted(span for _, _, spans in GROUPS.values() for span in spans)
    assert all(last < first for (_, last), (first, _) in pairwise(spans))


def test_a_stay_that_costs_far_less_than_its_weight_is_asked_about() -> None:
    usual = [stay(n) for n in range(18)]
    light = stay(99, "stroke", 40_000)
    # 19 stays weigh 20, and cost 1,840,000: a weight of 2 should cost 184,000; a quarter of that is 46,000
    (found,) = too_cheap([*usual, light], WEIGHTS, 250, 19)
    assert (found.stay, found.expected_cents) == (light, 184_000)
    assert too_cheap([*usual, stay(99, "stroke", 47_000)], WEIGHTS, 250, 19) == []


def test_few_stays_of_a_tier_say_nothing_and_tiers_are_not_mixed() -> None:
    usual, light = [stay(n) for n in range(18)], stay(99, "stroke", 10_000)
    assert too_cheap([*usual, light], WEIGHTS, 250, 20) == []
    assert too_cheap([*usual, stay(99, "stroke", 10_000, tier=1)], WEIGHTS, 250, 2) == []


def test_a_house_whose_mean_weight_rose_is_asked_about_once_it_has_enough_stays() -> None:
    before = [stay(n, "hypertension") for n in range(10)] + [stay(n, house=2) for n in range(10)]
    now = [stay(n, "stroke") for n in range(10)] + [stay(n, house=2) for n in range(10)]
    (found,) = risen(before, now, WEIGHTS, 200, 10)
    assert (found.house, found.before_permille, found.now_permille, found.stays) == (1, 500, 2000, 10)
    assert risen(before, now, WEIGHTS, 200, 11) == []
    assert risen(before, now, WEIGHTS, 3000, 10) == []  # not above four times
    assert risen([], now, WEIGHTS, 200, 1) == []
