"""Where a policy rewards what it does not mean; a sound policy gives no finding of the kind."""

from fenji.kernel.payment.codes import PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.loopholes import KINDS, Kind, Loophole, find_loopholes
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.settle import settle
from tests.kernel.payment.examples import policy


def found(kind: Kind, **rules: object) -> list[Loophole]:
    return [one for one in find_loopholes(policy(**rules)) if one.kind is kind]


def test_a_cap_for_each_visit_rewards_two_bills_for_one() -> None:
    findings = found(Kind.SPLIT)
    assert {one.setting for one in findings} == {Setting.OUTPATIENT}
    worst = max(findings, key=lambda one: one.reward_cents)
    assert len(worst.meant.bills) == 1 and len(worst.instead.bills) == 2
    assert worst.reward_cents == worst.instead.fund_cents - worst.meant.fund_cents == 5000
    assert found(Kind.SPLIT, cap__visit="none") == []


def test_a_deductible_that_falls_steeply_does_not_reward_a_second_stay() -> None:
    assert not [one for one in found(Kind.SPLIT) if one.setting is Setting.INPATIENT]


def test_skipping_the_referral_pays_where_nothing_tells_it_apart() -> None:
    assert Setting.INPATIENT not in {one.setting for one in found(Kind.SKIP)}
    same = found(Kind.SKIP, ratio_rule__referral=0, deductible_rule__referral=1000)
    stays = [one for one in same if one.setting is Setting.INPATIENT]
    assert {(one.scheme, one.tier) for one in stays} >= {(Scheme.RESIDENT, PayTier.TERTIARY)}
    assert all(one.instead.bills[0].referral_state == ReferralState.UNREFERRED for one in stays)
    assert {one.reward_cents for one in stays} == {0}


def test_equal_tiers_draw_everyone_upward() -> None:
    stays = [one for one in found(Kind.HIGHER) if one.setting is Setting.INPATIENT]
    assert stays == []
    level = {"employee": 800, "resident": {"village": 0, "other": 700}}
    flat = found(Kind.HIGHER, ratio__inpatient=level, deductible__inpatient=50000)
    assert (Scheme.RESIDENT, Setting.INPATIENT, PayTier.SECONDARY) in {
        (one.scheme, one.setting, one.tier) for one in flat
    }


def test_a_deductible_counted_anew_keeps_patients_up() -> None:
    assert found(Kind.STAY_UP) == []
    anew = found(Kind.STAY_UP, deductible_rule__chain="anew", deductible__inpatient=200000)
    assert anew and all(one.reward_cents > 0 for one in anew)
    assert all(len(one.meant.bills) == 2 for one in anew)


def test_a_finding_can_be_checked_by_settling_its_bills() -> None:
    for one in find_loopholes(policy()):
        assert one.kind in KINDS
        if len(one.instead.bills) == 1:
            assert settle(one.instead.bills[0], PersonYear(), policy()).self_cents == one.instead.self_cents
