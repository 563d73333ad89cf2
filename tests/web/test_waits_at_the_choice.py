"""What waiting meant lately, group by group, beside each institution one may choose and at the commission."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from fenji.apps.booking import actions
from fenji.apps.common.clock import Frozen
from fenji.apps.residents.models import ResidentAccount
from tests.factories.world import World, make_places, make_resident, make_world, resident_id
from tests.web.entrance import client_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ASKED = {"urgency": "routine", "diagnosis": "I10 高血压", "consent_by": "self", "history": "血压控制不佳三个月。"}


@pytest.fixture
def world(db: None, clock: Frozen, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


def told(client: Client, path: str, given: dict[str, str] | None = None) -> str:
    """The page's words without its tags."""
    answer = client.post(path, given) if given else client.get(path)
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def book(world: World, days: int, *, is_referred: bool = False, put_off: int = 0) -> None:
    """Somebody without a contract is booked; perhaps puts it off."""
    where, who = world.departments["yx-renmin.cardio"], make_resident(world.at).pk
    place = make_places(where, world.at, count=1, days_ahead=days, pool="public")[0]
    referral = uuid4() if is_referred else None
    made = actions.book(
        who, place_id=place.pk, referral_id=referral, by=None, at=world.at, requested_at=place.starts_at - days * DAY
    )
    if put_off:
        later = make_places(where, world.at, count=1, days_ahead=days + put_off, pool="public")[0]
        ResidentAccount.objects.create(user=world.patient, resident_id=who, from_at=world.at)
        actions.move_to(made.pk, place_id=later.pk, by=world.patient, at=world.at + timedelta(minutes=1))


def test_the_sheet_shows_the_three_groups_with_their_counts(world: World, clock: Frozen) -> None:
    path, doctor = f"/refer/{resident_id(world)}/", client_of(world, "doctor")
    assert "近期等待 —" in told(doctor, path, ASKED)
    book(world, 2, is_referred=True)
    book(world, 6)
    book(world, 6, put_off=3)
    clock.advance(timedelta(minutes=10))
    page = told(doctor, path, ASKED)
    assert "近期等待 转诊 2 天 1 人次 签约 — 其他 6 天 2 人次" in page
    assert "另有居民自身原因平均 3 天（1 人次）" in doctor.post(path, ASKED).content.decode()


def test_the_commission_compares_the_same_three_groups(world: World, clock: Frozen) -> None:
    book(world, 2, is_referred=True)
    book(world, 6, put_off=3)
    clock.advance(timedelta(minutes=10))
    page = told(client_of(world, "officer"), "/commission/waiting/")
    assert "2.0 天 1 人次 — 6.0 天 1 人次 另有居民自身原因平均 3.0 天（1 人次） 4.0 天" in page
