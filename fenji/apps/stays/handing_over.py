"""Handing beds over to the platform and back: while handed over, referrals alone reserve them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid
from fenji.apps.stays import standing
from fenji.apps.stays.claim import lock_these
from fenji.apps.stays.errors import HandedOver, StillReserved
from fenji.apps.stays.models import HandOver, Resource, Stay
from fenji.apps.stays.policies import JUST_NOW
from fenji.kernel.stays import PLANNED, StayState


@transaction.atomic
def hand_over(
    resource_ids: Collection[int], *, from_at: datetime, until_at: datetime | None, by: User | None, at: datetime
) -> int:
    """Give resources to the platform over [from_at, until_at), None: until taken back. Returns how many are new.

    What is handed over over the very same span already is left as it is. Raises HandedOver for another span that
    overlaps, Invalid, NotFound.
    """
    if until_at is not None and until_at <= from_at:
        raise Invalid(fields={"until_at": _("结束须晚于开始。")})
    resources = _lock(resource_ids, by, at)
    same = HandOver.objects.filter(resource__in=resources, from_at=from_at, until_at=until_at)
    known = set(same.values_list("resource_id", flat=True))
    for number, resource in resources.items():
        if number not in known:
            _write(resource, from_at, until_at, by, at)
    if len(resources) > len(known):
        _note("beds.hand_over", resources.values(), by=by, at=at)
    return len(resources) - len(known)


@transaction.atomic
def take_back(resource_ids: Collection[int], *, from_at: datetime, by: User | None, at: datetime) -> int:
    """The hospital has them again from `from_at` on. Returns how many changed.

    Raises StillReserved while somebody is promised one of them after that, Invalid for a time gone by, NotFound.
    """
    if from_at < at - JUST_NOW:
        raise Invalid(fields={"from_at": _("收回的时间不能早于现在。")})
    resources = _lock(resource_ids, by, at)
    promised = Stay.objects.filter(
        resource__in=resources, state__in=[state.value for state in PLANNED], until_at__gt=from_at
    ).exclude(state=StayState.HELD, held_until__lte=at)
    if promised.exists():
        raise StillReserved
    standing = HandOver.objects.filter(Q(until_at=None) | Q(until_at__gt=from_at), resource__in=resources)
    changed = standing.filter(from_at__lt=from_at).update(until_at=from_at)
    changed += standing.filter(from_at__gte=from_at).delete()[0]
    if changed:
        _note("beds.take_back", resources.values(), by=by, at=at)
    return changed


@transaction.atomic
def keep_count(resources: Sequence[Resource], count: int, *, by: User | None, at: datetime) -> None:
    """So many of these resources are the platform's from now on; those in no promise come back first.

    Raises StillReserved when too many are promised, Invalid for more than there are, NotFound.
    """
    ids = [one.pk for one in resources]
    if not 0 <= count <= len(ids):
        raise Invalid(fields={"count": _("最多 %(n)d。") % {"n": len(ids)}})
    platforms = handed_over_at(ids, at)
    hand_over([one for one in ids if one not in platforms][: max(0, count - len(platforms))],
              from_at=at, until_at=None, by=by, at=at)  # fmt: skip
    surplus = max(0, len(platforms) - count)
    promised = Stay.objects.filter(
        resource__in=platforms, state__in=[state.value for state in PLANNED], until_at__gt=at
    ).exclude(state=StayState.HELD, held_until__lte=at)
    free = sorted(platforms - set(promised.values_list("resource_id", flat=True)), reverse=True)
    if len(free) < surplus:
        raise StillReserved
    take_back(free[:surplus], from_at=at, by=by, at=at)


def handed_over_at(resource_ids: Collection[int], at: datetime) -> set[int]:
    """Which of them are the platform's at a time."""
    standing = HandOver.objects.filter(
        Q(until_at=None) | Q(until_at__gt=at), resource__in=resource_ids, from_at__lte=at
    )
    return set(standing.values_list("resource_id", flat=True))


def _lock(resource_ids: Collection[int], by: User | None, at: datetime) -> dict[int, Resource]:
    resources = lock_these(resource_ids)
    for house in {one.institution_id for one in resources.values()}:
        standing.check_can_keep(by, house, at=at)
    return resources


def _write(resource: Resource, from_at: datetime, until_at: datetime | None, by: User | None, at: datetime) -> None:
    try:
        with transaction.atomic():
            HandOver.objects.create(resource=resource, from_at=from_at, until_at=until_at, by=by, at=at)
    except IntegrityError as error:
        if "handed_over_once" in str(error):
            raise HandedOver(_("这张床在这段时间已经交出。")) from None
        raise


def _note(verb: str, resources: Collection[Resource], *, by: User | None, at: datetime) -> None:
    """One event a house, so that a thousand beds are not a thousand lines."""
    houses: dict[int, list[Resource]] = {}
    for one in resources:
        houses.setdefault(one.institution_id, []).append(one)
    for house, own in houses.items():
        audit.record(verb, None, by=by, at=at, institution_id=house, details={"beds": [one.code for one in own][:200]})
