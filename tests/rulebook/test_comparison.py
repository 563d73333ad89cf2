"""How two policies differ, whether one is whole, and the numbers the kernel gets from it."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from fenji.kernel.payment.codes import ChainMode, PayTier, ReferralState, Rounding, Scheme, Setting
from fenji.rulebook import NotInRulebook, Rulebook, load_rulebook
from fenji.rulebook.checking import check, gaps_of, turning_days
from fenji.rulebook.comparison import differences, in_force
from fenji.rulebook.keys import KEYS
from fenji.rulebook.loader import CITIES, read_rulebook
from fenji.rulebook.loophole_words import lines_on, loophole_words, loopholes_on, new_loopholes
from fenji.rulebook.packs import available_policies
from fenji.rulebook.payment import payment_policy

TODAY = date(2026, 3, 4)
YANGJIANG, QINGHAI = load_rulebook("yangjiang"), load_rulebook("qinghai")


def test_two_cities_differ_where_their_documents_do() -> None:
    found = {one.key: one for one in differences(YANGJIANG, TODAY, QINGHAI, TODAY)}
    stepwise = found["choice.stepwise"]
    assert stepwise.left is not None and stepwise.right is not None
    assert (stepwise.left.value, stepwise.right.value, stepwise.is_of_value) == (False, True, True)
    assert "payment.rounding" not in found  # both rest on the nation's row


def test_one_city_differs_from_itself_before_the_plan() -> None:
    found = {
        one.key for one in differences(YANGJIANG, date(2016, 7, 1), YANGJIANG, date(2017, 7, 1)) if one.is_of_value
    }
    assert {"payment.deductible_rule.chain", "provider.form", "medicines.long_prescription_days"} <= found
    assert differences(YANGJIANG, TODAY, YANGJIANG, TODAY) == ()


def test_an_equal_value_on_another_ground_is_a_difference_of_ground_only() -> None:
    found = {one.key: one for one in differences(YANGJIANG, date(2016, 7, 1), YANGJIANG, TODAY)}
    assert not found["contract.target.general"].is_of_value  # 30 % was assumed and is now stated


def test_before_anything_is_in_force_nothing_is_said() -> None:
    assert list(in_force(YANGJIANG, date(2000, 1, 1))) == []
    (one, *_) = differences(YANGJIANG, date(2000, 1, 1), YANGJIANG, TODAY)
    assert one.left is None and one.is_of_value
    assert len(list(in_force(YANGJIANG, TODAY))) == len(KEYS)


@pytest.mark.parametrize("city", [pack.code for pack in available_policies()])
def test_every_shipped_policy_is_whole_and_its_cases_hold(city: str) -> None:
    found = list(check(load_rulebook(city), CITIES / city, TODAY))
    assert [fault for one in found for fault in one.faults] == []
    assert found[3].what == "手算的算例" and found[3].count >= 15


def test_a_hole_in_time_is_named_with_its_first_day() -> None:
    content = json.loads(YANGJIANG.content)
    content["values"]["booking.weeks_ahead"][0]["until"] = "2020-01-01"
    assert list(gaps_of(Rulebook.from_content(json.dumps(content)), TODAY)) == [
        "提前放号（booking.weeks_ahead）自 2020-01-01 起没有值：补上一条，或改前一条的 until"
    ]
    del content["values"]["booking.weeks_ahead"]
    assert "自 2013-01-01 起没有值" in next(gaps_of(Rulebook.from_content(json.dumps(content)), TODAY))


def test_a_check_of_a_policy_with_a_hole_stops_there_and_says_so() -> None:
    content = json.loads(YANGJIANG.content)
    del content["values"]["payment.rounding"]
    found = list(check(Rulebook.from_content(json.dumps(content)), CITIES / "yangjiang", TODAY))
    assert len(found) == 1 and "payment.rounding" in found[0].faults[0]


def test_a_changed_ratio_is_caught_by_the_cases(tmp_path: Path) -> None:
    shutil.copytree(CITIES / "qinghai", tmp_path / "qinghai")
    file = tmp_path / "qinghai" / "policy" / "payment.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("tertiary = 700", "tertiary = 710"), encoding="utf-8")
    found = list(check(read_rulebook(tmp_path / "qinghai"), tmp_path / "qinghai", TODAY))
    assert [len(one.faults) > 0 for one in found] == [False, False, False, True]


def test_the_kernel_gets_the_numbers_of_the_day() -> None:
    before, after = (payment_policy(YANGJIANG, date(year, 6, 1)) for year in (2016, 2018))
    assert (before.deductible_chain, after.deductible_chain) == (ChainMode.ANEW, ChainMode.DIFFERENCE)
    place = (Setting.INPATIENT * len(Scheme) + Scheme.RESIDENT) * len(PayTier) + PayTier.SECONDARY
    assert after.ratio_permille[place] == 780 and after.rounding == Rounding.HALF_UP
    cell = (Setting.INPATIENT * len(PayTier) + PayTier.TERTIARY) * len(ReferralState) + ReferralState.UNREFERRED
    assert after.ratio_referral_points[cell] == -100
    with pytest.raises(NotInRulebook):
        payment_policy(YANGJIANG, date(2000, 1, 1))


def test_stepwise_is_one_rule_for_the_counter_and_the_bill() -> None:
    assert (payment_policy(QINGHAI, TODAY).stepwise, payment_policy(YANGJIANG, TODAY).stepwise) == (1, 0)
    content = json.loads(QINGHAI.content)
    content["values"]["choice.stepwise"][0]["value"] = False
    assert payment_policy(Rulebook.from_content(json.dumps(content)), date(2014, 1, 1)).stepwise == 0


def test_the_days_on_which_something_changes() -> None:
    assert turning_days(YANGJIANG)[0] == date(2013, 1, 1) and date(2017, 1, 1) in turning_days(YANGJIANG)


def test_what_a_policy_rewards_is_said_with_its_bills() -> None:
    found = list(lines_on(YANGJIANG, TODAY))
    assert any(
        "拆成两张单据" in line
        and "500 元个人付 400 元" in line
        and "250 + 镇（社区）和一级 250 元个人付 300 元" in line
        for line in found
    )
    assert not any("未经转诊" in line for line in found)  # Yangjiang pays less without a referral wherever it pays
    assert any("到更高级别就诊并不多付" in line for line in lines_on(load_rulebook("shanghai"), TODAY))  # free choice
    (one, *_) = loopholes_on(YANGJIANG, TODAY).values()
    assert "the patient pays" in loophole_words(one, english=True)


def test_only_what_a_change_newly_rewards_is_new() -> None:
    content = YANGJIANG.plain()
    content["values"]["payment.ratio_rule.referral"][-1]["value"] = 0
    changed = Rulebook.from_content(json.dumps(content))
    kinds = {one.kind.value for one in new_loopholes(YANGJIANG, changed, TODAY)}
    words = [loophole_words(one) for one in new_loopholes(YANGJIANG, changed, TODAY)]
    assert any("经转诊，三级 1,000 元个人付 874 元，而未经转诊，三级 1,000 元个人付 874 元" in one for one in words)
    assert kinds == {"skip"} and new_loopholes(YANGJIANG, YANGJIANG, TODAY) == []
