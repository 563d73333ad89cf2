"""The demonstration's wards and waiting lists go on living while nobody looks; its worker alone imports this.

Every house repeats its word, so that its board does not grow stale. In the lively wards whoever was expected to leave
leaves, others come. What happens in an hour follows from the seed and the hour alone: a job that runs twice tells the
same messages again, and each has its one effect. The message ids begin with `demo-`, the numbers of inpatients with Z.
"""

import logging
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from fenji.apps.common import clock
from fenji.apps.common.errors import DomainError
from fenji.apps.stays.models import Feed, Stay, Ward
from fenji.apps.stays.movements import word_from
from fenji.config import demonstration_waiting
from fenji.config.content import SEED
from fenji.config.demonstration_beds import EPISODE, LIVELY, PATIENTS, examine, people, tell
from fenji.kernel.stays import Event, ResourceKind, StayState

REPEATS_AFTER = timedelta(hours=3)  # well within what counts as silent
VISITS = range(8, 20)  # hours of the day in which patients are admitted
FULL = 12  # patients of a lively ward, as many as it began with
LONGEST = timedelta(days=13)  # for whom nobody wrote when to leave: past the days suggested, so that some are proposed
LATE_BY = timedelta(hours=6)  # between the day expected and leaving, so that somebody is late now and then
UNDONE = [state.value for state in (StayState.CANCELLED, StayState.EXPIRED)]
log = logging.getLogger(__name__)


@app.periodic(cron="*/10 * * * *")
@app.task(name="demonstration.live", queueing_lock="demonstration.live")
def live(timestamp: int) -> int:
    """Every ten minutes; most of the time nothing is due."""
    return go_on(at=clock.now())


def go_on(*, at: datetime) -> int:
    """Let the hour happen; returns how many messages were told. Refuses outside a demonstration."""
    if not settings.DEMONSTRATION:
        raise RuntimeError("invented patients belong into a demonstration only")
    wards = _repeat(at) + sum(_pass_an_hour(ward, at) for ward in _lively())
    return wards + demonstration_waiting.pass_an_hour(at=at)


def _repeat(at: datetime) -> int:
    """Houses that keep their boards by hand say that all is as it was."""
    silent = Feed.objects.filter(by_messages=False, last_at__lt=at - REPEATS_AFTER)
    houses = list(silent.order_by("institution_id").values_list("institution_id", flat=True))
    for house in houses:
        with transaction.atomic():
            word_from(house, by_messages=False, at=at)
    return len(houses)


def _lively() -> list[Ward]:
    found = [Ward.objects.filter(institution__code=house, department__code=unit).first() for house, unit in LIVELY]
    return [ward for ward in found if ward is not None]


def _pass_an_hour(ward: Ward, at: datetime) -> int:
    hour = at.replace(minute=0, second=0, microsecond=0)
    try:
        with transaction.atomic():
            told = _leave(ward, hour, at) + _come(ward, hour, at)
            examine(ward, at)
            return told
    except DomainError as error:  # e.g. a visitor is moving patients at this moment: the next hour goes on
        log.info("ward %s rests this hour: %s", ward.pk, error)
        return 0


def _leave(ward: Ward, hour: datetime, at: datetime) -> int:
    """The demonstration's own patients whose time is over; whom a visitor admitted stays."""
    lying = Stay.objects.filter(ward=ward, state=StayState.OCCUPIED, episode__startswith=EPISODE)
    over = [stay for stay in lying.order_by("from_at") if _ends(stay) <= hour]
    for stay in over:
        tell(ward, f"out-{stay.episode}", Event.DISCHARGE, hour, stay.episode.removesuffix(ward.code), None, at)
    return len(over)


def _ends(stay: Stay) -> datetime:
    return stay.expected_at + LATE_BY if stay.expected_at else (stay.admitted_at or stay.from_at) + LONGEST


def _come(ward: Ward, hour: datetime, at: datetime) -> int:
    """By day one patient an hour while there is room: who, with what and for how long is drawn from seed and hour."""
    lying = Stay.objects.filter(ward=ward, state=StayState.OCCUPIED)
    if timezone.localtime(hour).hour not in VISITS or lying.count() >= FULL:
        return 0
    in_the_way = Stay.objects.filter(ward=ward, until_at__gt=hour).exclude(state__in=UNDONE)
    beds = ward.resources.filter(kind=ResourceKind.BED, is_isolation=False)
    bed = beds.exclude(pk__in=in_the_way.values("resource")).order_by("code").first()
    resident = next(people(), None)
    if bed is None or resident is None:
        return 0
    draw = Random(f"{SEED}:{ward.institution_id}:{ward.code}:{hour:%Y%m%d%H}")  # noqa: S311  (not a secret)
    diagnosis, _since, left = draw.choice(PATIENTS)
    until = hour + timedelta(days=draw.randint(2, 9)) if left is not None else None
    number = f"{EPISODE}{hour:%y%m%d%H}"
    tell(ward, f"in-{number}", Event.ADMIT, hour, number, bed, at, until=until, resident=resident, code=diagnosis)
    return 1
