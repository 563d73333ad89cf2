"""Examinations: ordered from a township straight into the county's calendar, the result back to who ordered it."""

from uuid import UUID

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions, examinations, queries, waiting
from fenji.apps.booking.errors import AlreadyReported, BookingEnded, NotThatKind, SlotTaken
from fenji.apps.booking.examinations import Result
from fenji.apps.booking.models import Booking, ExamItem, ExamOrder, Place, WaitingEntry
from fenji.apps.booking.policies import REFERRED, Access, Wanted
from fenji.apps.booking.sessions import close_session
from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Forbidden, Invalid, NotFound
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.models import Notice
from fenji.kernel.roles import Role
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

pytestmark = pytest.mark.django_db


class Ward:
    """A county hospital's ultrasound and a township doctor with a patient."""

    def __init__(self) -> None:
        self.item: ExamItem = clinic.exam_item(clinic.department("功能科"))
        self.who: UUID = clinic.resident()
        self.house = clinic.township()
        self.doctor: User = clinic.in_care(self.who, self.house)
        self.examiner: User = clinic.keeper(self.item.institution, Role.PHYSICIAN)

    def times(self, count: int = 2, days: int = 0) -> list[Place]:
        return clinic.places(clinic.session(self.item.department, TOMORROW + days * DAY, places=count, item=self.item))

    def order(self, **more: object) -> examinations.Ordered:
        return examinations.order(self.who, self.item.pk, "右上腹痛三天", by=self.doctor, at=NOW, **more)  # type: ignore[arg-type]


@pytest.fixture
def ward() -> Ward:
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    return Ward()


def test_an_order_books_the_soonest_time_and_tells_the_resident_how_to_prepare(ward: Ward) -> None:
    first, _ = ward.times()
    made = ward.order()
    assert made.booking is not None
    assert (made.booking.place, made.booking.state, made.order.ordered_from) == (first, "booked", ward.house)
    told = Notice.objects.get(kind="examination.booked", channel="desk")
    assert told.resident_id == ward.who
    assert "空腹 8 小时" in told.text


def test_a_reserved_time_is_for_orders_and_a_clinics_place_is_never_an_examination(ward: Ward) -> None:
    where = ward.item.department
    visit = clinic.places(clinic.session(where, TOMORROW))[0]
    time = ward.times(1)[0]
    with pytest.raises(NotThatKind):
        ward.order(place_id=visit.pk)
    with pytest.raises(NotThatKind):
        actions.book(clinic.resident(), place_id=time.pk, by=None, at=NOW, access=REFERRED)
    other = clinic.exam_item(where, "心脏彩超")
    with pytest.raises(NotThatKind):
        examinations.order(ward.who, other.pk, "心悸", by=ward.doctor, at=NOW, place_id=time.pk)
    assert not ExamOrder.objects.exists()


def test_whoever_wants_any_place_of_a_department_is_not_given_an_examination(ward: Ward) -> None:
    ward.times()
    with pytest.raises(SlotTaken):
        actions.book(
            clinic.resident(), wanted=Wanted((ward.item.department_id,), NOW, NOW + 9 * DAY), by=None, at=NOW,
            access=REFERRED,
        )  # fmt: skip
    assert queries.next_free([ward.item.department_id], access=REFERRED, at=NOW) == {}


def test_only_who_treats_the_resident_orders(ward: Ward) -> None:
    ward.times()
    stranger = clinic.keeper(clinic.township(), Role.FAMILY_DOCTOR)
    with pytest.raises(NotFound):
        examinations.order(ward.who, ward.item.pk, "腹痛", by=stranger, at=NOW)
    nurse = clinic.in_care(ward.who, ward.house, Role.NURSE)
    with pytest.raises(Forbidden):
        examinations.order(ward.who, ward.item.pk, "腹痛", by=nurse, at=NOW)
    for question in ("", "电话13800138000"):
        with pytest.raises(Invalid):
            examinations.order(ward.who, ward.item.pk, question, by=ward.doctor, at=NOW)


def test_the_result_goes_back_to_who_ordered_and_the_reading_is_noted(ward: Ward) -> None:
    ward.times()
    made = ward.order().order
    examinations.report(made.pk, Result("胆囊结石", findings="胆囊内强回声"), by=ward.examiner, at=TOMORROW)
    told = Notice.objects.get(kind="examination.reported")
    assert told.user == ward.doctor
    assert "结石" not in told.text
    read = examinations.read_result(made.pk, by=ward.doctor, at=TOMORROW + HOUR)
    assert (read.conclusion, read.read_by) == ("胆囊结石", ward.doctor)
    with pytest.raises(NotFound):
        examinations.read_result(made.pk, by=clinic.keeper(clinic.township()), at=TOMORROW)
    assert AuditEvent.objects.filter(verb="examination.read", resident_id=ward.who).count() == 1


def test_a_critical_result_is_told_to_the_whole_house(ward: Ward) -> None:
    ward.times()
    made = ward.order().order
    examinations.report(made.pk, Result("主动脉夹层", is_critical=True), by=ward.examiner, at=TOMORROW)
    told = Notice.objects.filter(kind="examination.critical")
    assert {(one.user, one.institution_id) for one in told} == {(ward.doctor, None), (None, ward.house.pk)}


def test_the_same_result_twice_is_one_and_another_must_say_that_it_corrects(ward: Ward) -> None:
    ward.times()
    made = ward.order().order
    examinations.report(made.pk, Result("胆囊结石"), by=ward.examiner, at=TOMORROW)
    examinations.report(made.pk, Result("胆囊结石"), by=ward.examiner, at=TOMORROW + HOUR)
    with pytest.raises(AlreadyReported):
        examinations.report(made.pk, Result("未见异常"), by=ward.examiner, at=TOMORROW + HOUR)
    fixed = Result("胆囊息肉", correction="复核图像")
    assert examinations.report(made.pk, fixed, by=ward.examiner, at=TOMORROW + HOUR).read_at is None
    with pytest.raises(NotFound):
        examinations.report(made.pk, fixed, by=ward.doctor, at=TOMORROW + HOUR)
    assert Notice.objects.filter(kind="examination.reported").count() == 2


def test_a_cancelled_order_gives_its_time_back_and_takes_no_result(ward: Ward) -> None:
    ward.times(1)
    made = ward.order().order
    examinations.cancel_order(made.pk, "已好转", by=ward.doctor, at=NOW)
    examinations.cancel_order(made.pk, "已好转", by=ward.doctor, at=NOW)
    assert Place.objects.filter(taken_by=None).count() == 1
    with pytest.raises(BookingEnded):
        examinations.report(made.pk, Result("正常"), by=ward.examiner, at=TOMORROW)


def test_a_stopped_machine_moves_everyone_to_the_same_examination_and_tells_the_orderer(ward: Ward) -> None:
    first, _ = ward.times()
    later, _ = ward.times(days=2)
    clinic.session(ward.item.department, TOMORROW + DAY, item=clinic.exam_item(ward.item.department, "心脏彩超"))
    made = ward.order()
    (moved,) = close_session(first.session_id, "机器检修", by=clinic.keeper(ward.item.institution), at=NOW)
    assert moved.new is not None
    assert (moved.new.place, moved.new.exam_order) == (later, made.order)
    assert Notice.objects.get(kind="examination.moved").user == ward.doctor


def test_without_a_free_time_an_order_may_wait_and_is_offered_the_next(ward: Ward) -> None:
    with pytest.raises(SlotTaken):
        ward.order()
    assert not ExamOrder.objects.exists()
    waits = ward.order(may_wait=True)
    assert waits.booking is None
    assert waits.entry is not None
    assert waits.entry.state == "waiting"
    (taken,) = ward.times(1, days=1)
    assert waiting.serve(at=NOW + HOUR) == 1
    kept = Booking.objects.get(exam_order=waits.order)
    assert (kept.place, kept.state) == (taken, "held")
    assert WaitingEntry.objects.get().state == "offered"


def test_times_named_free_are_those_that_can_be_ordered(ward: Ward) -> None:
    times = ward.times(3)
    access = Access({"public": None})
    listed = queries.free_places(
        [ward.item.department_id], NOW, NOW + 9 * DAY, access=access, at=NOW, exam_item_id=ward.item.pk
    )
    assert listed == times
    ward.order(place_id=times[1].pk)
    left = queries.free_places(
        [ward.item.department_id], NOW, NOW + 9 * DAY, access=access, at=NOW, exam_item_id=ward.item.pk
    )
    assert left == [times[0], times[2]]
