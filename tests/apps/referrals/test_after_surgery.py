"""A patient who does not recover well after a day surgery: hospital and community hear at once, once."""

from datetime import timedelta
from typing import Any

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.contracts.models import Contract
from fenji.apps.notices.models import Notice
from fenji.apps.referrals.actions.after_surgery import note_call
from fenji.apps.referrals.actions.going_down import hand_over_surgery
from fenji.apps.referrals.models import Referral
from fenji.apps.stays import surgery, surgery_calls
from fenji.apps.stays.models import Surgery, SurgeryCall
from fenji.kernel.day_surgery import CHECKLIST, SIGNS
from tests.apps.referrals.test_beds import down_form
from tests.apps.referrals.test_surgery_ahead import sent
from tests.factories.theatres import make_theatres
from tests.factories.world import World, make_world

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)
BAD: dict[str, Any] = {"reached": True, "is_well": False, "note": "切口渗血"}


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    made = make_world(clock.at)
    make_theatres(made, clock.at)
    return made


def gone_home(world: World, clock: Frozen) -> tuple[Referral, Surgery]:
    """Referred for the surgery by the township's doctor, operated and at home the same day."""
    referral, one = sent(world)
    given: dict[str, Any] = {"by": world.surgeon}
    one = surgery.assess(one.pk, dict.fromkeys(CHECKLIST, True), "", at=clock.at, version=one.version, **given)
    assert one.starts_at is not None
    clock.move_to(one.starts_at)
    one = surgery.operate(one.pk, at=clock.at, version=one.version, **given)
    return referral, surgery.discharge(
        one.pk, dict.fromkeys(SIGNS, 2), at=clock.at, version=one.version, **given
    )  # fmt: skip


def unwell() -> Any:
    return Notice.objects.filter(kind="surgery.unwell", channel="desk")


def test_department_office_and_the_doctor_below_are_told_once(world: World, clock: Frozen) -> None:
    referral, one = gone_home(world, clock)
    call = one.calls.order_by("due_at")[0]
    for _ in range(2):
        noted = note_call(call.pk, **BAD, by=world.surgeon, at=clock.at)
    desks = set(unwell().filter(user=None).values_list("institution_id", "department_id"))
    assert desks == {(world.county.pk, one.department_id), (world.county.pk, world.departments["yx-renmin.office"].pk)}
    below = unwell().get(user=world.doctor)
    assert (below.cause_kind, below.cause_id) == ("referral", str(referral.pk))
    assert unwell().count() == 3
    assert all("切口渗血" in one.text and world.resident.name not in one.text for one in unwell())
    assert surgery_calls.told_of(noted)[0] == "普通外科" and world.doctor.name in surgery_calls.told_of(noted)


def test_the_second_bad_call_is_news_again_and_a_good_one_is_none(world: World, clock: Frozen) -> None:
    _referral, one = gone_home(world, clock)
    first, second, third = one.calls.order_by("due_at")
    good = note_call(first.pk, reached=True, is_well=True, note="", by=world.surgeon, at=clock.at)
    note_call(second.pk, reached=False, is_well=None, note="", by=world.surgeon, at=clock.at)
    assert (unwell().count(), surgery_calls.told_of(good)) == (0, [])
    note_call(second.pk, **BAD, by=world.surgeon, at=clock.at)
    note_call(third.pk, **BAD, by=world.surgeon, at=clock.at)
    assert unwell().filter(user=world.doctor).count() == 2
    one.refresh_from_db()
    assert one.state == "followed"


def test_handed_over_the_notice_is_about_the_referral_down(world: World, clock: Frozen) -> None:
    _referral, one = gone_home(world, clock)
    down = hand_over_surgery(one.pk, down_form(world), by=world.surgeon, institution_id=world.county.pk)
    note_call(one.calls.order_by("due_at")[0].pk, **BAD, by=world.surgeon, at=clock.at)
    assert unwell().get(user=world.doctor).cause_id == str(down.pk)


def test_handed_to_another_house_that_house_is_told(world: World, clock: Frozen) -> None:
    _referral, one = gone_home(world, clock)
    elsewhere = {**down_form(world), "institution": world.county_tcm.code, "choice_code": "resident_wish"}
    down = hand_over_surgery(one.pk, elsewhere, by=world.surgeon, institution_id=world.county.pk)
    note_call(one.calls.order_by("due_at")[0].pk, **BAD, by=world.surgeon, at=clock.at)
    below = unwell().get(cause_id=str(down.pk))
    assert (below.institution_id, below.user) == (world.county_tcm.pk, None)
    assert not unwell().filter(user=world.doctor).exists()


def test_of_a_patient_without_a_referral_the_family_doctors_house_is_told(world: World, clock: Frozen) -> None:
    _referral, one = gone_home(world, clock)
    Surgery.objects.filter(pk=one.pk).update(referral_id=None)
    Referral.objects.update(receiver=world.city)
    day = clock.at.date()
    Contract.objects.create(
        resident=world.resident, team=world.team, signed_at=clock.at, valid_from=day - YEAR, valid_until=day + YEAR
    )  # fmt: skip
    note_call(one.calls.order_by("due_at")[0].pk, **BAD, by=world.surgeon, at=clock.at)
    assert unwell().filter(institution_id=world.township.pk, department_id=None).count() == 1


def test_what_is_wrong_tells_nobody(world: World, clock: Frozen) -> None:
    _referral, one = gone_home(world, clock)
    call = one.calls.order_by("due_at")[0]
    for wrong in ({**BAD, "is_well": None}, {**BAD, "note": "打 13800138000"}):
        with pytest.raises(Invalid):
            note_call(call.pk, **wrong, by=world.surgeon, at=clock.at)
    with pytest.raises(NotFound):
        note_call(call.pk, **BAD, by=world.city_physician, at=clock.at)
    assert (unwell().count(), SurgeryCall.objects.filter(done_at=None).count()) == (0, 3)
