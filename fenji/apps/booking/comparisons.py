"""What the daily comparisons with a hospital's own list found, for the office that has to clear it up."""

from datetime import date

from django.db.models import Prefetch

from fenji.apps.booking.models import Difference, Reconciliation


def latest_of_days(institution_id: int, from_day: date) -> list[Reconciliation]:
    """The last comparison of each day from `from_day` on, the latest day first, with its differences."""
    found = Reconciliation.objects.filter(institution_id=institution_id, day__gte=from_day)
    differences = Difference.objects.select_related(
        "session__department", "session__physician", "session__exam_item"
    ).order_by("session__starts_at", "session_code", "number", "pk")
    named = found.select_related("compared_by").prefetch_related(Prefetch("differences", differences))
    return list(named.order_by("-day", "-compared_at", "-pk").distinct("day"))


def open_count(institution_id: int, today: date) -> int:
    """Differences of the last comparisons of today and the days ahead: what can still be put right."""
    return sum(one.differences.count() for one in latest_of_days(institution_id, today))
