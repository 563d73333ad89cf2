"""Questions about contracts: whose resident one is on a day, and who a team's residents are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Replace

from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Team
from fenji.apps.residents.models import Resident

PAGE_SIZE = 50


def contracts_on(day: date) -> QuerySet[Contract]:
    """Contracts in force on a day: from `valid_from` on, before `valid_until`."""
    return Contract.objects.filter(valid_from__lte=day, valid_until__gt=day)


def contract_on(resident_id: UUID, day: date) -> Contract | None:
    """The contract that says whose resident one is on a day."""
    found = contracts_on(day).filter(resident_id=resident_id)
    return found.select_related("team", "team__institution").first()


def teams_of_residents(resident_ids: Collection[UUID], day: date) -> dict[UUID, Team]:
    """The team of each resident who has one on a day, in one query."""
    found = contracts_on(day).filter(resident_id__in=resident_ids).select_related("team", "team__institution")
    return {contract.resident_id: contract.team for contract in found}


def contracts_of(resident_id: UUID) -> list[Contract]:
    """All of a resident's contracts, the latest first."""
    found = Contract.objects.filter(resident_id=resident_id).select_related("team", "team__institution", "signed_by")
    return list(found.order_by("-valid_from", "-id"))


@dataclass(frozen=True)
class Page:
    """One page of a list: `number` counts from 1, `total` counts all rows."""

    residents: list[Resident]
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))


def residents_of_team(team: Team, *, on: date, search: str = "", page: int = 1, size: int = PAGE_SIZE) -> Page:
    """A team's residents on a day by pinyin; `search` is the beginning of a name, of its pinyin or of its initials."""
    return residents_of_teams([team], on=on, search=search, page=page, size=size)


def residents_of_teams(
    teams: Collection[Team], *, on: date, search: str = "", page: int = 1, size: int = PAGE_SIZE
) -> Page:
    """As `residents_of_team`, for someone who shares several inboxes."""
    signed = contracts_on(on).filter(team__in=teams)
    found = Resident.objects.filter(pk__in=signed.values("resident_id"))
    if search.strip():
        found = _matching(found, search)
    total = found.count() if search.strip() else signed.count()  # the second reads one index
    number = min(max(page, 1), max(1, -(-total // size)))
    rows = found.select_related("town").order_by("name_pinyin", "id")[(number - 1) * size : number * size]
    return Page(list(rows), number, size, total)


def count_of_team(team: Team | int, *, on: date) -> int:
    """How many residents a team has on a day."""
    return contracts_on(on).filter(team=team).count()


def counts_by_team(institution_id: int, *, on: date) -> dict[int, int]:
    """How many residents each of an institution's teams has on a day; teams without residents are left out."""
    counted = contracts_on(on).filter(team__institution_id=institution_id).values("team_id").annotate(n=Count("id"))
    return {row["team_id"]: row["n"] for row in counted}


def _matching(found: QuerySet[Resident], search: str) -> QuerySet[Resident]:
    letters = "".join(search.lower().split())
    whole = found.annotate(letters=Replace("name_pinyin", Value(" "), Value("")))
    beginning = Q(name__startswith="".join(search.split())) | Q(name_initials__startswith=letters)
    return whole.filter(beginning | Q(letters__startswith=letters))
