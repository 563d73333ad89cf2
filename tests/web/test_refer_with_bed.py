"""Referring to be admitted: beds and waits at the choice of institution, a bed held with the sending."""

from datetime import timedelta

import pytest
from django.test import Client

from fenji.apps.referrals.models import Referral
from fenji.apps.stays.models import Stay
from fenji.apps.stays.policies import Span
from tests.apps.stays import ward
from tests.factories.world import World, make_places, make_world, resident_id
from tests.web.entrance import client_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FILLED = {
    "urgency": "routine", "diagnosis": "I10 高血压", "institution": "yx-renmin", "consent_by": "self",
    "choice_code": "resident_wish", "history": "血压控制不佳三个月。", "bed": "yes",
}  # fmt: skip


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


@pytest.fixture
def doctor(world: World) -> Client:
    return client_of(world, "doctor")


def test_the_sheet_shows_free_beds_and_waits_and_sends_with_a_bed(world: World, doctor: Client, clock) -> None:
    beds = ward.beds(world.departments["yx-renmin.cardio"], 2, at=clock.at)
    make_places(world.departments["yx-renmin.cardio"], clock.at)
    path = f"/refer/{resident_id(world)}/"
    without = doctor.post(path, {name: text for name, text in FILLED.items() if name != "bed"}).content.decode()
    assert "近期等床" not in without and "预留号源" in without
    asked = doctor.post(path, FILLED).content.decode()
    assert "近期等床" in asked and "2 张" in asked and "合适的空床 2 张" in asked
    assert "预留号源" not in asked  # a bed instead of a clinic
    sent = doctor.post(path, {**FILLED, "step": "send"}, follow=True).content.decode()
    assert "已占床" in sent
    stay = Stay.objects.get()
    assert (stay.state, stay.referral_id, stay.resource_id in {bed.pk for bed in beds}) == (
        "held", Referral.objects.get().pk, True,
    )  # fmt: skip


def test_without_a_free_bed_the_referral_is_sent_and_the_receiver_finds_one(
    world: World, doctor: Client, clock
) -> None:
    (bed,) = ward.beds(world.departments["yx-renmin.cardio"], 1, at=clock.at)
    ward.reserve(bed, Span(clock.at + DAY, clock.at + 9 * DAY), at=clock.at)
    path = f"/refer/{resident_id(world)}/"
    assert "没有合适的空床" in doctor.post(path, FILLED).content.decode()
    assert doctor.post(path, {**FILLED, "step": "send"}).status_code == 302
    assert Referral.objects.get().state == "sent"
    assert not Stay.objects.filter(referral_id=Referral.objects.get().pk).exists()


def test_an_emergency_asks_for_no_bed_beforehand(world: World, doctor: Client, clock) -> None:
    ward.beds(world.departments["yx-renmin.cardio"], 1, at=clock.at)
    page = doctor.post(f"/refer/{resident_id(world)}/", {**FILLED, "urgency": "emergency"}).content.decode()
    assert "需要住院" not in page and "近期等床" not in page
