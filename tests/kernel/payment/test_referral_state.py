"""What state a bill has is read off the referrals, never off the claim."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fenji.kernel.payment.codes import PayTier, ReferralState, Setting
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.referral_state import REASONS, FactKind, ReferralFact, Visit, resolve_referral_state
from fenji.kernel.referral import Direction
from tests.kernel.payment.examples import policy

ADMITTED = datetime(2017, 7, 3, 1, 0, tzinfo=UTC)
STAY = Visit("county-hospital", PayTier.SECONDARY, Setting.INPATIENT, ADMITTED)
AWAY = Visit("far-hospital", PayTier.TERTIARY, Setting.INPATIENT, ADMITTED, in_region=False)


def referral(**changes: Any) -> ReferralFact:
    """A referral up to the county hospital, issued the day before."""
    given: dict[str, Any] = {"id": "R1", "kind": FactKind.REFERRAL, "issued_at": ADMITTED - timedelta(days=1)}
    return ReferralFact(**given | {"institution": "county-hospital"} | changes)


def filing(days_after: float, **changes: Any) -> ReferralFact:
    return ReferralFact("E1", FactKind.EMERGENCY, ADMITTED + timedelta(days=days_after), **changes)


def state_of(*facts: ReferralFact, visit: Visit = STAY, rule: PaymentPolicy | None = None) -> ReferralState:
    return resolve_referral_state(facts, visit, rule or policy()).state


def reason_of(fact: ReferralFact, visit: Visit = STAY, **rules: Any) -> str:
    resolution = resolve_referral_state((fact,), visit, policy(**rules))
    assert resolution.fact is None and resolution.set_aside[0][0] is fact
    assert resolution.set_aside[0][1] in REASONS
    return resolution.set_aside[0][1]


def test_without_any_fact_a_stay_at_the_hospital_is_unreferred() -> None:
    assert state_of() is ReferralState.UNREFERRED


def test_primary_care_is_first_contact_and_so_is_what_other_rules_say() -> None:
    assert (
        state_of(visit=Visit("centre", PayTier.COMMUNITY, Setting.OUTPATIENT, ADMITTED)) is ReferralState.FIRST_CONTACT
    )
    tcm = Visit("tcm", PayTier.SECONDARY, Setting.OUTPATIENT, ADMITTED, first_contact=True)
    assert state_of(visit=tcm) is ReferralState.FIRST_CONTACT


def test_a_referral_issued_before_admission_counts() -> None:
    resolution = resolve_referral_state((referral(),), STAY, policy())
    assert (resolution.state, resolution.fact) == (ReferralState.REFERRED, referral())
    assert state_of(referral(issued_at=ADMITTED)) is ReferralState.REFERRED


def test_a_referral_written_after_admission_does_not() -> None:
    assert reason_of(referral(issued_at=ADMITTED + timedelta(minutes=1))) == "issued_after"


def test_validity_is_the_referrals_own_or_the_policys_and_half_open() -> None:
    assert state_of(referral(issued_at=ADMITTED - timedelta(days=7) + timedelta(seconds=1))) is ReferralState.REFERRED
    assert reason_of(referral(issued_at=ADMITTED - timedelta(days=7))) == "expired"
    assert reason_of(referral(valid_until=ADMITTED)) == "expired"
    long_ago = referral(issued_at=ADMITTED - timedelta(days=30), valid_until=ADMITTED + timedelta(days=1))
    assert state_of(long_ago) is ReferralState.REFERRED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"withdrawn": True}, "withdrawn"),
        ({"institution": "another"}, "other_institution"),
        ({"to_tier": PayTier.TERTIARY}, "other_tier"),
        ({"direction": Direction.DOWN}, "wrong_direction"),
        ({"from_tier": PayTier.TERTIARY}, "wrong_direction"),
        ({"from_tier": PayTier.SECONDARY}, "wrong_direction"),
    ],
)
def test_a_referral_that_is_not_for_this_stay_is_set_aside(changes: dict[str, Any], reason: str) -> None:
    assert reason_of(referral(**changes)) == reason


def test_downward_and_sideways_referrals_count_too() -> None:
    assert state_of(referral(from_tier=PayTier.TERTIARY, direction=Direction.DOWN)) is ReferralState.REFERRED
    assert state_of(referral(from_tier=PayTier.SECONDARY, direction=Direction.SAME)) is ReferralState.REFERRED


def test_a_stepwise_city_does_not_let_a_tier_be_skipped() -> None:
    city = Visit("city-hospital", PayTier.TERTIARY, Setting.INPATIENT, ADMITTED)
    leap = referral(to_tier=PayTier.TERTIARY, institution="")
    assert state_of(leap, visit=city) is ReferralState.REFERRED
    assert reason_of(leap, visit=city, referral__stepwise=True) == "not_stepwise"
    village = referral(from_tier=PayTier.VILLAGE)
    assert state_of(village, rule=policy(referral__stepwise=True)) is ReferralState.REFERRED


def test_an_emergency_filed_in_time_counts_and_a_late_one_is_seen() -> None:
    assert state_of(filing(3)) is ReferralState.EMERGENCY
    assert state_of(filing(-0.1)) is ReferralState.EMERGENCY
    late = resolve_referral_state((filing(5),), STAY, policy())
    assert (late.state, late.late_by) == (ReferralState.UNREFERRED, timedelta(days=2))
    assert late.set_aside[0][1] == "filed_late"


def test_a_policy_may_forgive_a_late_filing_and_it_is_still_seen() -> None:
    late = resolve_referral_state((filing(5),), STAY, policy(referral__late_filing="emergency"))
    assert (late.state, late.late_by) == (ReferralState.EMERGENCY, timedelta(days=2))


def test_an_exemption_counts_while_it_lasts() -> None:
    exempt = ReferralFact("X", FactKind.EXEMPTION, ADMITTED - timedelta(days=400))
    assert state_of(exempt) is ReferralState.EXEMPT
    assert state_of(ReferralFact("X", FactKind.EXEMPTION, exempt.issued_at, ADMITTED)) is ReferralState.UNREFERRED


def test_care_elsewhere_is_filed_or_not() -> None:
    filed = ReferralFact("O", FactKind.OUT_OF_REGION, ADMITTED - timedelta(days=40))
    assert state_of(visit=AWAY) is ReferralState.OUT_OF_REGION_UNFILED
    assert state_of(filed, visit=AWAY) is ReferralState.OUT_OF_REGION
    assert state_of(filing(1), visit=AWAY) is ReferralState.OUT_OF_REGION
    assert (
        state_of(referral(to_tier=PayTier.TERTIARY, institution="far-hospital"), visit=AWAY)
        is ReferralState.OUT_OF_REGION
    )
    assert reason_of(filed) == "other_region"


def test_of_two_states_the_better_paid_wins_where_the_policy_says_so() -> None:
    points = {"inpatient": {"other": {"exempt": 50, "other": 0}}, "other": 0}
    facts = (referral(), ReferralFact("X", FactKind.EXEMPTION, ADMITTED - timedelta(days=1)))
    strict = policy(ratio_rule__referral=points)
    generous = policy(ratio_rule__referral=points, ratio_rule__higher_wins=True)
    assert state_of(*facts, rule=strict) is ReferralState.REFERRED
    chosen = resolve_referral_state(facts, STAY, generous)
    assert chosen.state is ReferralState.EXEMPT
    assert chosen.set_aside == ((facts[0], "outdone"),)
