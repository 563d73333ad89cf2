"""Examinations shared between institutions: what is open, who uses it from elsewhere, how soon results are back."""

import pytest

from fenji.apps.booking import actions, examinations
from fenji.apps.booking.examinations import Result
from fenji.apps.booking.sharing import Shared, shared
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

pytestmark = pytest.mark.django_db


def the_one(word: str = "", *, days: int = 0) -> Shared:
    at = NOW + days * DAY
    (row,) = shared(word, at.date(), at=at)
    return row


def test_a_house_opens_its_times_to_the_region() -> None:
    item = clinic.exam_item(clinic.department("功能科"))
    clinic.session(item.department, TOMORROW, places=3, item=item)
    clinic.session(item.department, TOMORROW + 8 * DAY, places=5, item=item)  # later than the week
    row = the_one()
    assert (row.use.free, row.use.times, row.offered.next_at) == (3, 3, TOMORROW)
    assert (row.use.orders, row.use.report_hours) == (0, None)


def test_a_third_partys_centre_is_open_like_any_hospital() -> None:
    centre = clinic.hospital()
    centre.name, centre.kind, centre.short_name = "阳江第三方医学影像中心", Kind.CENTRE, "影像中心"
    centre.save()
    item = clinic.exam_item(clinic.department("影像科", institution=centre), "核磁共振")
    (time, _other) = clinic.places(clinic.session(item.department, TOMORROW, places=2, item=item))
    who = clinic.resident()
    doctor = clinic.in_care(who, clinic.township())
    examinations.order(who, item.pk, "腰痛半年", place_id=time.pk, by=doctor, at=NOW)
    row = the_one("影像中心")
    assert (row.use.free, row.use.times) == (1, 2)
    assert (row.use.orders, row.use.from_primary, row.use.houses) == (1, 1, 1)


def test_use_counts_orders_of_others_and_the_time_to_the_result() -> None:
    item = clinic.exam_item(clinic.department("功能科"))
    times = clinic.places(clinic.session(item.department, TOMORROW, places=4, item=item))
    examiner = clinic.keeper(item.institution, Role.PHYSICIAN)
    for number, house in enumerate((clinic.township(), clinic.township("双捷镇卫生院"), item.institution)):
        who = clinic.resident(f"居民{number}")
        role = Role.PHYSICIAN if house == item.institution else Role.FAMILY_DOCTOR
        ordered = examinations.order(
            who, item.pk, "右上腹痛", place_id=times[number].pk, by=clinic.in_care(who, house, role), at=NOW
        )
        assert ordered.booking is not None
        if number == 0:
            actions.mark_arrived(ordered.booking.pk, by=examiner, at=TOMORROW)
            result = Result(findings="胆囊壁毛糙", conclusion="胆囊炎")
            examinations.report(ordered.order.pk, result, by=examiner, at=times[0].starts_at + 3 * HOUR)
    row = the_one(days=2)
    assert (row.use.orders, row.use.from_primary, row.use.houses) == (2, 2, 2)
    assert row.use.report_hours == 3.0
    assert the_one(days=40).use.orders == 0  # thirty days and no more


def test_what_was_called_off_is_no_use() -> None:
    item = clinic.exam_item(clinic.department("功能科"))
    (time,) = clinic.places(clinic.session(item.department, TOMORROW, places=1, item=item))
    who = clinic.resident()
    doctor = clinic.in_care(who, clinic.township())
    ordered = examinations.order(who, item.pk, "右上腹痛", place_id=time.pk, by=doctor, at=NOW)
    examinations.cancel_order(ordered.order.pk, "不用做了", by=doctor, at=NOW)
    row = the_one()
    assert (row.use.orders, row.use.free) == (0, 1)
