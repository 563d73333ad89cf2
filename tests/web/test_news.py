"""News of the family doctor's desk: who, what, from where; what its own lists show as late is not said again."""

from datetime import timedelta

import pytest

from fenji.apps.common.clock import Frozen
from fenji.apps.notices.actions import Addressee, Channel, notify
from fenji.apps.notices.queries import inbox
from fenji.apps.referrals import actions
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Department, Membership
from fenji.apps.registry.posts import desks_of
from fenji.kernel.referral import State
from fenji.web.family_doctor.news import News, latest_news
from tests.factories.journey import reach, step
from tests.factories.world import World, make_world
from tests.web.entrance import client_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


def news(world: World, *listed: Referral) -> list[News]:
    post = Membership.objects.get(user=world.doctor)
    notices = inbox(world.doctor.pk, desks_of(post))
    return latest_news(notices, world.township.pk, listed=[one.pk for one in listed], most=8)


def test_news_name_the_patient_the_event_and_the_other_house(world: World) -> None:
    refused = reach(world, State.REFUSED)
    (told,) = [one for one in news(world) if one.notice.kind == "referral.refuse"]
    assert (told.referral, told.other, told.words) == (refused, world.county, "不接收")
    page = text(client_of(world, "doctor").get("/family-doctor/"))
    assert f'<a href="/referrals/{refused.pk}/">陈小明</a> 不接收' in page


def test_of_a_patient_coming_down_the_other_house_is_the_sender(world: World) -> None:
    reach(world, State.RETURNED)
    down = Referral.objects.get(direction="down")
    step(world, down, "accept")
    assert {one.other for one in news(world) if one.referral == down} == {world.county}


def test_lateness_is_news_only_where_no_list_shows_it(world: World, clock: Frozen) -> None:
    refused = reach(world, State.REFUSED)
    clock.advance(timedelta(days=9))
    actions.escalate_overdue(at=clock.at)
    late = [one.referral for one in news(world) if one.notice.kind == "referral.overdue"]
    assert late == [refused]
    assert [one for one in news(world, refused) if one.notice.kind == "referral.overdue"] == []


def test_a_notice_of_something_else_keeps_its_own_words(world: World, clock: Frozen) -> None:
    office = Department.objects.filter(institution=world.township, is_office=True).first()
    to = [Addressee(institution_id=world.township.pk, department_id=office and office.pk, channel=Channel.DESK)]
    notify("clinic.closed", cause=("session", "1"), to=to, text="周五停诊。", at=clock.at, once_key="x")
    assert [(one.referral, one.words) for one in news(world)] == [(None, "")]
    assert "周五停诊。" in text(client_of(world, "doctor").get("/family-doctor/"))
