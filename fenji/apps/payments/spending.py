"""What the residents signed with a team have spent this year: for their family doctor, of the books' claims only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
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
LARGEST = 10
STAYS = ("inpatient", "day_surgery")


@dataclass(frozen=True)
class Spending:
    """A resident's year up to a day: sums, the same by level and referral state, the largest items, the bills."""

    sums: dict[str, int]
    by_state: list[dict[str, Any]]  # `level`, `referral_state` and the sums
    items: list[dict[str, Any]]  # `name`, `kind`, `cents`, `times` (bills), largest first
    claims: QuerySet[Claim]


def residents_by_spending(teams: Collection[Team], *, at: datetime) -> QuerySet[Resident]:
    """The teams' residents with bills this year, who cost most first; the sums and `inpatient_bills` as fields."""
    signed = contracts_on(timezone.localdate(at)).filter(team__in=list(teams)).values("resident_id")
    person = Coalesce("resident__merged_into_id", "resident_id")
    whose = _claims_of_year(at).annotate(person=person).filter(person=OuterRef("pk")).values("person")
    sums = {**SUMS, "inpatient_bills": Count("pk", filter=Q(setting__in=STAYS))}
    found = {name: Subquery(whose.annotate(**{f"its_{name}": one}).values(f"its_{name}")) for name, one in sums.items()}
    rows: QuerySet[Any] = Resident.objects.filter(pk__in=signed).annotate(**found)
    return rows.filter(bills__gt=0).order_by("-total_cents", "name_pinyin", "pk")


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
