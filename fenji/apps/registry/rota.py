"""A rota goes on by itself: what stood in its last week is repeated ahead, by those who still work there."""

from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from fenji.apps.registry.models import Duty
from fenji.apps.registry.posts import held_on

WEEK = timedelta(weeks=1)
AHEAD = timedelta(weeks=4)


def repeat(at: datetime) -> int:
    """Fill every rota that is kept up to `AHEAD` of `at`, a week at a time; returns how many duties were added.

    A rota that ran out before `at` was given up and stays so. Doing it twice adds nothing.
    """
    ends = Duty.objects.values("department_id").annotate(until=Max("until_at")).filter(until__gt=at)
    before = Duty.objects.count()
    for row in ends:
        until = row["until"]
        while until < at + AHEAD:
            new = _next_week(row["department_id"], until)
            Duty.objects.bulk_create(new, ignore_conflicts=True)
            if not new:
                break
            until = max(duty.until_at for duty in new)
    return Duty.objects.count() - before


def _next_week(department_id: int, until: datetime) -> list[Duty]:
    """The duties that began in the week before `until`, a week later."""
    last = Duty.objects.filter(department_id=department_id, from_at__gte=until - WEEK, until_at__lte=until)
    still_there = Q(user__is_active=True) & Q(user__memberships__institution__departments=department_id)
    posts = still_there & held_on(timezone.localdate(until), prefix="user__memberships__")
    return [
        Duty(department_id=department_id, user_id=one.user_id, from_at=one.from_at + WEEK, until_at=one.until_at + WEEK)
        for one in last.filter(posts).distinct().order_by("from_at")
    ]
