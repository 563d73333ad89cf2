"""What the residents signed with a team have spent this year: for their family doctor, of the books' claims only."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from fenji.apps.common.errors import NotFound
from fenji.apps.contracts.queries import contract_on, contracts_on
from fenji.apps.payments.models import Claim, ClaimLine, ClaimState, Mode
from fenji.apps.registry.models import Team
from fenji.apps.residents.models import Resident
from fenji.apps.residents.queries import family_of_ids

SUMS: dict[str, Any] = {
    "bills": Count("pk"),
    "total_cents": Sum("total_cents"),
    "paid_cents": Sum(F("fund_cents") + F("forgiven_cents")),
    "further_cents": Sum(F("catastrophic_cents") + F("assistance_cents") + F("care_cents")),
    "own_cents": Sum(F("self_cents") - F("forgiven_cents")),
}
STAYS = ("inpatient", "day_surgery")
SUMS_OF_STAYS = {**SUMS, "inpatient_bills": Count("pk", filter=Q(setting__in=STAYS))}
LARGEST = 10


@dataclass(frozen=True)
class Spender:
    """One resident's sums of the year: those of `SUMS`, and how many of the bills were of stays."""

    resident_id: UUID
    sums: dict[str, int]


@dataclass(frozen=True)
class Spending:
    """A resident's year up to a day: sums, the same by level and referral state, the largest items, the bills."""

    sums: dict[str, int]
    by_state: list[dict[str, Any]]  # `level`, `referral_state` and the sums
    items: list[dict[str, Any]]  # `name`, `kind`, `cents`, `times` (bills), largest first
    claims: QuerySet[Claim]


def residents_by_spending(teams: Collection[Team], *, at: datetime) -> list[Spender]:
    """The teams' residents with bills this year, who cost most first, bills of their merged rows included."""
    signed = contracts_on(timezone.localdate(at)).filter(team__in=list(teams)).values("resident_id")
    claims, found = _claims_of_year(at), dict[UUID, Counter[str]]()
    for person, whose in (
        ("resident_id", claims.filter(resident__merged_into=None, resident_id__in=signed)),
        ("resident__merged_into_id", claims.filter(resident__merged_into_id__in=signed)),
    ):
        for given in whose.values(whom=F(person)).annotate(**SUMS_OF_STAYS):
            row: dict[str, Any] = dict(given)
            found.setdefault(row.pop("whom"), Counter()).update(row)
    spenders = [Spender(person, dict(sums)) for person, sums in found.items()]
    return sorted(spenders, key=lambda one: (-one.sums["total_cents"], str(one.resident_id)))


def named(spenders: Iterable[Spender]) -> list[tuple[Resident, dict[str, int]]]:
    """Each with the resident, in their order."""
    wanted = list(spenders)
    found = Resident.objects.in_bulk([one.resident_id for one in wanted])
    return [(found[one.resident_id], one.sums) for one in wanted]


def spending_of(resident_id: UUID, *, at: datetime) -> Spending:
    """One person's year, merged rows included."""
    claims = _claims_of_year(at).filter(resident_id__in=family_of_ids(resident_id))
    by_state = claims.annotate(level=F("institution__level")).values("level", "referral_state").annotate(**SUMS)
    lines = ClaimLine.objects.filter(claim__in=claims.values("pk")).values("name", "kind")
    items = lines.annotate(cents=Sum("amount_cents"), times=Count("claim", distinct=True)).order_by("-cents", "name")
    return Spending(
        {name: int(cents or 0) for name, cents in claims.aggregate(**SUMS).items()},
        [dict(row) for row in by_state.order_by("-total_cents")],
        [dict(row) for row in items[:LARGEST]],
        claims.select_related("institution").order_by("-ended_at"),
    )


def check_own(resident_id: UUID, teams: Collection[Team], *, at: datetime) -> None:
    """Raises NotFound unless the resident is signed with one of the teams today."""
    contract = contract_on(resident_id, timezone.localdate(at))
    if contract is None or contract.team_id not in {team.pk for team in teams}:
        raise NotFound


def year_begins(at: datetime) -> date:
    return timezone.localdate(at).replace(month=1, day=1)


def _claims_of_year(at: datetime) -> QuerySet[Claim]:
    day = year_begins(at)
    begins = datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone()).astimezone(UTC)
    return Claim.objects.filter(mode=Mode.OFFICIAL, state=ClaimState.SETTLED, ended_at__gte=begins)
