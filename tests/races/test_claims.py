"""Two bills of one person at once cannot spend one ceiling; a number settled many times at once is settled once."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fenji.apps.payments import queries
from fenji.apps.payments.actions import claims, decisions, posting, supervision
from fenji.apps.payments.actions.enrolling import Told, enrol
from fenji.apps.payments.models import Case, Claim, PersonYear, Posting
from fenji.apps.payments.rules import policy_on
from fenji.kernel.payment.codes import Group, Scheme
from tests.apps.payments.conftest import make_stay
from tests.apps.payments.conftest import world as world  # the fixture
from tests.factories.world import World
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 6


def _bills(world: World, at: Any) -> list[Any]:
    """Bills that together reach far beyond the year's ceiling."""
    cap = policy_on(at.date()).cap_year_cents[Scheme.RESIDENT]
    return [make_stay(world, at, yuan=cap // 100, code=str(number), days_ago=number + 1) for number in range(AT_ONCE)]


def _known_to_the_year() -> int:
    """What the fund pays once the insurer has decided what waits: an earlier bill that came later goes first."""
    waiting = {one.claim_id: one.settlement["fund_cents"] for one in queries.open_shortfalls()}
    return sum(waiting.get(claim.pk, claim.fund_cents) for claim in Claim.objects.all())


def test_bills_at_once_cannot_spend_one_ceiling(world: World, clock) -> None:
    bills = _bills(world, clock.at)
    done = together([lambda bill=bill: claims.settle(bill, by=world.insurer) for bill in bills])
    assert {type(one) for one in done} == {Claim}
    assert _known_to_the_year() == policy_on(clock.at.date()).cap_year_cents[Scheme.RESIDENT]
    queries.check_balance()


def test_without_the_lock_of_the_year_they_would(world: World, clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(resident_id: Any, year: int, scheme: str) -> PersonYear:
        return PersonYear.objects.get_or_create(resident_id=resident_id, year=year, scheme=scheme)[0]

    bills, cap = _bills(world, clock.at), policy_on(clock.at.date()).cap_year_cents[Scheme.RESIDENT]
    monkeypatch.setattr(claims, "lock_year", unlocked)
    together([lambda bill=bill: claims.settle(bill, by=world.insurer) for bill in bills])
    assert _known_to_the_year() > cap


def _settled_while_found_destitute(world: World, at: Any, monkeypatch: pytest.MonkeyPatch) -> Claim:
    """A bill is assessed; before it is settled somebody enters that the person is destitute, and has a second."""
    assessed, entered, assess = threading.Event(), threading.Event(), claims.assess

    def slowly(bill: Any) -> Any:
        found = assess(bill)
        assessed.set()
        entered.wait(1)
        return found

    def enter() -> None:
        assessed.wait(10)
        told = Told("resident", "destitute", (at - timedelta(days=60)).date())
        assert world.resident is not None
        enrol(world.resident.pk, told, source="", by=world.insurer)
        entered.set()

    monkeypatch.setattr(claims, "assess", slowly)
    bill = make_stay(world, at, code="1")
    claim, done = together([lambda: claims.settle(bill, by=world.insurer), enter])
    assert (type(claim), done) == (Claim, None)
    return Claim.objects.get()


def test_a_bill_settled_while_the_enrolment_changes_follows_it(world: World, clock, monkeypatch) -> None:
    claim = _settled_while_found_destitute(world, clock.at, monkeypatch)
    assert claim.bill["group"] == Group.DESTITUTE
    queries.check_balance()


def test_without_holding_the_insurance_it_would_not(world: World, clock, monkeypatch) -> None:
    monkeypatch.setattr(claims, "hold_insurance", lambda resident_id: None)
    assert _settled_while_found_destitute(world, clock.at, monkeypatch).bill["group"] != Group.DESTITUTE


def test_one_number_settled_many_times_at_once_is_one_claim(world: World, clock) -> None:
    bill = make_stay(world, clock.at, code="1")
    done = together([lambda: claims.settle(bill, by=world.insurer)] * AT_ONCE)
    assert len({one.pk for one in done}) == 1
    assert Posting.objects.count() == 1


def test_reversed_and_corrected_at_once_one_of_them_happens(world: World, clock) -> None:
    bill = make_stay(world, clock.at, code="1")
    claim = claims.settle(bill, by=world.insurer)
    other = replace(bill, care_days=0, ended_at=bill.ended_at - timedelta(hours=1))
    done = together(
        [
            lambda: claims.reverse(claim.pk, reason="撤回", by=world.insurer),
            lambda: claims.correct(claim.pk, other, reason="更正", by=world.insurer),
        ]
        * 2
    )
    assert sum(isinstance(one, Claim) for one in done) == 1
    queries.check_balance()


def test_a_case_and_a_shortfall_move_once(world: World, clock) -> None:
    claims.settle(make_stay(world, clock.at, code="2", days_ago=1, diagnosis_code="I10"), by=world.insurer)
    first = claims.settle(make_stay(world, clock.at, code="1", days_ago=10, diagnosis_code="I10"), by=world.insurer)
    today = clock.at.date()
    together([lambda: supervision.look_for_cases(today - timedelta(days=60), today + timedelta(days=2))] * 3)
    case = Case.objects.get(rule="readmission")
    act = {"party": "institution", "text": "说明", "version": case.version, "by": world.office}
    moved = together([lambda: supervision.move_case(case.pk, "answer", **act)] * AT_ONCE)
    assert sum(isinstance(one, Case) for one in moved) == 1
    claims.reverse(first.pk, reason="不是本人", by=world.insurer)
    short = queries.open_shortfalls().get()
    decided = together(
        [lambda: decisions.decide_shortfall(short.pk, "fund", reason="决定", by=world.insurer)] * AT_ONCE
    )
    assert sum(isinstance(one, Claim) for one in decided) == 1
    assert posting.queries.check_balance()["claims"] == 2
