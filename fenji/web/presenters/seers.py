"""Who may see a resident, told by institution: each once, with why, since when and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from fenji.apps.registry.models import Institution
from fenji.apps.residents.models import CareRelation, CareRelationKind
from fenji.web.presenters.names import full_name


@dataclass(frozen=True)
class Footing:
    """Relations of one kind together: since the first of them, until the last ends; `until` None: while it stands."""

    why: str
    unit: str  # the department that holds it, if only one does
    person: str  # in an emergency: who reads
    since: datetime
    until: datetime | None
    count: int


@dataclass(frozen=True)
class Seer:
    institution: Institution
    footings: list[Footing]


def seers(relations: Iterable[CareRelation]) -> list[Seer]:
    """The institutions of relations in force, in the order in which they come."""
    houses: dict[int, dict[tuple[str, int | None, int | None], list[CareRelation]]] = {}
    for one in relations:
        kinds = houses.setdefault(one.institution_id, {})
        kinds.setdefault((one.kind, one.department_id, one.user_id), []).append(one)
    return [Seer(_first(kinds).institution, [_footing(same) for same in kinds.values()]) for kinds in houses.values()]


def _first(kinds: dict[tuple[str, int | None, int | None], list[CareRelation]]) -> CareRelation:
    return next(iter(kinds.values()))[0]


def _footing(same: list[CareRelation]) -> Footing:
    one, ends = same[0], [each.until_at for each in same]
    return Footing(
        why=_why(one),
        unit=full_name(one.department),
        person=one.user.name if one.user else "",
        since=min(each.from_at for each in same),
        until=None if None in ends else max(end for end in ends if end),
        count=len(same),
    )


def _why(one: CareRelation) -> str:
    """A contract is with a team, whose village doctors work elsewhere and may look all the same."""
    if one.kind == CareRelationKind.CONTRACT:
        return _("家庭医生签约（含团队成员）")
    return one.get_kind_display()
