"""The green channel (绿色通道, E5): how long referred patients wait at each department, beside others."""

from dataclasses import dataclass

from fenji.apps.booking.delays import PatientGroup
from fenji.apps.booking.waits import Waits, waits
from fenji.apps.indicators.scope import Scope
from fenji.apps.registry.models import Department
from fenji.apps.registry.snapshot import Node


@dataclass(frozen=True)
class DepartmentWait:
    department: Department
    institution: Node
    waits: Waits

    @property
    def sooner_days(self) -> float | None:
        """By how much referred patients are seen sooner than others without a contract; negative: later.

        None where either is not measured.
        """
        referred, other = self.waits.get(PatientGroup.REFERRED), self.waits.get(PatientGroup.OTHER)
        return round(other.days - referred.days, 1) if referred and other else None


def waits_by_department(scope: Scope) -> list[DepartmentWait]:
    """Departments with bookings in the last 30 days, whatever the period; where being referred helps least first."""
    departments = Department.objects.exclude(specialty="")
    if scope.institution_ids is not None:
        departments = departments.filter(institution_id__in=scope.institution_ids)
    named = departments.in_bulk()
    nodes = scope.network.nodes
    measured = waits(named, at=scope.at)
    found = [
        DepartmentWait(named[pk], nodes[named[pk].institution_id], waited) for pk, waited in measured.items() if waited
    ]
    return sorted(found, key=_least_sooner)


def _least_sooner(one: DepartmentWait) -> tuple[float, float, int]:
    """Where being referred helps least, then the longest waits."""
    sooner = float("inf") if one.sooner_days is None else one.sooner_days
    referred = one.waits.get(PatientGroup.REFERRED)
    return (sooner, -(referred.days if referred else 0), one.department.pk)
