"""A township's referral for a day surgery: clinic, theatre and recovery place with the sending, or nothing at all."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions
from fenji.apps.referrals.actions.surgery_ahead import refer_for_surgery
from fenji.apps.referrals.given import Given
from fenji.apps.referrals.models import Referral
from fenji.apps.stays import surgery, surgery_ahead, theatres
from fenji.apps.stays.errors import EndsTooLate, FeedStale, NoTheatre
from fenji.apps.stays.models import Stay, Surgery
from fenji.apps.stays.policies import Person
from fenji.kernel.day_surgery import CHECKLIST
from tests.factories.theatres import PROCEDURE, form_for_surgery, make_theatres
from tests.factories.world import World, make_places, make_resident, make_world, resident_id

pytestmark = pytest.mark.django_db
FIT = dict.fromkeys(CHECKLIST, True)


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    made = make_world(clock.at)
    make_theatres(made, clock.at)
    return made


def sent(world: World, starts_at: datetime | None = None, **changes: Any) -> tuple[Referral, Surgery]:
    return refer_for_surgery(
        resident_id(world), form_for_surgery(world, **changes), PROCEDURE, starts_at, by=world.doctor,
        institution_id=world.township.pk,
    )  # fmt: skip


def reserved() -> list[str]:
    return sorted(Stay.objects.filter(state="reserved").values_list("kind", flat=True))


def move(referral: Referral, action: str, world: World, **given: Any) -> None:
    by = world.doctor if action == "withdraw" else world.office
    version = Referral.objects.get(pk=referral.pk).version
    actions.perform(referral.pk, action, Given(**given), by=by, version=version)


def test_everything_is_taken_with_the_sending_and_the_assessment_is_left_to_the_hospital(
    world: World, clock: Frozen
) -> None:
    place = make_places(world.departments["yx-renmin.surgery"], clock.at)[0]
    referral, made = sent(world, place=place.pk)
    assert (referral.state, referral.booking.place, referral.booking.state) == ("sent", place, "held")
    assert (made.state, made.referral_id, made.department) == ("requested", referral.pk, referral.department)
    assert reserved() == ["recovery", "theatre"]
    assert {stay.referral_id for stay in Stay.objects.all()} == {referral.pk}
    assert made.starts_at is not None
    assert made.starts_at.date() == theatres.first_day_from_below(clock.at)
    told = Notice.objects.get(kind="surgery.reserved", channel="desk")
    assert told.resident_id == referral.resident_id and "术前评估" in told.text


def test_the_times_offered_leave_the_hospital_its_time_to_assess(world: World, clock: Frozen) -> None:
    first, *rest = theatres.times_from_below(world.county.pk, Person(), at=clock.at)
    assert first.date() > (clock.at + timedelta(hours=72)).date() and len(rest) == 4
    with pytest.raises(Invalid) as refused:
        sent(world, first - timedelta(days=2))
    assert set(refused.value.fields) == {"surgery_at"}
    assert not Referral.objects.exists()


def test_from_below_recovery_must_end_before_closing_too(world: World, clock: Frozen) -> None:
    first = theatres.times_from_below(world.county.pk, Person(), at=clock.at)[0]
    with pytest.raises(EndsTooLate):
        sent(world, first.replace(hour=17))
    assert not Referral.objects.exists()


def test_fit_it_is_booked_with_the_time_kept_and_the_doctor_hears(world: World, clock: Frozen) -> None:
    referral, made = sent(world)
    done = surgery.assess(made.pk, FIT, "", by=world.surgeon, at=clock.at, version=made.version)
    assert (done.state, done.starts_at, reserved()) == ("booked", made.starts_at, ["recovery", "theatre"])
    told = Notice.objects.get(kind="surgery.answered")
    assert (told.user, told.cause_id) == (world.doctor, str(referral.pk))
    assert "评估合格" in told.text
    operated = surgery.operate(made.pk, by=world.surgeon, at=made.starts_at, version=done.version)
    assert operated.state == "operated"


def test_unfit_gives_theatre_and_recovery_place_back(world: World, clock: Frozen) -> None:
    _referral, made = sent(world)
    surgery.assess(made.pk, {**FIT, "asa": False}, "", by=world.surgeon, at=clock.at, version=made.version)
    assert (Surgery.objects.get().state, reserved()) == ("unfit", [])
    assert "不宜日间手术" in Notice.objects.get(kind="surgery.answered").text
    sent(world)  # and the next may have them
    assert reserved() == ["recovery", "theatre"]


@pytest.mark.parametrize(
    ("action", "given"),
    [("withdraw", {"reason": "resident_declined"}), ("refuse", {"reason": "out_of_scope"})],
)
def test_who_does_not_come_by_the_referral_gives_everything_back(
    world: World, action: str, given: dict[str, Any]
) -> None:
    referral, made = sent(world)
    move(referral, action, world, **given)
    made.refresh_from_db()
    assert (made.state, made.due_at, reserved()) == ("cancelled", None, [])


def test_a_draft_turned_to_another_house_gives_them_back(world: World) -> None:
    referral, made = sent(world)
    Referral.objects.filter(pk=referral.pk).update(state="draft", sent_at=None)  # as sent back by who signs
    edited = form_for_surgery(world, institution=world.county_tcm.code)
    actions.perform(referral.pk, "edit", Given(form=edited), by=world.doctor, version=referral.version)
    made.refresh_from_db()
    assert (made.state, reserved()) == ("cancelled", [])


def test_a_referral_accepted_and_seen_keeps_them(world: World, clock: Frozen) -> None:
    place = make_places(world.departments["yx-renmin.surgery"], clock.at)[0]
    referral, _made = sent(world, place=place.pk)
    move(referral, "accept", world)
    clock.move_to(place.starts_at)
    move(referral, "arrive", world)
    assert (Surgery.objects.get().state, reserved()) == ("requested", ["recovery", "theatre"])


def test_when_one_thing_is_gone_nothing_is_written(world: World, clock: Frozen) -> None:
    _first, taken = sent(world)
    other = make_resident(clock.at, name="黎玉珍")
    for wanted, why in ((taken.starts_at, NoTheatre), (taken.starts_at + timedelta(hours=2), NoTheatre)):
        with pytest.raises(why):  # two hours later the theatre is free, the one recovery place is not
            refer_for_surgery(
                world.resident.pk, form_for_surgery(world), PROCEDURE, wanted, by=world.doctor,
                institution_id=world.township.pk,
            )  # fmt: skip
    assert (Referral.objects.count(), Surgery.objects.count(), len(reserved())) == (1, 1, 2)
    assert not Referral.objects.filter(resident=other).exists()


@pytest.mark.parametrize(
    ("changes", "procedure"),
    [
        ({}, "心脏移植"),
        ({"diagnosis_code": "I10", "diagnosis_name": "高血压"}, PROCEDURE),
        ({"urgency": "emergency"}, PROCEDURE),
    ],
)
def test_only_what_the_rules_open_and_never_in_an_emergency(
    world: World, changes: dict[str, Any], procedure: str
) -> None:
    with pytest.raises(Invalid) as refused:
        refer_for_surgery(
            resident_id(world), form_for_surgery(world, **changes), procedure, by=world.doctor,
            institution_id=world.township.pk,
        )  # fmt: skip
    assert set(refused.value.fields) == {"procedure"}
    assert not Referral.objects.exists()


def test_what_was_not_handed_over_and_a_silent_house_promise_nothing(world: World, clock: Frozen) -> None:
    _referral, made = sent(world)
    clock.advance(timedelta(days=30))
    assert theatres.times_from_below(world.county.pk, Person(), at=clock.at) == []
    with pytest.raises(Invalid) as refused:
        sent(world)
    assert set(refused.value.fields) == {"surgery_at"}
    with pytest.raises(FeedStale):
        sent(world, made.starts_at + timedelta(days=35))
    assert surgery_ahead.of_referral(made.referral_id, made.resident_id) == made
