"""Hints of upcoding (诊断升级): a heavy diagnosis with light treatment; a house whose cases grew heavier on paper.

Weights and thresholds are values of the rulebook. A hint is a question to the hospital, never a finding of fault.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from fenji.apps.common import rulebooks
from fenji.apps.payments.models import Claim
from fenji.apps.payments.rules import pay_tier
from fenji.kernel.payment.case_groups import Stay, group_of, risen, too_cheap

STAY = ("inpatient", "day_surgery")
MONTHS_BEFORE = 3
SHOWN = 20  # bills that a case about a whole house names


def cheap_stays(ended: QuerySet[Claim]) -> Iterator[tuple[Claim, dict[str, int]]]:
    """Stays that cost far less than their diagnosis leads one to expect, with the figures."""
    claims = {str(claim.pk): claim for claim in _with_diagnosis(ended)}
    if not claims:
        return
    day = max(timezone.localdate(claim.ended_at) for claim in claims.values())
    weights, share, least = _weights(day), _number("low_cost_share", day), _number("least_stays", day)
    for one in too_cheap(map(_stay, claims.values()), weights, share, least):
        figures = {"weight": weights[one.stay.group], "total": one.stay.cents, "expected": one.expected_cents}
        yield claims[one.stay.id], figures


def heavier_houses(rows: QuerySet[Claim], until: date) -> Iterator[tuple[str, list[Claim], dict[str, int]]]:
    """Houses whose mean weight rose in the last whole month before `until`: a key, the heaviest bills, the figures."""
    ends = until.replace(day=1)
    begins = (ends - timedelta(days=1)).replace(day=1)
    earliest = begins
    for _ in range(MONTHS_BEFORE):
        earliest = (earliest - timedelta(days=1)).replace(day=1)
    now = list(_with_diagnosis(_ended_in(rows, begins, ends)))
    before = _with_diagnosis(_ended_in(rows, earliest, begins))
    weights = _weights(begins)
    limits = _number("weight_rise", begins), _number("least_stays", begins)
    for rise in risen(map(_stay, before), map(_stay, now), weights, *limits):
        own = [claim for claim in now if claim.institution_id == rise.house]
        own.sort(key=lambda claim: (weights[group_of(claim.diagnosis_code)], claim.ended_at))
        figures = {"before": rise.before_permille, "now": rise.now_permille, "stays": rise.stays}
        yield f"{rise.house}:{begins:%Y-%m}", own[-SHOWN:], figures


def _with_diagnosis(rows: QuerySet[Claim]) -> Iterable[Claim]:
    return rows.filter(setting__in=STAY).exclude(diagnosis_code="").select_related("institution")


def _ended_in(rows: QuerySet[Claim], begins: date, ends: date) -> QuerySet[Claim]:
    return rows.filter(ended_at__date__gte=begins, ended_at__date__lt=ends)


def _stay(claim: Claim) -> Stay:
    house = claim.institution
    return Stay(str(claim.pk), house.pk, int(pay_tier(house)), group_of(claim.diagnosis_code), claim.total_cents)


def _weights(day: date) -> dict[str, int]:
    return dict(rulebooks.current().value("cost_control.case_weight", on=day).value)


def _number(name: str, day: date) -> int:
    return int(rulebooks.current().value(f"cost_control.{name}", on=day).value)
