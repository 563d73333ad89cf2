"""What a value may look like: which part is wrong, what was expected, and how a good one reads."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenji.kernel.payment.policy_keys import TABLES
from fenji.rulebook.keys import KEYS
from fenji.rulebook.keys.payment import SAME_AS
from fenji.rulebook.shapes import percent, yuan

NAMES = ["employee", "resident", "other", "routine", "role", "own", "hours", "working", "total", "i", "inpatient"]
RATIO = {"employee": {"other": 900}, "resident": {"village": 0, "community": 880, "secondary": 780, "tertiary": 630}}
FEE = {"total": 12000, "insurance": 7000, "public_health": 3000, "fiscal": 0, "resident": 2000}


def test_every_number_the_kernel_asks_for_has_a_key() -> None:
    asked = {key for table in TABLES.values() for key, _ in table.rulebook_keys()}
    assert {SAME_AS.get(key, key) for key in asked} <= set(KEYS)
    assert not set(SAME_AS) & set(KEYS)  # one rule, once


@pytest.mark.parametrize(
    ("key", "value", "where", "expected"),
    [
        (
            "payment.ratio.inpatient",
            {**RATIO, "resident": {**RATIO["resident"], "tertiary": 1200}},
            "resident.tertiary",
            "1000",
        ),
        ("payment.ratio.inpatient", {**RATIO, "resident": {"village": 0}}, "resident", "缺少 community"),
        ("choice.exempt_groups", [{"child": 1}], "", "若干项"),
        ("payment.ratio.inpatient", {**RATIO, "farmer": 1}, "", "不认识 farmer"),
        ("payment.ratio.inpatient", "880", "", "千分之几"),
        ("payment.rounding", "nearest", "", "half_up"),
        ("payment.rounding", {"other": "down"}, "", "不是表"),
        ("payment.cap.year", {"employee": "infinite", "resident": 1}, "employee", "none"),
        ("payment.deductible_rule.yearly", 1, "", "true 或 false"),
        ("payment.catastrophic.bands", {"i": 1, "ii": 2, "iii": 3, "iv": "none"}, "", "第一段从 0 起"),
        ("payment.catastrophic.bands", {"i": 0, "ii": 5, "iii": 3, "iv": "none"}, "", "由低到高"),
        ("contract.fee", {**FEE, "resident": 2001}, "", "等于各方分担之和"),
        ("contract.fee", {**FEE, "resident": -1}, "resident", "整数（分）"),
        ("contract.fee", {"total": 1}, "", "insurance"),
        ("contract.key_groups", ["child", "child"], "", "不重复"),
        ("contract.key_groups", ["farmers"], "", "若干项"),
        ("contract.key_groups", "child", "", "若干项"),
        ("contract.team", "large", "", "three_doctors"),
        ("provider.form", {"outpatient": ["item"]}, "", "chronic"),
        ("choice.order", ["nearest", "nearest"], "", "排列"),
        ("booking.hold", {"routine": 1, "urgent": 1, "emergency": 1}, "routine", "hours"),
        ("deadlines.review", {"routine": {"hours": 0, "working": True}}, "", "urgent"),
        ("working_time.hours", [["12:00", "08:00"]], "", "时段"),
        ("referral.approval.primary", {"role": "king", "own": True}, "role", "primary_head"),
        ("medicines.long_prescription_days", 93, "", "1 到 92"),
        ("medicines.extended_prescription", "yes", "", "true 或 false"),
    ],
)
def test_what_does_not_fit_is_named_down_to_its_part(key: str, value: Any, where: str, expected: str) -> None:
    fault = KEYS[key].shape.fault(value)
    assert fault is not None and fault.where == where
    assert expected in fault.expected


@pytest.mark.parametrize(
    ("key", "value", "chinese", "english"),
    [
        ("payment.ratio.inpatient", 850, "85%", "85%"),
        (
            "payment.ratio.inpatient", RATIO,
            "职工医保：90%；居民医保：村卫生站 0%，镇（社区）和一级 88%，二级 78%，三级 63%",
            "employees: 90%; "
            "residents: village station 0%, township, community, primary 88%, secondary 78%, tertiary 63%",
        ),
        ("payment.cap.year", {"employee": 30_000_000, "resident": "none"}, "职工医保 300,000 元，居民医保 不设",
         "employees 300,000 yuan, residents none"),
        ("payment.deductible_rule.chain", "difference", "上转补差额，下转不再计",
         "upward the difference, downward none"),
        ("payment.ratio_rule.contract", {"chronic": 50, "other": -125}, "门诊慢性病 +5 个百分点，其余 −12.5 个百分点",
         "chronic outpatient +5 points, others −12.5 points"),
        ("payment.referral.valid_days", 30, "30 天", "30 days"),
        ("contract.fee", FEE, "合计 120 元，医保基金 70 元，基本公共卫生服务经费 30 元，财政 0 元，签约居民个人 20 元",
         "total 120 yuan, insurance fund 70 yuan, public-health money 30 yuan, fiscal subsidy 0 yuan, "
         "resident 20 yuan"),
        ("choice.exempt_groups", [], "（无）", "(none)"),
        ("choice.exempt_groups", ["child", "poor"], "儿童、困难群众", "children, people in poverty"),
        ("choice.stepwise", True, "是", "yes"),
        ("booking.weeks_ahead", 4, "4 周", "4 weeks"),
        ("working_time.hours", [["08:00", "12:00"], ["14:30", "17:30"]], "08:00–12:00、14:30–17:30",
         "08:00–12:00, 14:30–17:30"),
    ],
)  # fmt: skip
def test_a_good_value_reads_in_both_languages(key: str, value: Any, chinese: str, english: str) -> None:
    shape = KEYS[key].shape
    assert shape.fits(value)
    assert (shape.words(value, False), shape.words(value, True)) == (chinese, english)


@pytest.mark.parametrize("key", [key for key, rule in KEYS.items() if rule.shape.choices])
def test_every_choice_fits_and_is_said_in_words_of_its_own(key: str) -> None:
    shape = KEYS[key].shape
    assert all(shape.fits(choice) for choice in shape.choices)
    chinese, english = ([shape.words(choice, language) for choice in shape.choices] for language in (False, True))
    assert len(set(chinese)) == len(set(english)) == len(shape.choices)
    assert not any(words.isascii() for words in chinese)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.sampled_from(NAMES), inner),
    max_leaves=6,
)


@given(st.sampled_from(list(KEYS)), ANYTHING)
def test_whatever_is_written_is_judged_and_never_breaks_the_judge(key: str, value: Any) -> None:
    shape = KEYS[key].shape
    fault = shape.fault(value)
    if fault is None:
        assert shape.words(value, False) and shape.words(value, True)
    else:
        assert fault.expected


def test_spans_are_said_alike_once() -> None:
    span = {"hours": 7, "working": True}
    words = KEYS["deadlines.review"].shape.words
    assert words(dict.fromkeys(("routine", "urgent", "emergency"), span), False) == "7 工作小时"
    other = {"routine": span, "urgent": span, "emergency": {"hours": 0.25, "working": False}}
    assert words(other, False) == "常规 7 工作小时；紧急 7 工作小时；急诊 0.25 小时"


def test_amounts_and_shares_lose_nothing() -> None:
    assert [yuan(0), yuan(5), yuan(123456), yuan(100_000_000)] == ["0", "0.05", "1,234.56", "1,000,000"]
    assert [percent(0), percent(5), percent(885), percent(1000)] == ["0%", "0.5%", "88.5%", "100%"]
