"""What a house examines: set by who keeps its clinics, with weekly times that can be ordered at once."""

from dataclasses import replace
from datetime import date, time

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.booking import exam_items, examinations, queries
from fenji.apps.booking.exam_items import ItemForm, TimesForm
from fenji.apps.booking.models import ExamItem, Offer, Place, Schedule
from fenji.apps.booking.policies import REFERRED
from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Invalid, NotFound
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, NOW

pytestmark = pytest.mark.django_db
MORNINGS = TimesForm((0, 3), time(8), time(9), 20, date(2026, 3, 4))  # Mondays and Thursdays, three patients


@pytest.fixture
def item() -> ExamItem:
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    return clinic.exam_item(clinic.department("放射科"))


@pytest.fixture
def keeper(item: ExamItem) -> User:
    return clinic.keeper(item.institution)


def test_an_item_is_set_by_its_own_house_and_changed_by_its_code() -> None:
    where = clinic.department("放射科")
    by = clinic.keeper(where)
    made = exam_items.put_item(ItemForm(where.pk, "CT1", "胸部 CT", minutes=10), by=by, at=NOW)
    again = exam_items.put_item(ItemForm(where.pk, " CT1 ", "胸部 CT 平扫 "), by=by, at=NOW)
    assert (made.pk, again.name) == (again.pk, "胸部 CT 平扫")
    with pytest.raises(NotFound):
        exam_items.put_item(ItemForm(where.pk, "CT2", "头颅 CT"), by=clinic.keeper(clinic.hospital()), at=NOW)
    with pytest.raises(Invalid) as refused:
        exam_items.put_item(ItemForm(where.pk, "", "", minutes=0), by=by, at=NOW)
    assert set(refused.value.fields) == {"code", "name", "minutes"}


def test_a_new_item_does_not_overwrite_one_with_its_code(item: ExamItem, keeper: User) -> None:
    with pytest.raises(Invalid) as refused:
        form = ItemForm(item.department_id, item.code, "胃镜")
        exam_items.put_item(form, by=keeper, at=NOW, is_new=True)
    assert item.name in str(refused.value.fields["code"])
    item.refresh_from_db()
    assert item.name == "腹部彩超"


def test_an_item_with_times_stays_in_its_department(item: ExamItem, keeper: User) -> None:
    other = clinic.department("功能科", institution=item.institution)
    form = ItemForm(other.pk, item.code, item.name)
    clinic.session(item.department, item=item)
    with pytest.raises(Invalid) as refused:
        exam_items.put_item(form, by=keeper, at=NOW)
    assert set(refused.value.fields) == {"department_id"}
    free = clinic.exam_item(item.department, "心脏彩超")
    assert exam_items.put_item(replace(form, code=free.code), by=keeper, at=NOW).department == other


def test_weekly_times_can_be_ordered_at_once_and_go_to_who_waits_first(item: ExamItem, keeper: User) -> None:
    who = clinic.resident()
    doctor = clinic.in_care(who, clinic.township())
    entry = examinations.order(who, item.pk, "腹痛", by=doctor, at=NOW, may_wait=True).entry
    clinic.session(item.department)  # another pattern's places are left alone
    made = exam_items.set_times(item.pk, MORNINGS, by=keeper, at=NOW)
    places = Place.objects.filter(exam_item=item)
    assert made == places.count() >= 4 * 2 * 3
    assert {place.starts_at.astimezone(clinic.NOW.tzinfo).weekday() for place in places} == {0, 3}
    assert Offer.objects.get().entry == entry
    assert queries.free_places(
        [item.department_id], NOW, NOW + 60 * DAY, access=REFERRED, at=NOW, exam_item_id=item.pk
    )  # fmt: skip


def test_times_that_cannot_be_are_refused_and_nothing_is_written(item: ExamItem, keeper: User) -> None:
    exam_items.set_times(item.pk, MORNINGS, by=keeper, at=NOW)
    for wrong, field in (
        (replace(MORNINGS, weekdays=()), "weekdays"),
        (replace(MORNINGS, weekdays=(1, 3), starts=time(8, 30), ends=time(10)), "starts"),  # Thursdays are taken
        (replace(MORNINGS, weekdays=(1,), ends=time(7)), "ends"),
        (replace(MORNINGS, weekdays=(1,), minutes=90), "place_minutes"),
    ):
        with pytest.raises(Invalid) as refused:
            exam_items.set_times(item.pk, wrong, by=keeper, at=NOW)
        assert field in refused.value.fields
    with pytest.raises(NotFound):
        exam_items.set_times(item.pk, MORNINGS, by=clinic.keeper(clinic.hospital()), at=NOW)
    assert Schedule.objects.count() == 2
