"""An order without a time: colleagues choose at once, one cancels, the next offer comes. One time, or none."""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from fenji.apps.booking import claim, exam_rebooking, examinations, waiting
from fenji.apps.booking.errors import BookingEnded, HasTime
from fenji.apps.booking.examinations import Ordered
from fenji.apps.booking.models import ExamOrder
from fenji.apps.booking.sessions import close_session
from fenji.apps.common import rulebooks
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW
from tests.races.test_places import check_everything_agrees, is_caught
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
LIVING = ("held", "booked")


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "PATIENCE", 60)
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)


def race_for_a_new_time(choosers: int, *, is_cancelled: bool, waits: bool = False) -> None:
    """Everybody books the stopped order anew at once, each another place; perhaps somebody cancels it meanwhile."""
    item, who = clinic.exam_item(clinic.department("功能科")), clinic.resident()
    doctor = clinic.in_care(who, clinic.township())
    stopped = clinic.session(item.department, TOMORROW, places=1, item=item)
    order = examinations.order(who, item.pk, "腹痛", by=doctor, at=NOW).order
    close_session(stopped.pk, "检修", by=None, at=NOW)
    if waits:
        exam_rebooking.book_anew(order.pk, by=doctor, at=NOW)
    free = clinic.places(clinic.session(item.department, TOMORROW + 3 * DAY, places=choosers, item=item))
    acts: list[Callable[[], object]] = [
        lambda one=one: exam_rebooking.book_anew(order.pk, by=doctor, at=NOW + HOUR, place_id=one.pk) for one in free
    ]
    if is_cancelled:
        acts.append(lambda: examinations.cancel_order(order.pk, "已好转", by=doctor, at=NOW + HOUR))
    if waits:
        acts.append(lambda: waiting.serve(at=NOW + HOUR))
    outcomes = together(acts)
    won = [one for one in outcomes[:choosers] if isinstance(one, Ordered)]
    lost = [one for one in outcomes[:choosers] if not isinstance(one, Ordered)]
    assert all(isinstance(one, HasTime | BookingEnded) for one in lost), outcomes
    living = order.bookings.filter(state__in=LIVING).count()
    order.refresh_from_db()
    assert living == (0 if order.cancelled_at else 1)
    assert len(won) <= 1
    if not (is_cancelled or waits):
        assert len(won) == 1
    if living:
        assert order.waiting.filter(state="waiting").count() == 0
    check_everything_agrees()


@pytest.mark.parametrize("rounds", [2, pytest.param(40, marks=pytest.mark.prove)])
@pytest.mark.parametrize(("is_cancelled", "waits"), [(False, False), (True, False), (False, True)])
def test_a_stopped_order_gets_one_time_or_none(rounds: int, *, is_cancelled: bool, waits: bool) -> None:
    for _ in range(rounds):
        race_for_a_new_time(5, is_cancelled=is_cancelled, waits=waits)


def test_that_race_notices_an_order_that_is_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(order_id: UUID) -> ExamOrder:
        found = ExamOrder.objects.select_related("item", "resident").get(pk=order_id)
        time.sleep(0.1)
        return found

    monkeypatch.setattr(exam_rebooking, "lock_order", read)
    assert is_caught(lambda: race_for_a_new_time(5, is_cancelled=True))


def test_the_soonest_of_many_orders_is_given_once(rounds: int = 2) -> None:
    """Many stopped orders at once, each taking the soonest: every place once."""
    for _ in range(rounds):
        item, house = clinic.exam_item(clinic.department("功能科")), clinic.township()
        stopped = clinic.session(item.department, TOMORROW, places=6, item=item)
        made = []
        for _number in range(6):
            who = clinic.resident()
            doctor = clinic.in_care(who, house)
            made.append((examinations.order(who, item.pk, "腹痛", by=doctor, at=NOW).order, doctor))
        close_session(stopped.pk, "检修", by=None, at=NOW)
        clinic.session(item.department, TOMORROW + 2 * DAY, places=6, item=item)
        outcomes = together([
            lambda order=order, doctor=doctor: exam_rebooking.book_anew(
                order.pk, by=doctor, at=NOW + timedelta(hours=2)
            )
            for order, doctor in made
        ])  # fmt: skip
        assert {one.booking.place.number for one in outcomes} == {1, 2, 3, 4, 5, 6}, outcomes
        check_everything_agrees()
