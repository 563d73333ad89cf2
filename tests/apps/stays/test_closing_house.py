"""An institution with patients in bed, promised beds, booked theatres or open day surgeries does not close."""

from datetime import timedelta

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.registry import actions as registry
from fenji.apps.registry.errors import StillInUse
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import Resident
from fenji.apps.stays import actions, errors, surgery
from fenji.apps.stays.models import HandOver, Resource
from fenji.apps.stays.policies import Footing, Span
from fenji.kernel.roles import Role
from fenji.kernel.stays import Event, ResourceKind
from tests.apps.booking import clinic
from tests.apps.stays import ward
from tests.apps.stays.ward import DAY, HOUR

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(clock: Frozen) -> Department:
    made = ward.department()
    ward.beds(made, 2, at=clock.at)
    ward.beds(made, 1, at=clock.at, handed=False, kind=ResourceKind.THEATRE)
    return made


def close(where: Department, clock: Frozen, in_days: int = 0) -> None:
    on = (clock.at + timedelta(days=in_days)).date()
    registry.update_institution(where.institution_id, by=None, valid_until=on)


def refused(where: Department, clock: Frozen, in_days: int = 0) -> str:
    with pytest.raises(StillInUse) as found:
        close(where, clock, in_days)
    assert not Resource.objects.exclude(used_until=None).exists()
    return str(found.value.message)


def test_a_promised_bed_keeps_it_open_beyond_the_day_and_is_named(where: Department, clock: Frozen) -> None:
    bed = Resource.objects.get(code="b1")
    stay = ward.reserve(bed, Span(clock.at + DAY, clock.at + 4 * DAY), at=clock.at)
    assert "已预留的床位 1（心内一病区 b1）" in refused(where, clock)
    assert "已预留的床位 1" in refused(where, clock, 3)
    close(where, clock, 9)  # announced for later: the patient will have left
    actions.cancel(stay.pk, "不来了", by=None, at=clock.at)


def test_a_hold_that_ran_out_keeps_nothing_open(where: Department, clock: Frozen) -> None:
    ward.hold(Resource.objects.get(code="b1"), at=clock.at, until=clock.at + HOUR)
    assert "已预留的床位 1" in refused(where, clock)
    clock.advance(2 * HOUR)
    close(where, clock)


def test_a_booked_theatre_keeps_it_open(where: Department, clock: Frozen) -> None:
    theatre = Resource.objects.get(kind="theatre")
    ward.reserve(theatre, Span(clock.at + DAY, clock.at + DAY + HOUR), at=clock.at, footing=Footing.HOUSE)
    assert "已预约的手术间、复苏位或设备 1" in refused(where, clock)


def test_who_lies_there_has_time_to_leave_when_it_is_announced(where: Department, clock: Frozen) -> None:
    ward.tell(where.institution_id, "1", Event.ADMIT, clock.at - DAY, "A", "b1", now=clock.at)
    assert "在床病人 1" in refused(where, clock)
    close(where, clock, 9)


def test_an_open_day_surgery_keeps_it_open(where: Department, clock: Frozen) -> None:
    who = Resident.objects.get(pk=clinic.resident())
    surgery.request(who, where, "白内障超声乳化", by=clinic.keeper(where, Role.PHYSICIAN), at=clock.at)
    assert "未办完的日间手术 1" in refused(where, clock)


def test_when_nothing_hangs_there_no_bed_is_in_use_any_more(where: Department, clock: Frozen) -> None:
    close(where, clock, 2)
    bed = Resource.objects.get(code="b1")
    assert bed.used_until == (clock.at + 2 * DAY).date()
    assert not HandOver.objects.filter(until_at=None).exists()
    ward.reserve(bed, Span(clock.at, clock.at + HOUR), at=clock.at)  # until then it goes on
    with pytest.raises(errors.NotInUse):
        ward.reserve(bed, Span(clock.at + 3 * DAY, clock.at + 4 * DAY), at=clock.at)
