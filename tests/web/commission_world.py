"""A city with a fortnight of referrals made by the real actions: in time, late, refused, missed, sent down again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from pytest_django import DjangoDbBlocker

from fenji.apps.accounts.models import User
from fenji.apps.common import clock as fenji_clock
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions
from fenji.apps.referrals.given import Given, Plan, Task
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Region
from fenji.apps.residents.models import CareRelationKind
from fenji.apps.residents.relations import open_relation
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Kind, Level, Tier
from tests.factories.world import World, institution, make_places, make_resident, make_world, person

REPLY = {"diagnosis_name": "高血压", "treatment": "调整用药后血压平稳。"}
NAMES = ("陈小明", "李大山", "王阿婆", "何家俊", "冯玉珍", "单秀英")


@contextmanager
def standing_world(blocker: DjangoDbBlocker, at: datetime) -> Iterator[tuple[World, datetime]]:
    """The story told once for all tests of a module, and when it ends; each test finds it whole again."""
    with blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        with fenji_clock.set_to(at) as clock:
            world = make_commission_world(clock)
            end = clock.at
    try:
        yield world, end
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


def make_commission_world(clock: Frozen) -> World:
    """Two counties, their commissions and the city's; the time afterwards is a week and a half later."""
    world = make_world(clock.at)
    city = Region.objects.get(code="441700")
    other = Region.objects.create(code="441781", name="阳春市", parent=city, basis=Basis.STATED)
    posts = (
        ("other_officer", institution("yc-weiji", "阳春市卫生计生局", Kind.COMMISSION, Tier.COUNTY, Level.NONE, other)),
        ("city_officer", institution("yj-weiji", "阳江市卫生计生局", Kind.COMMISSION, Tier.CITY, Level.NONE, city)),
    )
    for name, house in posts:
        world.people[name] = person(name, house, Role.COMMISSION)
    insurer = institution("yj-yibao", "阳江市社保局", Kind.INSURER, Tier.CITY, Level.NONE, city)
    world.people["insurer"] = person("insurer", insurer, Role.INSURER)
    _tell(world, clock)
    return world


def _tell(world: World, clock: Frozen) -> None:
    cardio = world.departments["yx-renmin.cardio"]
    places = make_places(cardio, clock.at, count=8, days_ahead=1)
    back, missed = (_refer(world, name, place=places[n].pk) for n, name in enumerate(NAMES[:2]))
    refused = _refer(world, NAMES[2])
    skipping = _refer(world, NAMES[3], institution=world.city.code)
    clock.advance(timedelta(hours=2))
    for referral in (back, missed):
        go(referral, "accept", world.office)
    go(refused, "refuse", world.office, reason="below_level", note="血压可在基层调整")
    go(skipping, "accept", world.city_office)
    clock.move_to(places[0].starts_at)
    for action, by, given in _treatment(world, clock):
        go(back, action, by, **given)
    clock.move_to(places[7].ends_at + timedelta(days=2))
    _refer(world, NAMES[4])  # nobody will answer
    sweep(clock, timedelta(days=8))


def _treatment(world: World, clock: Frozen) -> list[tuple[str, User, dict[str, Any]]]:
    plan = Plan("继续两联降压", (Task((clock.at + timedelta(days=3)).date(), "测血压"),))
    down = {"reply": REPLY, "plan": plan, "institution": world.township.code}
    return [("arrive", world.office, {}), ("start_care", world.physician, {}), ("return_down", world.physician, down)]


def go(referral: Referral, action: str, by: User, **given: Any) -> Referral:
    version = Referral.objects.get(pk=referral.pk).version
    return actions.perform(referral.pk, action, Given(**given), by=by, version=version)


def sweep(clock: Frozen, span: timedelta) -> None:
    """Time passes, and the clock's own work is done every six hours of it."""
    end = clock.at + span
    while clock.at < end:
        clock.advance(timedelta(hours=6))
        actions.escalate_overdue(at=clock.at)


def _refer(world: World, name: str, **changes: Any) -> Referral:
    someone = make_resident(world.at, name=name)
    open_relation(
        someone.pk, institution_id=world.township.pk, kind=CareRelationKind.CONTRACT, cause_kind="contract",
        cause_id=str(someone.pk), at=world.at - timedelta(days=1),
    )  # fmt: skip
    form = world.form(choice_reason="就近", **changes)
    return actions.refer(someone.pk, form, by=world.doctor, institution_id=world.township.pk)
