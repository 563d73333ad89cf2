"""A change of enrolment that reaches back: bills of its time are settled anew, nobody is charged unasked."""

from datetime import date, timedelta

import pytest

from fenji.apps.payments import queries
from fenji.apps.payments.actions import claims, decisions
from fenji.apps.payments.actions.enrolling import Enrolled, Told, enrol
from fenji.apps.payments.errors import Suspended
from fenji.apps.payments.explaining import explained
from fenji.apps.payments.models import Claim, Enrolment, Posting, PostingKind
from fenji.kernel.payment.codes import Group, Scheme
from tests.factories.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world: World, clock):
    """Enter a span that begins `days_ago`."""

    def tell(days_ago: int, until_days_ago: int | None = None, **changes: object) -> Enrolled:
        today = clock.at.date()
        until = None if until_days_ago is None else today - timedelta(days=until_days_ago)
        span = {"scheme": "resident", "group": "general"} | changes
        assert world.resident is not None
        given = Told(valid_from=today - timedelta(days=days_ago), valid_until=until, **span)  # type: ignore[arg-type]
        return enrol(world.resident.pk, given, source="test", by=world.insurer)

    return tell


def again(claim: Claim) -> Claim:
    return Claim.objects.select_related("person_year").get(pk=claim.pk)


def test_somebody_found_to_be_destitute_gets_back_what_was_paid_too_much(world: World, stay, told) -> None:
    told(300)
    claim = claims.settle(stay(code="1", yuan=10_000), by=world.insurer)
    assert told(200, group="destitute").bills == 1
    after = again(claim)
    assert (after.bill["group"], after.self_cents < claim.self_cents) == (Group.DESTITUTE, True)
    posted = Posting.objects.get(kind=PostingKind.ADJUSTMENT)
    assert posted.self_cents == after.self_cents - claim.self_cents
    fresh = claims.settle(stay(code="2", yuan=10_000, days_ago=0), by=world.insurer)
    assert fresh.bill["group"] == after.bill["group"]
    assert told(200, group="destitute").bills == 0  # the same again changes nothing
    queries.check_balance()


def test_a_suspension_that_reaches_back_charges_nobody_before_the_insurer_decides(world: World, stay, told) -> None:
    told(300)
    claim = claims.settle(stay(code="1"), by=world.insurer)
    told(10, is_suspended=True)
    assert again(claim).self_cents == claim.self_cents and Posting.objects.count() == 1
    short = queries.open_shortfalls().get()
    assert short.self_cents == claim.total_cents - claim.self_cents
    with pytest.raises(Suspended):
        claims.settle(stay(code="2", days_ago=0), by=world.insurer)
    decisions.decide_shortfall(short.pk, "patient", reason="停保期间就医", by=world.insurer)
    assert again(claim).self_cents == claim.total_cents
    assert "全部由个人支付" in [step.words for step in explained(again(claim))][1]
    queries.check_balance()
    told(10, is_suspended=False)  # paid up after all
    assert again(claim).self_cents == claim.self_cents
    queries.check_balance()


def test_a_suspension_lifted_before_the_decision_leaves_nothing_to_decide(world: World, stay, told) -> None:
    told(300)
    claim = claims.settle(stay(code="1"), by=world.insurer)
    told(10, is_suspended=True)
    told(10)
    assert not queries.open_shortfalls().exists() and Posting.objects.count() == 1
    assert again(claim).settlement == claim.settlement


def test_what_the_fund_bore_of_a_suspended_stay_is_not_paid_out_when_it_is_lifted(world: World, stay, told) -> None:
    told(300)
    claim = claims.settle(stay(code="1"), by=world.insurer)
    told(10, is_suspended=True)
    decisions.decide_shortfall(queries.open_shortfalls().get().pk, "fund", reason="通知晚了", by=world.insurer)
    told(10)
    after = again(claim)
    assert (after.forgiven_cents, after.self_cents) == (0, claim.self_cents)
    assert sum(Posting.objects.values_list("self_cents", flat=True)) == claim.self_cents
    queries.check_balance()


def test_a_stay_that_falls_out_of_cover_no_longer_counts_for_the_ones_after_it(world: World, stay, told) -> None:
    told(300)
    first = claims.settle(stay(code="1", days_ago=40), by=world.insurer)
    second = claims.settle(stay(code="2", days_ago=1), by=world.insurer)
    told(60, 30, is_suspended=True)
    owing = {one.claim_id: one for one in queries.open_shortfalls()}
    assert set(owing) == {first.pk, second.pk}
    assert owing[second.pk].settlement["deductible_cents"] == first.settlement["deductible_cents"]  # now the first stay


def test_a_change_of_scheme_moves_the_bill_to_the_year_of_the_other(world: World, stay, told) -> None:
    told(300)
    claim = claims.settle(stay(code="1"), by=world.insurer)
    kept = claims.settle(stay(code="2", days_ago=120), by=world.insurer)
    assert told(30, scheme="employee", group="retired").bills == 1
    after = again(claim)
    assert (after.person_year.scheme, after.bill["scheme"]) == ("employee", Scheme.EMPLOYEE)
    assert again(kept).person_year.scheme == "resident"
    fresh = claims.settle(stay(code="3", days_ago=0), by=world.insurer)
    assert fresh.person_year == after.person_year
    assert fresh.settlement["deductible_full_cents"] < after.settlement["deductible_full_cents"]  # the second stay
    queries.check_balance()


def test_a_suspension_with_an_end_only_interrupts(world: World, told, clock) -> None:
    told(300, group="low_income")
    told(60, 30, is_suspended=True)
    spans = Enrolment.objects.order_by("valid_from").values_list("group", "is_suspended", "valid_until")
    today: date = clock.at.date()
    assert list(spans) == [
        ("low_income", False, today - timedelta(days=60)),
        ("general", True, today - timedelta(days=30)),
        ("low_income", False, None),
    ]


def test_days_before_the_first_span_known_stay_as_they_were(world: World, stay, told) -> None:
    claim = claims.settle(stay(code="1", days_ago=40), by=world.insurer)  # by the registry's scheme
    assert told(10).bills == 0
    claims.settle(stay(code="2", days_ago=1), by=world.insurer)
    assert again(claim).settlement == claim.settlement and not queries.open_shortfalls().exists()
