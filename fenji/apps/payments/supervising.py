"""Rules that find odd bills (基金监管). They only look; a case is opened for each finding by `actions.supervision`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from fenji.apps.common import rulebooks
from fenji.apps.payments.models import Claim, ClaimState, Mode
from fenji.apps.payments.upcoding import cheap_stays, heavier_houses
from fenji.kernel.payment.outcome import Flag

STAYS = ("inpatient", "day_surgery")


@dataclass(frozen=True)
class Finding:
    """Bills that a rule found odd together, the latest last; `details` are the figures it went by."""

    rule: str
    claims: tuple[Claim, ...]
    details: dict[str, int]
    about: str = ""  # what it is about where that is not the latest bill

    @property
    def key(self) -> str:
        return f"{self.rule}:{self.about or self.claims[-1].pk}"


def findings(since: date, until: date) -> Iterator[Finding]:
    """What every rule finds in the bills that ended in [since, until)."""
    rows = Claim.objects.filter(mode=Mode.OFFICIAL, state=ClaimState.SETTLED).select_related("institution")
    ended = rows.filter(ended_at__date__gte=since, ended_at__date__lt=until).order_by("ended_at")
    for rule in (_readmissions, _self_pay_outpatient, _over_ceiling, _control_lines, _upcoded):
        yield from rule(ended, rows)
    for about, claims, details in heavier_houses(rows, until):
        yield Finding("weight_rise", tuple(claims), details, about)


Rows = QuerySet[Claim]
Rule = Callable[[Rows, Rows], Iterator[Finding]]


def _readmissions(ended: Rows, rows: Rows) -> Iterator[Finding]:
    """The same person again in the same institution within the rulebook's days: split if it is the same day."""
    for claim in ended.filter(setting__in=STAYS):
        days = int(rulebooks.current().value("cost_control.readmission_days", on=_day(claim)).value)
        earlier = rows.filter(
            setting__in=STAYS, resident=claim.resident_id, institution=claim.institution_id,
            ended_at__lte=claim.admitted_at, ended_at__gt=claim.admitted_at - timedelta(days=days),
        ).order_by("-ended_at").first()  # fmt: skip
        if earlier is None:
            continue
        apart = (timezone.localdate(claim.admitted_at) - _day(earlier)).days
        if apart == 0:
            yield Finding("split_stay", (earlier, claim), {"days": 0})
        elif claim.diagnosis_code[:3] == earlier.diagnosis_code[:3]:
            yield Finding("readmission", (earlier, claim), {"days": apart, "within": days})


def _self_pay_outpatient(ended: Rows, rows: Rows) -> Iterator[Finding]:
    """A visit paid mostly by the patient, during a stay in the same institution."""
    visits = ended.exclude(setting__in=STAYS).filter(self_cents__gt=F("total_cents") / 2, total_cents__gt=0)
    for visit in visits:
        stay = rows.filter(
            setting__in=STAYS, resident=visit.resident_id, institution=visit.institution_id,
            admitted_at__lt=visit.ended_at, ended_at__gt=visit.admitted_at,
        ).first()  # fmt: skip
        if stay is not None:
            yield Finding("self_pay_outpatient", (stay, visit), {"self": visit.self_cents})


def _over_ceiling(ended: Rows, rows: Rows) -> Iterator[Finding]:
    for claim in ended.filter(bill__over_ceiling_cents__gt=0):
        yield Finding("over_ceiling", (claim,), {"cents": int(claim.bill["over_ceiling_cents"])})


def _control_lines(ended: Rows, rows: Rows) -> Iterator[Finding]:
    for claim in ended.filter(~Q(flags=0)):
        if claim.flags & Flag.DRUG_SHARE:
            yield Finding("drug_share", (claim,), {"drugs": int(claim.bill["drug_cents"]), "total": claim.total_cents})
        if claim.flags & Flag.COST:
            yield Finding("cost", (claim,), {"total": claim.total_cents})


def _upcoded(ended: Rows, rows: Rows) -> Iterator[Finding]:
    for claim, details in cheap_stays(ended):
        yield Finding("upcoding", (claim,), details)


def _day(claim: Claim) -> date:
    return timezone.localdate(claim.ended_at)
