"""A day surgery asked for from below and never assessed: the hospital is reminded, then everybody hears of the end."""

from datetime import datetime, time, timedelta

import pytest

from fenji.apps.common import rulebooks
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import DomainError
from fenji.apps.notices.models import Notice
from fenji.apps.referrals.models import Referral
from fenji.apps.stays import rules, surgery, tasks, theatres, unassessed
from fenji.apps.stays.models import Stay, Surgery
from fenji.kernel.day_surgery import CHECKLIST
from fenji.kernel.working_time import CHINA
from tests.apps.referrals.test_surgery_ahead import reserved, sent
from tests.factories.theatres import make_theatres
from tests.factories.world import World, make_places, make_world

pytestmark = pytest.mark.django_db
FIT = dict.fromkeys(CHECKLIST, True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    made = make_world(clock.at)
    make_theatres(made, clock.at)
    return made


def asked(world: World, clock: Frozen) -> tuple[Referral, Surgery]:
    """The clock stands at the last moment to assess it."""
    place = make_places(world.departments["yx-renmin.surgery"], clock.at)[0]
    referral, made = sent(world, place=place.pk)
    assert made.starts_at is not None
    clock.move_to(made.starts_at - rules.assessed_before(clock.at))
    return referral, made


def test_past_the_last_moment_theatre_and_recovery_place_are_free_and_the_referral_goes_on(
    world: World, clock: Frozen
) -> None:
    referral, made = asked(world, clock)
    assert (unassessed.give_back(at=clock.at - MINUTE), len(reserved())) == (0, 2)
    assert (unassessed.give_back(at=clock.at), reserved()) == (1, [])
    made.refresh_from_db()
    assert (made.state, made.due_at, made.reason) == ("cancelled", None, unassessed.REASON)
    referral.refresh_from_db()
    assert (referral.state, referral.booking.state) == ("sent", "held")
    assert tasks.mind_assessments(0) == 0
    with pytest.raises(DomainError):
        surgery.assess(made.pk, FIT, "", by=world.surgeon, at=clock.at, version=made.version)


def test_the_doctor_the_patient_and_the_hospital_hear_of_the_end_once(world: World, clock: Frozen) -> None:
    referral, made = asked(world, clock)
    unassessed.give_back(at=clock.at)
    unassessed.give_back(at=clock.at)
    told = Notice.objects.filter(kind="surgery.released")
    assert told.filter(user=world.doctor, cause_id=str(referral.pk)).count() == 1
    assert told.filter(resident_id=referral.resident_id, channel="desk").count() == 1
    assert set(told.filter(cause_kind="surgery").values_list("institution_id", flat=True)) == {world.county.pk}
    assert "没有按时做术前评估" in told.filter(resident_id=referral.resident_id, channel="desk").get().text
    assert "另约" in told.get(user=world.doctor).text
    assert not told.exclude(resident_id=None).filter(text__contains=made.procedure).exists()


def test_the_hospital_is_reminded_once_while_there_is_time(world: World, clock: Frozen) -> None:
    _referral, made = asked(world, clock)
    ahead = rules.reminded_before(clock.at)
    assert unassessed.remind(at=clock.at - ahead - MINUTE) == 0
    assert (unassessed.remind(at=clock.at - ahead), unassessed.remind(at=clock.at - MINUTE)) == (1, 0)
    told = Notice.objects.filter(kind="surgery.unassessed")
    assert made.department_id in set(told.values_list("department_id", flat=True))
    assert "自动退回" in told[0].text and made.resident.name not in told[0].text


def test_what_was_assessed_or_is_the_hospitals_own_is_left_alone(world: World, clock: Frozen) -> None:
    _referral, made = asked(world, clock)
    surgery.assess(made.pk, FIT, "", by=world.surgeon, at=clock.at - MINUTE, version=made.version)
    own = surgery.request(world.resident, made.department, "痔切除", by=world.surgeon, at=clock.at)
    later = clock.at + timedelta(days=30)
    assert (unassessed.remind(at=clock.at - MINUTE), unassessed.give_back(at=later)) == (0, 0)
    assert (Surgery.objects.get(pk=own.pk).state, len(reserved())) == ("requested", 2)


def test_the_first_day_offered_leaves_the_whole_time_to_assess(world: World, clock: Frozen) -> None:
    least = rules.step_takes("assess", clock.at) + rules.assessed_before(clock.at)
    for hour in range(24):
        at = clock.at.replace(hour=hour)
        first = theatres.first_day_from_below(at)
        begins = datetime.combine(first, time(8), CHINA)
        assert at + least <= begins < at + least + timedelta(days=1), hour


def test_both_times_are_marked_as_assumed(world: World, clock: Frozen) -> None:
    for name in ("assess_before_hours", "remind_hours"):
        found = rulebooks.current().value(f"day_surgery.{name}", on=rules.day_of(clock.at))
        assert found.status == "assumed"
    assert Stay.objects.count() == 0
