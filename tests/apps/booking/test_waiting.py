"""The waiting list: order, offers, answers, silence, and why somebody was served before another."""

from datetime import datetime, timedelta
from inspect import getsource
from typing import Any
from uuid import UUID

import pytest

from fenji.apps.booking import actions, fairness, offering, queries, waiting
from fenji.apps.booking.errors import AlreadyWaiting, HoldExtended, OfferOver, SlotTaken
from fenji.apps.booking.models import Booking, Offer, Place, Session, WaitingEntry
from fenji.apps.booking.policies import Access, Wanted
from fenji.apps.booking.sessions import close_session
from fenji.apps.common import rulebooks
from fenji.apps.common.errors import Forbidden, Invalid, NotFound
from fenji.apps.notices.models import Notice
from fenji.apps.registry.models import Department
from fenji.apps.residents.models import ResidentAccount
from fenji.kernel.referral import Urgency
from fenji.kernel.roles import Role
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

pytestmark = pytest.mark.django_db
PUBLIC = Access({"public": None})
ANSWER = 12 * HOUR  # a routine answer in Yangjiang
SOON = TOMORROW + 2 * DAY


@pytest.fixture(autouse=True)
def _rulebook() -> None:
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)


def full_clinic(places: int = 1, at: datetime = SOON) -> tuple[Session, list[Booking]]:
    """Every place is somebody's."""
    made = clinic.session(clinic.department(), at, places=places)
    taken = [
        actions.book(clinic.resident(), place_id=one.pk, by=None, at=NOW, access=PUBLIC) for one in clinic.places(made)
    ]
    return made, taken


def enter(where: Department, *, minutes: int = 0, urgency: Urgency = Urgency.ROUTINE, **more: Any) -> WaitingEntry:
    wanted = Wanted((where.pk,), more.pop("from_at", NOW), more.pop("until_at", NOW + 30 * DAY), **more)
    at = NOW + timedelta(minutes=minutes)
    return waiting.enter(clinic.resident(), wanted, urgency=urgency, by=None, at=at)


def open_offer() -> Offer:
    return Offer.objects.get(state="open")


def state_of(entry: WaitingEntry) -> str:
    entry.refresh_from_db()
    return entry.state


def test_a_freed_place_is_offered_to_the_most_urgent_then_to_who_came_first() -> None:
    session, (first, second, third) = full_clinic(3)
    late, urgent, early = (
        enter(session.department, minutes=5),
        enter(session.department, minutes=6, urgency=Urgency.URGENT),
        enter(session.department, minutes=1),
    )
    for booking, whose in ((first, urgent), (second, early), (third, late)):
        actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
        offer = Offer.objects.get(place=booking.place)
        assert offer.entry == whose
        assert offer.booking.resident_id == whose.resident_id
    assert Place.objects.filter(taken_by=None).count() == 0


def test_an_offered_place_is_nobody_elses_and_acceptance_books_it() -> None:
    session, (booking,) = full_clinic()
    entry = enter(session.department)
    actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
    with pytest.raises(SlotTaken):
        actions.book(clinic.resident(), place_id=booking.place_id, by=None, at=NOW + HOUR, access=PUBLIC)
    offer = open_offer()
    assert offer.answer_by == NOW + HOUR + ANSWER
    assert waiting.accept(offer.pk, by=None, at=NOW + 2 * HOUR).state == "booked"
    assert waiting.accept(offer.pk, by=None, at=NOW + 2 * HOUR).pk == offer.booking_id  # twice is once
    assert state_of(entry) == "booked"
    told = Notice.objects.filter(kind="waiting.offered", resident_id=entry.resident_id)
    assert {one.channel for one in told} == {"desk", "call"}


def test_silence_passes_the_place_on_and_too_much_of_it_ends_the_waiting() -> None:
    session, (booking,) = full_clinic()
    first, second = enter(session.department), enter(session.department, minutes=1)
    actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
    due = open_offer().answer_by
    assert waiting.serve(at=due - timedelta(seconds=1)) == 0
    assert waiting.serve(at=due) == 1
    assert open_offer().entry == second
    assert (state_of(first), first.silences) == ("waiting", 1)
    again = clinic.session(session.department, SOON + DAY, places=1)
    assert waiting.serve(at=due + HOUR) == 1  # another place: the first in order again
    offer = Offer.objects.get(place__session=again)
    assert offer.entry == first
    waiting.serve(at=offer.answer_by)
    assert state_of(first) == "silent"
    assert Notice.objects.filter(kind="waiting.ended", resident_id=first.resident_id).exists()


def test_an_answer_after_its_time_is_too_late_although_the_place_is_still_kept() -> None:
    session, (booking,) = full_clinic()
    enter(session.department)
    actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
    offer = open_offer()
    assert offer.booking.held_until == offer.answer_by + offering.GRACE
    for act in (waiting.accept, actions_confirm):
        with pytest.raises(OfferOver):
            act(offer.pk, by=None, at=offer.answer_by)
    with pytest.raises(HoldExtended):
        actions.extend_hold(offer.booking_id, until=offer.answer_by + HOUR, by=None, at=NOW + HOUR)


def actions_confirm(offer_id: UUID, *, by: None, at: datetime) -> Booking:
    return actions.confirm(Offer.objects.get(pk=offer_id).booking_id, by=by, at=at)


def test_without_a_worker_the_place_is_free_for_all_after_the_grace_and_no_offer_stands_in_the_way() -> None:
    session, (booking,) = full_clinic()
    entry = enter(session.department)
    actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
    over = open_offer().answer_by + offering.GRACE
    taken = actions.book(clinic.resident(), place_id=booking.place_id, by=None, at=over, access=PUBLIC)
    assert taken.state == "booked"
    waiting.serve(at=over + HOUR)
    assert (state_of(entry), Offer.objects.get().state) == ("waiting", "silent")


def test_who_declines_keeps_the_place_in_the_list_and_the_next_is_offered() -> None:
    session, (booking,) = full_clinic()
    first, second = enter(session.department), enter(session.department, minutes=1)
    actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
    offer = open_offer()
    waiting.decline(offer.pk, by=None, at=NOW + 2 * HOUR)
    assert waiting.decline(offer.pk, by=None, at=NOW + 2 * HOUR).state == "waiting"
    assert open_offer().entry == second
    assert fairness.position_of(first) == 0
    with pytest.raises(OfferOver):
        waiting.accept(offer.pk, by=None, at=NOW + 2 * HOUR)


def test_who_leaves_the_list_gives_a_kept_place_to_the_next() -> None:
    session, (booking,) = full_clinic()
    first, second = enter(session.department), enter(session.department, minutes=1)
    actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
    waiting.withdraw(first.pk, "已好转", by=None, at=NOW + 2 * HOUR)
    waiting.withdraw(first.pk, "已好转", by=None, at=NOW + 2 * HOUR)
    assert (state_of(first), open_offer().entry) == ("withdrawn", second)


def test_why_a_place_went_past_somebody_is_written_down_and_told() -> None:
    session, (booking,) = full_clinic()
    expert = enter(session.department, line="expert")
    later = enter(session.department, minutes=1, from_at=SOON + 9 * DAY)
    served = enter(session.department, minutes=2)
    last = enter(session.department, minutes=3)
    actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
    (one,) = fairness.served(session.department_id, NOW, NOW + DAY)
    assert one.offer.entry == served
    reasons = [(entry.pk, str(why)) for entry, why in one.passed]
    assert reasons == [
        (expert.pk, str(fairness.REASONS["wants_other"])), (later.pk, str(fairness.REASONS["wants_other_time"])),
    ]  # fmt: skip
    assert fairness.why_before(served, expert) == fairness.REASONS["wants_other"]
    assert fairness.why_before(served, last) == fairness.EARLIER
    assert fairness.why_before(last, served) == ""
    assert [fairness.position_of(entry) for entry in (expert, later, last)] == [0, 1, 3]


def test_every_code_of_a_reason_has_words() -> None:
    source = getsource(offering)
    codes = {code for code in fairness.REASONS if f'"{code}"' in source}
    assert codes == set(fairness.REASONS)


def test_what_is_free_already_is_offered_at_once_and_new_places_go_to_the_list_first() -> None:
    where = clinic.department()
    clinic.session(where, SOON, places=1)
    assert enter(where).state == "offered"
    second = enter(where, minutes=1)
    assert second.state == "waiting"
    clinic.session(where, SOON + DAY, places=1)
    assert waiting.serve(at=NOW + HOUR) == 1
    assert state_of(second) == "offered"


def test_a_place_too_near_is_not_offered() -> None:
    where = clinic.department()
    clinic.session(where, NOW + 3 * HOUR, places=1)
    assert enter(where).state == "waiting"


def test_one_waits_once_for_the_same_and_for_a_time_to_come() -> None:
    where, who = clinic.department(), clinic.resident()
    wanted = Wanted((where.pk,), NOW, NOW + DAY)
    waiting.enter(who, wanted, by=None, at=NOW)
    with pytest.raises(AlreadyWaiting):
        waiting.enter(who, wanted, by=None, at=NOW)
    for bad in (Wanted((where.pk,), NOW - DAY, NOW), Wanted((), NOW, NOW + DAY), Wanted((987654,), NOW, NOW + DAY)):
        with pytest.raises(Invalid):
            waiting.enter(clinic.resident(), bad, by=None, at=NOW)
    assert waiting.end_overdue(at=NOW + DAY) == 1
    assert WaitingEntry.objects.get(resident_id=who).state == "over"


def test_a_closed_clinic_takes_its_offers_back_and_the_entry_waits_on() -> None:
    session, (booking,) = full_clinic()
    entry = enter(session.department)
    actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
    close_session(session.pk, "停电", by=None, at=NOW + 2 * HOUR)
    assert (state_of(entry), Offer.objects.get().state) == ("waiting", "ended")
    assert not Booking.objects.filter(session=session, state__in=["held", "booked"]).exists()


def test_a_stranger_neither_enters_nor_answers_for_a_resident() -> None:
    session, (booking,) = full_clinic()
    entry = enter(session.department)
    actions.cancel(booking.pk, "不去了", by=None, at=NOW + HOUR)
    offer, stranger = open_offer(), clinic.keeper(clinic.hospital(), Role.PHYSICIAN)
    for act in (waiting.accept, waiting.decline):
        with pytest.raises(NotFound):
            act(offer.pk, by=stranger, at=NOW + HOUR)
    with pytest.raises(NotFound):
        waiting.withdraw(entry.pk, by=stranger, at=NOW + HOUR)
    with pytest.raises(NotFound):
        waiting.enter(entry.resident_id, Wanted((session.department_id,), NOW, NOW + DAY), by=stranger, at=NOW)
    desk = clinic.keeper(session.department)  # the receiving desk answers for who is told by telephone
    assert waiting.accept(offer.pk, by=desk, at=NOW + HOUR).state == "booked"


def test_nobody_puts_himself_ahead_by_calling_himself_urgent() -> None:
    where, whom, patient = clinic.department(), clinic.resident(), clinic.doctor("梁居民")
    ResidentAccount.objects.create(user=patient, resident_id=whom, relation="self", from_at=NOW - DAY)
    wanted = Wanted((where.pk,), NOW, NOW + DAY)
    for urgency in (Urgency.URGENT, Urgency.EMERGENCY):
        with pytest.raises(Forbidden):
            waiting.enter(whom, wanted, urgency=urgency, by=patient, at=NOW)
    assert waiting.enter(whom, wanted, by=patient, at=NOW).urgency == Urgency.ROUTINE


def test_the_list_is_shown_in_the_order_in_which_it_is_served() -> None:
    where = clinic.department()
    entries = [enter(where, minutes=n, urgency=u) for n, u in ((3, "routine"), (2, "routine"), (5, "emergency"))]
    shown = list(fairness.waiting_list(where.pk))
    assert shown == [entries[2], entries[1], entries[0]]
    assert [one.pk for one in fairness.entries_of(entries[0].resident_id)] == [entries[0].pk]
    assert queries.next_free([where.pk], access=PUBLIC, at=NOW) == {}
