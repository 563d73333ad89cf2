"""A rota is repeated week by week by those who still work there, and only while somebody keeps it."""

from datetime import date, timedelta

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.common.clock import Frozen
from fenji.apps.registry import posts, rota, tasks
from fenji.apps.registry.models import Department, Duty, Membership
from fenji.kernel.roles import Role
from tests.factories.world import World, make_world, person

HALF, DAY, WEEK = timedelta(hours=12), timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    world = make_world(clock.at)
    world.people["night"] = person("night", world.county, Role.REFERRAL_OFFICE)
    return world


@pytest.fixture
def office(world: World) -> Department:
    """An office with a week of days and nights from now on."""
    office = world.departments["yx-renmin.office"]
    for half in range(14):
        put(office, world.night if half % 2 else world.office, world.at + half * HALF)
    return office


def put(office: Department, user: User, from_at: object) -> Duty:
    return Duty.objects.create(department=office, user=user, from_at=from_at, until_at=from_at + HALF)  # type: ignore[operator]


def test_the_last_week_is_repeated_four_weeks_ahead(world: World, office: Department) -> None:
    assert rota.repeat(world.at) == 3 * 14
    for day in range(28):
        assert posts.on_duty(office, world.at + day * DAY) == world.office
        assert posts.on_duty(office, world.at + day * DAY + HALF) == world.night


def test_doing_it_twice_adds_nothing(world: World, office: Department) -> None:
    rota.repeat(world.at)
    assert rota.repeat(world.at) == 0


def test_a_day_later_a_week_more_follows(world: World, office: Department, clock: Frozen) -> None:
    rota.repeat(world.at)
    clock.advance(DAY)
    tasks.repeat_rota(0)
    assert posts.on_duty(office, world.at + 4 * WEEK) == world.office


def test_who_has_left_is_not_put_on_duty(world: World, office: Department) -> None:
    Membership.objects.filter(user=world.night).update(valid_until=date(2026, 3, 5))
    rota.repeat(world.at)
    assert posts.on_duty(office, world.at + WEEK) == world.office
    assert posts.on_duty(office, world.at + WEEK + HALF) is None


def test_a_closed_account_is_not_either(world: World, office: Department) -> None:
    User.objects.filter(pk=world.night.pk).update(is_active=False)
    rota.repeat(world.at)
    assert not Duty.objects.filter(user=world.night, from_at__gte=world.at + WEEK).exists()


def test_when_nobody_is_left_it_ends(world: World, office: Department) -> None:
    Membership.objects.filter(institution=world.county).update(valid_until=date(2026, 3, 5))
    assert rota.repeat(world.at) == 0


def test_a_rota_that_was_given_up_stays_so(world: World, office: Department, clock: Frozen) -> None:
    clock.advance(2 * WEEK)
    assert rota.repeat(clock.at) == 0


def test_what_was_arranged_ahead_by_hand_is_kept(world: World, office: Department) -> None:
    by_hand = put(office, world.physician, world.at + WEEK + 3 * DAY)
    rota.repeat(world.at)
    assert posts.on_duty(office, by_hand.from_at) == world.physician
    assert not Duty.objects.filter(department=office, user=world.office, from_at=by_hand.from_at).exists()
