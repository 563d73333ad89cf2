"""Odd bills are found once, answered, decided, recovered and appealed, each step by whose step it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fenji.apps.common.errors import Invalid, Stale
from fenji.apps.payments import queries
from fenji.apps.payments.actions import claims, supervision
from fenji.apps.payments.errors import WrongCaseStep
from fenji.apps.payments.models import Case, Posting
from fenji.apps.payments.policies import CASE_MOVES, CASE_STATES, OPEN_CASES, possible_case_moves
from fenji.kernel.payment.codes import ItemKind, Setting
from fenji.kernel.payment.lines import Line
from tests.factories.policy import decide
from tests.factories.world import World

pytestmark = pytest.mark.django_db


def _look(clock) -> list[Case]:
    today = timezone.localdate(clock.at)
    return supervision.look_for_cases(today - timedelta(days=60), today + timedelta(days=1))


@pytest.fixture
def case(world: World, stay, clock) -> Case:
    claims.settle(stay(code="1", days_ago=20, diagnosis_code="I10.x00"), by=world.insurer)
    claims.settle(stay(code="2", days_ago=5, diagnosis_code="I10.x02"), by=world.insurer)
    return next(one for one in _look(clock) if one.rule == "readmission")


def test_a_readmission_is_found_once_however_often_one_looks(case: Case, clock) -> None:
    assert case.details == {"days": 10, "within": 15}
    assert case.claims.count() == 2
    assert _look(clock) == []


def test_out_again_and_in_again_the_same_day_is_a_split_stay(world: World, stay, clock) -> None:
    first = claims.settle(stay(code="1", days_ago=6), by=world.insurer)
    claims.settle(stay(code="2", days_ago=1, admitted_at=first.ended_at + timedelta(hours=1)), by=world.insurer)
    assert [one.rule for one in _look(clock)] == ["split_stay"]


def test_a_visit_the_patient_paid_during_a_stay_is_found(world: World, stay, clock) -> None:
    claims.settle(stay(code="1", days_ago=1), by=world.insurer)
    own = Line("自费药", ItemKind.DRUG, 1000, 50_000)
    at = clock.at - timedelta(days=3)
    claims.settle(
        stay(code="2", setting=Setting.OUTPATIENT, admitted_at=at, ended_at=at, lines=(own,)), by=world.insurer
    )
    assert "self_pay_outpatient" in {one.rule for one in _look(clock)}


def test_an_ordinary_stay_is_no_case(world: World, stay, clock) -> None:
    claims.settle(stay(code="1", yuan=3_000, days_ago=1), by=world.insurer)
    assert _look(clock) == []


def test_a_heavy_diagnosis_with_light_treatment_is_a_case_once(world: World, stay, clock) -> None:
    decide(cost_control__least_stays=5)
    for number in range(5):
        claims.settle(
            stay(code=str(number), yuan=9_000, days_ago=10 + number, diagnosis_code="J18.900"),
            by=world.insurer,
        )  # fmt: skip
    claims.settle(stay(code="light", yuan=900, days_ago=2, diagnosis_code="I63.900"), by=world.insurer)
    case = next(one for one in _look(clock) if one.rule == "upcoding")
    assert case.claims.get().source_code == "light"
    assert case.details["total"] == 90_000 and case.details["expected"] > 4 * 90_000
    assert case.details["weight"] == 1500
    assert "upcoding" not in {one.rule for one in _look(clock)}


def test_a_house_whose_diagnoses_grew_heavier_in_a_month_is_one_case(world: World, stay, clock) -> None:
    decide(cost_control__least_stays=5)
    last = timezone.localdate(clock.at).replace(day=1) - timedelta(days=1)
    ago = (timezone.localdate(clock.at) - last).days
    for number in range(5):
        claims.settle(stay(code=f"a{number}", days_ago=ago + 40 + number, diagnosis_code="I10"), by=world.insurer)
        claims.settle(stay(code=f"b{number}", days_ago=ago + number, diagnosis_code="I63.900"), by=world.insurer)
    case = next(one for one in _look(clock) if one.rule == "weight_rise")
    assert case.details == {"before": 600, "now": 1500, "stays": 5}
    assert set(case.claims.values_list("diagnosis_code", flat=True)) == {"I63.900"}
    clock.advance(timedelta(days=1))
    assert "weight_rise" not in {one.rule for one in _look(clock)}


def test_upheld_recovered_and_given_back_after_an_appeal(world: World, case: Case) -> None:
    def move(name: str, party: str, **more) -> Case:
        case.refresh_from_db()
        by = world.insurer if party == "insurer" else world.office
        return supervision.move_case(case.pk, name, party=party, text="说明", version=case.version, by=by, **more)

    move("answer", "institution")
    with pytest.raises(Invalid):
        move("uphold", "insurer", amount_cents=10**12)
    move("uphold", "insurer", amount_cents=50_000)
    move("appeal", "institution")
    move("recover", "insurer")
    assert Posting.objects.filter(kind="recovery").get().fund_cents == -50_000
    done = move("grant", "insurer")
    assert (done.state, done.due_at) == ("returned", None)
    assert sum(Posting.objects.filter(kind__in=["recovery", "return"]).values_list("fund_cents", flat=True)) == 0
    assert done.steps.count() == 6
    queries.check_balance()


def test_the_other_party_a_stale_page_and_an_id_number_are_refused(world: World, case: Case) -> None:
    act = {"text": "说明", "version": case.version, "by": world.office}
    with pytest.raises(WrongCaseStep):
        supervision.move_case(case.pk, "clear", party="institution", **act)
    with pytest.raises(Stale):
        supervision.move_case(case.pk, "answer", party="institution", **{**act, "version": 9})
    with pytest.raises(Invalid):
        supervision.move_case(case.pk, "answer", party="institution", **{**act, "text": "病人 11010519491231002X"})


def test_every_open_case_has_somebody_who_can_move_it_and_no_closed_one_is_stuck() -> None:
    for state in CASE_STATES:
        movers = {
            name for party in ("insurer", "institution") for name in possible_case_moves(Case(state=state), party)
        }
        assert bool(movers) or state not in OPEN_CASES
    assert {move.to_state for move in CASE_MOVES.values()} <= set(CASE_STATES)
