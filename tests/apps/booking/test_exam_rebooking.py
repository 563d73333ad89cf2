"""An order whose clinic was stopped with nothing else free stands, is seen by both houses and gets another time."""

from uuid import UUID

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions, exam_rebooking, examinations, waiting
from fenji.apps.booking.errors import BookingEnded, HasTime, NotThatKind, SlotTaken
from fenji.apps.booking.examinations import Result
from fenji.apps.booking.models import ExamItem, ExamOrder, Place, WaitingEntry
from fenji.apps.booking.sessions import close_session
from fenji.apps.common import rulebooks
from fenji.apps.common.errors import NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.models import Notice
from fenji.kernel.roles import Role
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

pytestmark = pytest.mark.django_db


class Stopped:
    """A township's patient whose ultrasound in the county was stopped, and nothing else was free."""

    def __init__(self) -> None:
        self.item: ExamItem = clinic.exam_item(clinic.department("功能科"))
        self.who: UUID = clinic.resident()
        self.house = clinic.township()
        self.doctor: User = clinic.in_care(self.who, self.house)
        self.examiner: User = clinic.keeper(self.item.institution, Role.PHYSICIAN)
        (place,) = self.times()
        self.order: ExamOrder = examinations.order(self.who, self.item.pk, "右上腹痛三天", by=self.doctor, at=NOW).order
        self.lost = self.order.bookings.get()
        close_session(place.session_id, "机器检修", by=clinic.keeper(self.item.institution), at=NOW + HOUR)

    def times(self, count: int = 1, days: int = 0, item: ExamItem | None = None) -> list[Place]:
        item = item or self.item
        return clinic.places(clinic.session(item.department, TOMORROW + days * DAY, places=count, item=item))

    def anew(self, **more: object) -> examinations.Ordered:
        given = {"by": self.doctor, "at": NOW + 2 * HOUR, **more}
        return exam_rebooking.book_anew(self.order.pk, **given)  # type: ignore[arg-type]


@pytest.fixture
def stopped() -> Stopped:
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    return Stopped()


def test_the_order_stands_and_who_ordered_it_is_told_to_choose(stopped: Stopped) -> None:
    assert list(exam_rebooking.to_book_anew(at=NOW)) == [stopped.order]
    told = Notice.objects.get(kind="examination.to_rebook", user=stopped.doctor)
    assert told.cause_id == str(stopped.order.pk)
    to_patient = Notice.objects.get(kind="examination.to_rebook", resident_id=stopped.who, channel="desk")
    assert "医生会为您另约" in to_patient.text and "请重新预约" not in to_patient.text


def test_another_time_is_taken_for_the_same_order_and_its_wait_goes_on(stopped: Stopped) -> None:
    first, second = stopped.times(2, days=3)
    made = stopped.anew(place_id=second.pk)
    assert made.booking is not None
    assert (made.order, made.booking.place, made.booking.state) == (stopped.order, second, "booked")
    assert (made.booking.requested_at, made.booking.replaces) == (stopped.order.ordered_at, stopped.lost)
    assert not exam_rebooking.to_book_anew(at=NOW).exists()
    assert Notice.objects.filter(kind="examination.booked", resident_id=stopped.who).exists()
    assert not Notice.objects.filter(kind="examination.moved").exists()  # the doctor chose it himself
    assert AuditEvent.objects.filter(verb="examination.rebook", resident_id=stopped.who).count() == 1
    with pytest.raises(HasTime):
        stopped.anew(place_id=first.pk)


def test_without_a_choice_the_soonest_and_the_room_may_find_it_too(stopped: Stopped) -> None:
    first, _ = stopped.times(2, days=3)
    made = stopped.anew(by=stopped.examiner)
    assert made.booking is not None and made.booking.place == first
    assert Notice.objects.get(kind="examination.moved").user == stopped.doctor


def test_with_nothing_free_it_waits_once_and_is_offered_the_next(stopped: Stopped) -> None:
    waits = stopped.anew()
    assert (waits.booking, stopped.anew().entry) == (None, waits.entry)
    assert not exam_rebooking.to_book_anew(at=NOW).exists()
    stopped.times(days=4)
    assert waiting.serve(at=NOW + 3 * HOUR) == 1
    with pytest.raises(HasTime):  # the place is kept for this very order: it is answered, not taken beside
        stopped.anew(at=NOW + 3 * HOUR)


def test_who_waits_and_takes_a_time_elsewhere_leaves_the_list(stopped: Stopped) -> None:
    other = ExamItem.objects.create(
        institution=(there := clinic.department("超声科")).institution, department=there, code="X1",
        name=stopped.item.name,
    )  # fmt: skip
    (free,) = stopped.times(days=1, item=other)
    waits = stopped.anew()
    with pytest.raises(NotThatKind):
        stopped.anew(place_id=free.pk)  # without saying that it is the other house's
    made = stopped.anew(item_id=other.pk)
    assert made.booking is not None
    assert (made.booking.place, made.order.item) == (free, other)
    assert waits.entry is not None
    assert WaitingEntry.objects.get(pk=waits.entry.pk).state == "withdrawn"


def test_only_the_same_examination_and_only_who_may(stopped: Stopped) -> None:
    heart = clinic.exam_item(clinic.department("心电"), "心脏彩超")
    (free,) = stopped.times(days=1, item=heart)
    assert exam_rebooking.same_elsewhere(stopped.item, at=NOW) == []
    for given in (
        {"item_id": heart.pk, "place_id": free.pk},
        {"by": clinic.keeper(clinic.township(), Role.FAMILY_DOCTOR)},
        {"by": clinic.keeper(heart.institution)},
    ):
        with pytest.raises(NotFound):
            stopped.anew(**given)
    (own,) = stopped.times(days=1)
    Place.objects.filter(pk=own.pk).update(taken_by=stopped.order.pk)
    with pytest.raises(SlotTaken):
        stopped.anew(place_id=own.pk)
    assert list(exam_rebooking.to_book_anew(at=NOW)) == [stopped.order]


def test_a_cancelled_or_reported_order_gets_no_time(stopped: Stopped) -> None:
    stopped.times(days=1)
    examinations.cancel_order(stopped.order.pk, "已好转", by=stopped.doctor, at=NOW + HOUR)
    with pytest.raises(BookingEnded):
        stopped.anew()
    ExamOrder.objects.filter(pk=stopped.order.pk).update(cancelled_at=None)
    examinations.report(stopped.order.pk, Result("胆囊结石"), by=stopped.examiner, at=NOW + HOUR)
    with pytest.raises(BookingEnded):
        stopped.anew()


def test_who_did_not_come_is_booked_anew(stopped: Stopped) -> None:
    first, second = (stopped.times(days=days)[0] for days in (1, 2))
    stopped.anew(place_id=first.pk)
    missed = stopped.order.bookings.get(state="booked")
    actions.mark_no_show(missed.pk, by=stopped.examiner, at=first.ends_at)
    assert not exam_rebooking.to_book_anew(at=NOW).exists()  # listed as missed, not as stopped
    made = stopped.anew(at=first.ends_at)
    assert made.booking is not None and made.booking.place == second
