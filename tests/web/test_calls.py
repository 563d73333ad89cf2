"""The call list says whom to telephone and about whom; a patient is named to who takes part, and it is recorded."""

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.models import Notice
from fenji.kernel.referral import State
from tests.factories import journey
from tests.factories.world import World, make_world, resident_id
from tests.web.entrance import client_of, text_of


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


def listed(resident: object) -> list[AuditEvent]:
    read = AuditEvent.objects.filter(verb__in=["referral.list", "resident.list"], details__list="calls")
    return [event for event in read if str(resident) in event.details["residents"]]


def test_an_emergency_at_night_names_the_number_the_referral_and_the_patient(world: World, clock: Frozen):
    unit = world.departments["yx-renmin.emergency"].pk
    sent = journey.reach(world, State.SENT, urgency="emergency", specialty="", department=unit)
    page = text_of(client_of(world, "office"), "/office/calls/")
    for said in ("tel:0662-0000120", sent.number, "陈小明", "高血压", f"/referrals/{sent.pk}/"):
        assert said in page, said
    (event,) = listed(resident_id(world))
    assert (event.actor_id, event.institution_id) == (world.office.pk, world.county.pk)
    assert "陈小明" not in text_of(client_of(world, "tcm_office"), "/office/calls/")


def test_a_resident_without_a_mobile_is_named_to_the_house_that_calls(world: World, clock: Frozen):
    journey.reach(world, State.ACCEPTED)
    page = text_of(client_of(world, "doctor"), "/office/calls/")
    assert "打给居民" in page and f"/residents/{resident_id(world)}/" in page
    assert len(listed(resident_id(world))) == 1


def test_who_takes_no_part_reads_the_notice_without_the_patient(world: World, clock: Frozen):
    elsewhere = journey.reach(world, State.SENT, institution=world.city.code)
    Notice.objects.create(
        kind="referral.overdue", cause_kind="referral", cause_id=str(elsewhere.pk), once_key="k", channel="call",
        institution_id=world.county.pk, text="请处理", made_at=clock.at,
    )  # fmt: skip
    page = text_of(client_of(world, "office"), "/office/calls/")
    assert "请处理" in page and "陈小明" not in page and elsewhere.number not in page
    assert listed(resident_id(world)) == []
