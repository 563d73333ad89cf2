"""Bills are settled, corrected and reversed; the year follows; the books always balance."""

from datetime import timedelta

import pytest

from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.payments import queries
from fenji.apps.payments.actions import claims, decisions
from fenji.apps.payments.errors import AlreadySettled, ClaimClosed, Decided, NotDesignated, NotInsured, Suspended
from fenji.apps.payments.estimating import estimate, estimates_at
from fenji.apps.payments.models import Claim, Enrolment, Posting, Shortfall
from fenji.apps.referrals.models import Referral
from fenji.kernel.payment.codes import ItemKind, ReferralState, Setting
from fenji.kernel.payment.lines import Line
from fenji.kernel.payment.referral_state import FactKind
from fenji.kernel.referral import State
from tests.factories.journey import reach, step
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def test_a_settled_bill_is_paid_by_somebody_to_the_last_cent(world: World, stay) -> None:
    claim = claims.settle(stay(yuan=10_000, code="1"), by=world.insurer)
    paid = claim.fund_cents + claim.catastrophic_cents + claim.assistance_cents + claim.care_cents + claim.self_cents
    assert paid == claim.total_cents == 1_000_000
    assert claim.fund_cents > 0
    assert claim.lines.get().amount_cents == 1_000_000
    assert queries.check_balance() == {"claims": 1, "postings": 1}


def test_the_same_bill_again_is_the_same_claim_and_another_content_is_refused(world: World, stay) -> None:
    first = claims.settle(stay(code="1"), by=world.insurer)
    assert claims.settle(stay(code="1"), by=world.insurer).pk == first.pk
    with pytest.raises(AlreadySettled):
        claims.settle(stay(code="1", yuan=9_999), by=world.insurer)
    assert Posting.objects.count() == 1


def test_without_a_referral_the_fund_pays_less_than_with_one(world: World, stay) -> None:
    without = claims.settle(stay(code="1"), by=world.insurer)
    assert without.referral_state == ReferralState.UNREFERRED
    claims.reverse(without.pk, reason="录入错误", by=world.insurer)
    referral = reach(world, State.ACCEPTED)
    bill = stay(code="2", days_ago=0, admitted_at=referral.sent_at, ended_at=referral.sent_at + timedelta(0))
    referred = claims.settle(bill, by=world.insurer)
    assert (referred.referral_state, referred.rests_on) == (ReferralState.REFERRED, str(referral.pk))
    assert referred.fund_cents > without.fund_cents


def test_sent_down_to_the_township_the_stay_goes_on_without_another_deductible(world: World, stay, clock) -> None:
    up = reach(world, State.RETURNED)
    down = Referral.objects.get(parent=up)
    for action in ("accept", "arrive"):
        clock.advance(timedelta(hours=2))
        step(world, down, action)
    down.refresh_from_db()
    above = claims.settle(
        stay(code="1", admitted_at=up.sent_at, ended_at=down.arrived_at - timedelta(hours=1)), by=world.insurer
    )
    clock.advance(timedelta(days=4))
    below = claims.settle(
        stay(code="2", at_institution=world.township.code, admitted_at=down.arrived_at, ended_at=clock.at),
        by=world.insurer,
    )
    assert (below.referral_state, below.chain) == (ReferralState.FIRST_CONTACT, above.chain)
    assert above.settlement["deductible_cents"] > 0 == below.settlement["deductible_cents"]
    assert below.settlement["deductible_full_cents"] > 0


def test_a_reversed_bill_leaves_nothing_behind(world: World, stay) -> None:
    claim = claims.settle(stay(code="1"), by=world.insurer)
    claims.reverse(claim.pk, reason="重复上传", by=world.insurer)
    sums = queries.sums_of_month(claim.institution_id, Posting.objects.first().month)
    assert sums["fund_cents"] == sums["self_cents"] == 0
    with pytest.raises(ClaimClosed):
        claims.reverse(claim.pk, reason="再来一次", by=world.insurer)
    again = claims.settle(stay(code="1"), by=world.insurer)
    assert again.pk != claim.pk
    queries.check_balance()


def test_a_correction_takes_the_place_of_the_wrong_bill(world: World, stay) -> None:
    wrong = claims.settle(stay(code="1", yuan=10_000), by=world.insurer)
    right = claims.correct(wrong.pk, stay(code="1", yuan=8_000), reason="多录一项", by=world.insurer)
    wrong.refresh_from_db()
    assert (wrong.state, right.replaces_id, right.total_cents) == ("replaced", wrong.pk, 800_000)
    queries.check_balance()


def test_a_late_bill_that_costs_the_patient_more_waits_for_the_insurer(world: World, stay) -> None:
    """The earlier stay makes the one settled first the second of the year: its deductible falls, the patient gains."""
    second = claims.settle(stay(code="2", days_ago=1), by=world.insurer)
    before = second.self_cents
    claims.settle(stay(code="1", days_ago=30), by=world.insurer)
    second.refresh_from_db()
    assert second.self_cents <= before
    assert not queries.open_shortfalls().exists()
    queries.check_balance()
    first = Claim.objects.get(source_code="1")
    claims.reverse(first.pk, reason="不是本人", by=world.insurer)
    second.refresh_from_db()
    if second.self_cents < before:  # the deductible of a first stay is higher: the patient would owe the difference
        assert queries.open_shortfalls().get().self_cents == before - second.self_cents
    queries.check_balance()


@pytest.fixture
def shortfall(world: World, stay) -> Shortfall:
    claims.settle(stay(code="2", days_ago=1), by=world.insurer)
    first = claims.settle(stay(code="1", days_ago=30), by=world.insurer)
    claims.reverse(first.pk, reason="不是本人", by=world.insurer)
    return queries.open_shortfalls().get()


@pytest.mark.parametrize("decision", ["patient", "fund"])
def test_who_bears_it_is_decided_once_and_with_a_reason(world: World, shortfall: Shortfall, decision: str) -> None:
    claim, owed = shortfall.claim, shortfall.self_cents
    with pytest.raises(Invalid):
        decisions.decide_shortfall(shortfall.pk, decision, reason=" ", by=world.insurer)
    before = claim.self_cents
    decided = decisions.decide_shortfall(shortfall.pk, decision, reason="依据年度重算", by=world.insurer)
    assert decided.self_cents == before + owed
    assert decided.forgiven_cents == (owed if decision == "fund" else 0)
    posted = Posting.objects.filter(claim=claim).latest("pk")
    assert posted.self_cents == (owed if decision == "patient" else 0)
    with pytest.raises(Decided):
        decisions.decide_shortfall(shortfall.pk, decision, reason="再决定一次", by=world.insurer)
    queries.check_balance()


def test_what_the_fund_bore_is_not_paid_out_to_the_patient_later(world: World, stay, shortfall: Shortfall) -> None:
    claim = decisions.decide_shortfall(shortfall.pk, "fund", reason="不是患者的错", by=world.insurer)
    claims.settle(stay(code="1b", days_ago=30), by=world.insurer)
    claim.refresh_from_db()
    assert claim.forgiven_cents == 0
    assert Posting.objects.filter(claim=claim).latest("pk").self_cents == 0
    queries.check_balance()


def test_who_is_not_insured_or_suspended_is_told(world: World, stay) -> None:
    row = Enrolment.objects.create(
        resident=world.resident, scheme="resident", valid_from="2020-01-01", is_suspended=True
    )
    with pytest.raises(Suspended):
        claims.settle(stay(), by=world.insurer)
    row.valid_until = "2021-01-01"
    row.save()
    with pytest.raises(NotInsured):
        claims.settle(stay(), by=world.insurer)
    assert not Claim.objects.exists()


def test_bad_bills_change_nothing_and_name_the_place(world: World, stay, clock) -> None:
    world.county_tcm.is_insured = False
    world.county_tcm.save()
    with pytest.raises(NotDesignated):
        claims.settle(stay(at_institution=world.county_tcm.code), by=world.insurer)
    with pytest.raises(NotFound):
        claims.settle(stay(at_institution="nowhere"), by=world.insurer)
    for changes, field in [
        ({"lines": (Line("药", ItemKind.DRUG, 0, 100, ""),)}, "lines.1"),
        ({"lines": (Line("药", ItemKind.DRUG, 1000, -1, ""),)}, "lines.1"),
        ({"ended_at": clock.at + timedelta(hours=1)}, "ended_at"),
        ({"admitted_at": clock.at}, "ended_at"),
    ]:
        with pytest.raises(Invalid) as refused:
            claims.settle(stay(**changes), by=world.insurer)
        assert field in refused.value.fields
    assert not Claim.objects.exists()


def test_an_emergency_filed_in_time_counts(world: World, stay) -> None:
    decisions.file(world.resident.pk, FactKind.EMERGENCY, institution_code=world.county.code, by=world.insurer)
    claim = claims.settle(stay(code="1", days_ago=0), by=world.insurer)
    assert claim.referral_state in {ReferralState.EMERGENCY, ReferralState.UNREFERRED}
    assert claim.rests_on.startswith("filing:") or claim.late_by_hours > 0


def test_a_year_opened_elsewhere_counts_and_a_wrong_one_is_refused(world: World, stay) -> None:
    before = claims.settle(stay(code="1", yuan=10_000), by=world.insurer)
    with pytest.raises(Invalid):
        decisions.open_year(
            world.resident.pk, before.ended_at.year, "resident", {"stays": -1}, source="旧系统", by=world.insurer
        )
    decisions.open_year(
        world.resident.pk,
        before.ended_at.year,
        before.person_year.scheme,
        {"stays": 2},
        source="旧系统",
        by=world.insurer,
    )
    queries.check_balance()


def test_an_estimate_stores_nothing_and_agrees_with_the_bill_that_follows(world: World, stay) -> None:
    expected = estimate(stay(yuan=7_000)).settlement
    assert not Claim.objects.exists()
    claim = claims.settle(stay(yuan=7_000, code="1"), by=world.insurer)
    assert claim.settlement == expected._asdict()


def test_each_place_of_choice_has_its_price(world: World, clock) -> None:
    places = [world.county, world.city, world.township]
    found = estimates_at(world.resident, world.township, places, Setting.INPATIENT, at=clock.at)
    assert set(found) == {place.code for place in places}
    assert found[world.township.code].settlement.self_cents < found[world.city.code].settlement.self_cents
