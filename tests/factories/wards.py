"""A ward with life in it: beds of each state, a proposal to send somebody down, a day surgery with its calls."""

from datetime import date, timedelta

from fenji.apps.stays import going_down, movements, reconciliation, surgery
from fenji.apps.stays.models import Resource
from fenji.apps.stays.policies import Span
from fenji.kernel.day_surgery import CHECKLIST, SIGNS
from fenji.kernel.stays import Event, ResourceKind
from tests.apps.stays import ward
from tests.factories.world import World, resident_id

DAY = timedelta(days=1)


def make_ward(world: World) -> list[Resource]:
    """In the county hospital's cardiology; the world's resident has been lying there for nine days."""
    where, at, physician = world.departments["yx-renmin.cardio"], world.at, world.physician
    beds = ward.beds(where, 6, at=at)
    for kind in (ResourceKind.THEATRE, ResourceKind.RECOVERY):
        ward.beds(where, 1, at=at, handed=False, kind=kind, used_from=date(2020, 1, 1))
    hand = {"institution_id": world.county.pk, "by": physician, "at": at}
    movements.by_hand(
        Event.ADMIT, happened_at=at - 9 * DAY, bed="b1", resident_id=resident_id(world), sex=1, diagnosis_code="I10",
        **hand,
    )  # fmt: skip
    out = movements.by_hand(Event.ADMIT, happened_at=at - DAY, bed="b2", sex=2, **hand)
    movements.by_hand(Event.DISCHARGE, episode=out.episode, **hand)
    movements.by_hand(Event.BLOCK, bed="b3", reason="呼叫铃坏", **hand)
    ward.reserve(beds[3], Span(at + DAY, at + 4 * DAY), at=at)
    going_down.propose(at=at)
    reconciliation.compare({"b5": "X"}, institution_id=world.county.pk, taken_at=at, by=None, at=at)
    _day_surgeries(world)
    return beds


def _day_surgeries(world: World) -> None:
    """One at its beginning, one whose patient went home and is to be called."""
    assert world.resident is not None
    where, given = world.departments["yx-renmin.cardio"], {"by": world.physician, "at": world.at}
    home = surgery.request(world.resident, where, "白内障超声乳化", **given)
    home = surgery.assess(home.pk, dict.fromkeys(CHECKLIST, True), "", version=home.version, **given)
    home = surgery.book(home.pk, world.at, version=home.version, **given)
    home = surgery.operate(home.pk, version=home.version, **given)
    surgery.discharge(home.pk, dict.fromkeys(SIGNS, 2), version=home.version, **given)
    surgery.request(world.resident, where, "体表肿物切除", **given)
