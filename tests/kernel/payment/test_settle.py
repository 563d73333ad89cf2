"""The rule: worked by hand, then its promises for any policy and any bill."""

from hypothesis import given

from fenji.kernel.payment.bill import total_cents
from fenji.kernel.payment.codes import Group, PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.faults import fault_of
from fenji.kernel.payment.outcome import Flag
from fenji.kernel.payment.person import PersonYear
from fenji.kernel.payment.settle import Chain, after, chain_after, settle, share, with_chain
from tests.kernel.payment.examples import PATIENT, bills, policies, policy, stay, visit, years

NEW = PersonYear()


def test_a_first_stay_bears_the_deductible_and_then_the_ratio() -> None:
    settled = settle(stay(), NEW, policy())
    assert settled.deductible_cents == 50000  # 二级 500 元
    assert settled.fund_cents == 712500  # (10000 − 500) × 75 %
    assert settled.self_cents == 1000000 - 712500


def test_class_b_bears_its_own_share_first_and_class_c_all() -> None:
    bill = stay(
        a_cents=0, b_drug_cents=100000, b_service_cents=50000, b_material_cents=20000, b_items_cents=40000,
        b_items_own_cents=12000, c_cents=7000, over_ceiling_cents=3000,
    )  # fmt: skip
    settled = settle(bill, NEW, policy())
    assert settled.own_share_cents == 10000 + 10000 + 6000 + 12000
    assert settled.eligible_cents == 210000 - 38000
    assert settled.total_cents == 220000


def test_the_deductible_falls_with_the_order_of_stay() -> None:
    amounts = [settle(stay(), PersonYear(stays=stays), policy()).deductible_cents for stays in (0, 1, 2, 7)]
    assert amounts == [50000, 25000, 0, 0]


def test_a_bill_below_the_deductible_leaves_nothing_to_pay() -> None:
    settled = settle(stay(a_cents=30000), NEW, policy())
    assert (settled.deductible_cents, settled.fund_cents, settled.self_cents) == (30000, 0, 30000)


def test_a_yearly_deductible_is_borne_once() -> None:
    first = settle(visit(a_cents=6000), NEW, policy())
    year = after(visit(a_cents=6000), NEW, policy(), first)
    second = settle(visit(a_cents=6000), year, policy())
    assert (first.deductible_cents, second.deductible_cents) == (6000, 4000)
    assert second.fund_cents == 1000  # (60 − 40) × 50 %


def chain_of(first_tier: int, second_tier: int, **rules: object) -> list[int]:
    """Deductibles of two stays of one referral chain."""
    rule, first, second = policy(**rules), stay(tier=first_tier), stay(tier=second_tier)
    settled = settle(first, NEW, rule)
    chain = chain_after(first, NEW, rule, settled)
    year = after(first, NEW, rule, settled)
    return [settled.deductible_cents, settle(with_chain(second, chain), year, rule).deductible_cents]


def test_upward_in_a_chain_bears_the_difference_and_downward_nothing() -> None:
    assert chain_of(PayTier.SECONDARY, PayTier.TERTIARY) == [50000, 40000]
    assert chain_of(PayTier.TERTIARY, PayTier.SECONDARY) == [90000, 0]
    assert chain_of(PayTier.SECONDARY, PayTier.SECONDARY) == [50000, 0]


def test_a_policy_may_count_anew_or_waive() -> None:
    assert chain_of(PayTier.SECONDARY, PayTier.TERTIARY, deductible_rule__chain="anew") == [50000, 45000]
    assert chain_of(PayTier.SECONDARY, PayTier.TERTIARY, deductible_rule__chain="waived") == [50000, 0]


def test_unreferred_care_does_not_go_on_in_a_chain_and_is_paid_less() -> None:
    chained = with_chain(stay(referral_state=ReferralState.UNREFERRED), Chain(PayTier.TERTIARY, 0, 90000, 600))
    settled = settle(chained, NEW, policy())
    assert settled.deductible_cents == 100000  # doubled, counted anew
    assert (settled.ratio_referral_permille, settled.ratio_permille) == (-200, 550)


def test_the_higher_of_two_tiers_wins_in_a_compliant_chain() -> None:
    bill = with_chain(stay(tier=PayTier.TERTIARY), Chain(PayTier.SECONDARY, 0, 50000, 750))
    assert settle(bill, NEW, policy()).ratio_permille == 600
    settled = settle(bill, NEW, policy(ratio_rule__higher_wins=True))
    assert (settled.ratio_chain_permille, settled.ratio_permille) == (150, 750)
    unreferred = bill._replace(referral_state=ReferralState.UNREFERRED)
    assert settle(unreferred, NEW, policy(ratio_rule__higher_wins=True)).ratio_chain_permille == 0


def test_contract_and_group_add_to_the_ratio_up_to_the_highest() -> None:
    assert settle(visit(contract=1), NEW, policy()).ratio_permille == 550
    retired = stay(scheme=Scheme.EMPLOYEE, group=Group.RETIRED, tier=PayTier.COMMUNITY)
    assert settle(retired, NEW, policy()).ratio_permille == 950
    assert settle(retired, NEW, policy(ratio_rule__highest=920)).ratio_permille == 920


def test_what_is_not_covered_is_not_made_so_by_a_contract() -> None:
    settled = settle(visit(tier=PayTier.TERTIARY, contract=1), NEW, policy(ratio_rule__contract=100))
    assert (settled.ratio_permille, settled.fund_cents) == (0, 0)
    assert settled.flags & Flag.NOT_COVERED


def test_caps_of_visit_setting_and_year() -> None:
    visits = settle(visit(a_cents=50000), NEW, policy())
    assert (visits.by_ratio_cents, visits.fund_cents, visits.flags) == (20000, 5000, Flag.VISIT_CAP)
    nearly = PersonYear(deductible_cents=(10000, 0, 0, 0, 0), fund_cents=(58000, 0, 0, 0, 0))
    assert settle(visit(), nearly, policy()).fund_cents == 2000
    spent = PersonYear(fund_cents=(0, 0, 0, 19990000, 0))
    last = settle(stay(), spent, policy())
    assert (last.fund_cents, last.flags) == (10000, Flag.YEAR_CAP)


def test_catastrophic_insurance_pays_band_by_band_over_the_year() -> None:
    year = PersonYear(burden_cents=900000)
    settled = settle(stay(a_cents=10000000), year, policy())
    burden = 10000000 - settled.fund_cents
    assert settled.burden_cents == burden == 2537500
    assert settled.catastrophic_cents == (900000 + 2537500 - 1000000) * 60 // 100
    long_ill = PersonYear(burden_cents=5900000)  # 1,000 yuan below the end of the first band
    assert (
        settle(stay(a_cents=10000000), long_ill, policy()).catastrophic_cents
        == 100000 * 60 // 100 + 2437500 * 65 // 100
    )


def test_unreferred_care_does_not_count_towards_catastrophic_insurance() -> None:
    bill = stay(a_cents=90000000, referral_state=ReferralState.UNREFERRED)
    settled = settle(bill, NEW, policy())
    assert settled.catastrophic_cents == 0
    assert after(bill, NEW, policy(), settled).burden_cents == 0


def test_assistance_pays_a_share_of_what_is_left_to_the_poor() -> None:
    settled = settle(stay(group=Group.LOW_INCOME), NEW, policy())
    assert settled.assistance_cents == 287500 * 70 // 100
    destitute = settle(stay(group=Group.DESTITUTE, c_cents=4000), NEW, policy())
    assert destitute.self_cents == 4000  # 丙类 stays


def test_long_term_care_pays_by_the_day_and_never_more_than_is_left() -> None:
    rule = policy(long_term_care__day=5000)
    assert settle(stay(care_days=10), NEW, rule).care_cents == 50000
    assert settle(visit(care_days=10), NEW, rule).self_cents == 0


def test_control_lines_are_flagged_and_change_no_amount() -> None:
    quiet = settle(stay(tier=PayTier.TERTIARY), NEW, policy())
    drugs = settle(stay(tier=PayTier.TERTIARY, drug_cents=450001), NEW, policy())
    assert (quiet.flags, drugs.flags) == (0, Flag.DRUG_SHARE)
    assert drugs._replace(flags=0) == quiet
    assert settle(stay(tier=PayTier.TERTIARY, a_cents=2000001), NEW, policy()).flags == Flag.COST


def test_rounding_is_the_policys() -> None:
    assert [share(1, 500, rounding) for rounding in (0, 500, 999)] == [0, 1, 1]
    assert [share(1, 499, rounding) for rounding in (0, 500, 999)] == [0, 0, 1]
    assert [share(1000, 1, rounding) for rounding in (0, 500, 999)] == [1, 1, 1]


@PATIENT
@given(bills(), years(), policies())
def test_every_cent_is_paid_by_someone_once(bill, person, rule) -> None:
    assert fault_of(bill, person) == 0
    settled = settle(bill, person, rule)
    payers = ("fund_cents", "catastrophic_cents", "assistance_cents", "care_cents", "self_cents")
    amounts = [getattr(settled, payer) for payer in payers]
    assert sum(amounts) == settled.total_cents == total_cents(bill)
    assert min(amounts) >= 0


@PATIENT
@given(bills(), years(), policies())
def test_no_amount_leaves_its_bounds(bill, person, rule) -> None:
    settled = settle(bill, person, rule)
    assert 0 <= settled.deductible_cents <= min(settled.eligible_cents, settled.deductible_due_cents)
    assert settled.deductible_due_cents <= settled.deductible_full_cents
    assert 0 <= settled.ratio_permille <= rule.ratio_highest_permille
    assert settled.fund_cents <= settled.after_setting_cap_cents <= settled.after_visit_cap_cents
    assert settled.after_visit_cap_cents <= settled.by_ratio_cents <= settled.payable_cents
    assert settled.catastrophic_cents + settled.assistance_cents <= settled.burden_cents
    assert settled.self_cents + settled.care_cents >= settled.own_share_cents + bill.c_cents + bill.over_ceiling_cents
    assert sum(person.fund_cents) + settled.fund_cents <= max(rule.cap_year_cents[bill.scheme], sum(person.fund_cents))


@PATIENT
@given(bills(), years(), policies())
def test_a_yuan_more_within_the_catalogue_never_pays_less(bill, person, rule) -> None:
    more = bill._replace(a_cents=min(bill.a_cents, 10**12 - 100) + 100)
    less, richer = settle(more._replace(a_cents=more.a_cents - 100), person, rule), settle(more, person, rule)
    assert richer.fund_cents >= less.fund_cents
    assert richer.self_cents + richer.care_cents >= less.self_cents + less.care_cents - 2  # a cent by each rounding


@PATIENT
@given(bills(), years(), policies())
def test_the_year_only_grows(bill, person, rule) -> None:
    later = after(bill, person, rule, settle(bill, person, rule))
    assert all(now >= before for before, now in zip(person.fund_cents, later.fund_cents, strict=True))
    assert later.stays - person.stays == (bill.setting >= Setting.INPATIENT)
    assert later.burden_cents >= person.burden_cents
    assert sum(later.fund_cents) - sum(person.fund_cents) == settle(bill, person, rule).fund_cents
