"""A day surgery from the assessment to the last call, and where it may not go on."""

from datetime import date, timedelta
from typing import Any

import pytest

from fenji.apps.common.errors import DomainError, Invalid, Stale
from fenji.apps.notices.models import Notice
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import Resident
from fenji.apps.stays import errors, surgery, surgery_calls, theatres
from fenji.apps.stays.models import Stay, Surgery, SurgeryCall
from fenji.apps.stays.policies import Footing, Span
from fenji.kernel.day_surgery import CHECKLIST, SIGNS
from fenji.kernel.roles import Role
from fenji.kernel.stays import ResourceKind
from fenji.kernel.working_time import CHINA
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import DAY, HOUR, NOW

pytestmark = pytest.mark.django_db
FIT, WELL = dict.fromkeys(CHECKLIST, True), dict.fromkeys(SIGNS, 2)


@pytest.fixture
def where() -> Department:
    made = ward.department()
    for kind in (ResourceKind.THEATRE, ResourceKind.RECOVERY):
        ward.beds(made, 1, handed=False, kind=kind, used_from=date(2020, 1, 1))
    return made


def do(verb: str, one: Surgery, *given: Any, at: Any = NOW) -> Surgery:
    act = getattr(surgery, verb)
    made: Surgery = act(one.pk, *given, by=one.made_by, at=at, version=Surgery.objects.get(pk=one.pk).version)
    return made


def requested(where: Department) -> Surgery:
    who = Resident.objects.get(pk=clinic.resident())
    return surgery.request(who, where, "白内障超声乳化", by=clinic.keeper(where, Role.PHYSICIAN), at=NOW)


def booked(where: Department, starts_at: Any = NOW) -> Surgery:
    one = requested(where)
    do("assess", one, FIT, "")
    return do("book", one, starts_at)


def test_the_whole_way(where: Department) -> None:
    one = booked(where, NOW + HOUR)
    theatre, recovery = Stay.objects.filter(bundle_id=one.bundle_id).order_by("from_at")
    assert (theatre.kind, theatre.until_at) == ("theatre", recovery.from_at)
    do("operate", one, at=NOW + 2 * HOUR)
    theatre.refresh_from_db()
    assert (theatre.state, theatre.until_at) == ("done", NOW + 2 * HOUR)  # free for the next one
    do("discharge", one, WELL, at=NOW + 5 * HOUR)
    recovery.refresh_from_db()
    assert recovery.state == "done"
    calls = list(SurgeryCall.objects.order_by("due_at"))
    assert [call.due_at - NOW - 5 * HOUR for call in calls] == [DAY, 3 * DAY, 7 * DAY]
    house: dict[str, Any] = {"by": one.made_by, "at": NOW + 8 * DAY}
    assert list(surgery_calls.calls_due(where.institution_id, at=NOW + DAY + 5 * HOUR)) == calls[:1]
    surgery_calls.note(calls[0].pk, reached=False, is_well=None, note="", **house)
    assert surgery_calls.calls_due(where.institution_id, at=NOW + 9 * DAY).count() == 3  # not reached: still to call
    for call in calls:
        surgery_calls.note(call.pk, reached=True, is_well=True, note="", **house)
    assert Surgery.objects.get().state == "followed"


def test_every_question_is_answered_and_one_answer_against_it_ends_it(where: Department) -> None:
    one = requested(where)
    with pytest.raises(Invalid) as refused:
        do("assess", one, {"asa": True}, "")
    assert set(refused.value.fields) == set(CHECKLIST) - {"asa"}
    unfit = do("assess", one, FIT | {"companion": False}, "独居")
    assert (unfit.state, unfit.due_at) == ("unfit", None)
    assert "陪护" in unfit.reason


def test_theatre_and_recovery_place_are_taken_together_or_not_at_all(where: Department) -> None:
    booked(where, NOW + HOUR)
    other = requested(where)
    do("assess", other, FIT, "")
    late = NOW + HOUR + timedelta(minutes=90)  # the theatre is free again, the recovery place not at its end
    with pytest.raises(errors.NoTheatre):
        do("book", other, late)
    assert Stay.objects.count() == 2
    other.refresh_from_db()
    assert (other.state, other.bundle_id) == ("assessed", None)


def test_the_next_open_times_are_those_that_can_be_booked(where: Department) -> None:
    one = requested(where)
    do("assess", one, FIT, "")
    first, second, *_ = theatres.open_times(one, at=NOW)
    assert [f"{at.astimezone(CHINA):%d %H:%M}" for at in (first, second)] == ["05 08:00", "05 08:30"]
    one = do("book", one, first)
    assert [stay.kind for stay in theatres.rooms_of(one)] == ["theatre", "recovery"]
    again = theatres.open_times(one, at=NOW)
    assert first not in again
    other = requested(where)
    do("assess", other, FIT, "")
    do("book", other, again[0])


def test_recovery_ends_on_the_same_day_before_closing(where: Department) -> None:
    """Ten o'clock is NOW; theatre and recovery take seven and a half hours, the day surgery closes at eight."""
    one, last = requested(where), NOW + timedelta(hours=2, minutes=30)
    do("assess", one, FIT, "")
    for late in (last + timedelta(minutes=1), NOW + 8 * HOUR + timedelta(minutes=27)):
        with pytest.raises(errors.EndsTooLate) as refused:
            do("book", one, late)
    assert "03-05 01:57 才结束，须在手术当日 20:00 前" in str(refused.value.message)
    assert (Stay.objects.count(), Surgery.objects.get().state) == (0, "assessed")
    assert do("book", one, last).starts_at == last


def test_the_times_offered_all_end_before_closing(where: Department) -> None:
    offered = theatres.open_times(requested(where), at=NOW, count=100)
    by_day = [at.astimezone(CHINA).strftime("%H:%M") for at in offered if at < NOW + DAY + 12 * HOUR]
    assert (by_day[0], by_day[-1], len(by_day)) == ("08:00", "12:30", 10)


def test_another_time_gives_the_first_pair_back(where: Department) -> None:
    one = booked(where, NOW + HOUR)
    again = do("book", one, NOW + 2 * HOUR)
    assert Stay.objects.filter(state="reserved").count() == 2
    assert set(Stay.objects.filter(state="reserved").values_list("bundle_id", flat=True)) == {again.bundle_id}


@pytest.mark.parametrize("signs", [WELL | {"pain": 0}, dict.fromkeys(SIGNS, 1), WELL | {"pain": 1, "nausea": 1}])
def test_who_does_not_pass_the_check_stays_and_may_be_admitted(where: Department, signs: dict[str, int]) -> None:
    one = do("operate", booked(where))
    with pytest.raises(errors.NotReadyToGo):
        do("discharge", one, signs)
    assert not SurgeryCall.objects.exists()
    assert do("admit", one, "术后出血").state == "admitted"
    assert not Stay.objects.filter(state="reserved").exists()


@pytest.mark.parametrize("signs", [{}, WELL | {"pain": 3}, {"pain": 2}])
def test_a_check_that_is_not_whole_is_refused(where: Department, signs: dict[str, int]) -> None:
    one = do("operate", booked(where))
    with pytest.raises(Invalid):
        do("discharge", one, signs)


def test_the_next_day_is_not_the_same_day(where: Department) -> None:
    one = do("operate", booked(where))
    with pytest.raises(errors.NotReadyToGo):
        do("discharge", one, WELL, at=NOW + DAY)


@pytest.mark.parametrize(
    ("verb", "given"), [("book", (NOW,)), ("operate", ()), ("discharge", (WELL,)), ("admit", ("出血",))]
)
def test_no_step_is_left_out(where: Department, verb: str, given: tuple[Any, ...]) -> None:
    with pytest.raises(errors.NotYet):
        do(verb, requested(where), *given)


def test_nobody_is_operated_before_the_time_and_nobody_writes_on_an_old_page(where: Department) -> None:
    one = booked(where, NOW + HOUR)
    with pytest.raises(errors.TooEarly) as refused:
        do("operate", one)
    assert "时间未到：手术定于 2026-03-04 11:00" in str(refused.value.message)
    with pytest.raises(Stale):
        surgery.operate(one.pk, by=one.made_by, at=NOW + 2 * HOUR, version=1)


@pytest.mark.parametrize("minutes", [30, 90, 150])
def test_recovery_begins_when_the_surgery_really_ended(where: Department, minutes: int) -> None:
    one, over = booked(where, NOW), NOW + timedelta(minutes=minutes)
    one = do("operate", one, at=over)
    place = theatres.rooms_of(one)[1]
    assert (place.kind, place.from_at, place.until_at) == ("recovery", over, over + 6 * HOUR)
    assert not theatres.is_kept_as_planned(one)


def test_a_recovery_place_that_is_anothers_meanwhile_is_kept_as_planned(where: Department) -> None:
    one = booked(where, NOW)
    before = theatres.rooms_of(one)[1]
    span = Span(NOW + HOUR, before.from_at)
    ward.reserve(before.resource, span, footing=Footing.HOUSE)
    one = do("operate", one, at=NOW + HOUR)
    place = theatres.rooms_of(one)[1]
    assert (place.from_at, place.until_at) == (before.from_at, before.until_at)
    assert theatres.is_kept_as_planned(one)
    assert do("discharge", one, WELL, at=NOW + 5 * HOUR).state == "discharged"
    assert not theatres.is_kept_as_planned(one)


def test_cancelling_gives_everything_back(where: Department) -> None:
    one = booked(where, NOW + HOUR)
    with pytest.raises(DomainError):
        do("cancel", one, "")
    do("cancel", one, "病人感冒")
    assert set(Stay.objects.values_list("state", flat=True)) == {"cancelled"}


def test_the_office_hears_of_a_step_that_is_late_once(where: Department) -> None:
    one = requested(where)
    assert surgery.tell_late(at=NOW) == 0
    assert one.due_at is not None
    assert (surgery.tell_late(at=one.due_at), surgery.tell_late(at=one.due_at)) == (1, 0)
    assert Notice.objects.filter(kind="surgery.late").count() >= 1
