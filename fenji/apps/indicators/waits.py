"""The green channel (绿色通道, E5): how long referred patients wait at each department, beside everyone else."""

from dataclasses import dataclass

from fenji.apps.booking.waits import Wait, waits
from fenji.apps.indicators.scope import Scope
from fenji.apps.registry.models import Department
from fenji.apps.registry.snapshot import Node


@dataclass(frozen=True)
class DepartmentWait:
    department: Department
    institution: Node
    wait: Wait

    @property
    def sooner_days(self) -> float | None:
        """By how much referred patients are seen sooner; negative: later. None where either is not measured."""
        if self.wait.referred_days is None or self.wait.other_days is None:
            return None
        return round(self.wait.other_days - self.wait.referred_days, 1)


def waits_by_department(scope: Scope) -> list[DepartmentWait]:
    """Departments with bookings in the last 30 days, whatever the period; where being referred helps least first."""
    departments = Department.objects.exclude(specialty="")
    if scope.institution_ids is not None:
        departments = departments.filter(institution_id__in=scope.institution_ids)
    named = departments.in_bulk()
    nodes = scope.network.nodes
    measured = waits(named, at=scope.at)
    found = [
        DepartmentWait(named[pk], nodes[named[pk].institution_id], wait)
        for pk, wait in measured.items()
        if wait.referred_count or wait.other_count
    ]
    return sorted(found, key=_least_sooner)


def _least_sooner(one: DepartmentWait) -> tuple[float, float, int]:
    """Where being referred helps least, then the longest waits."""
    sooner = float("inf") if one.sooner_days is None else one.sooner_days
    return (sooner, -(one.wait.referred_days or 0), one.department.pk)
