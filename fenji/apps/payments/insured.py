"""In which scheme and as whom somebody is insured on a day."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from fenji.apps.common.errors import NotFound
from fenji.apps.payments.errors import NotInsured, Suspended
from fenji.apps.payments.models import Enrolment
from fenji.apps.residents import identity
from fenji.apps.residents.models import Resident
from fenji.kernel.payment.codes import Group, Scheme

MINOR_BELOW, RETIRED_FROM = 18, 60  # years; only where no enrolment says who somebody is


@dataclass(frozen=True)
class Insured:
    scheme: Scheme
    group: Group


def insured_on(resident: Resident, day: date) -> Insured:
    """From the enrolment of that day; without any enrolment on record, from the registry's scheme and the age.

    Raises NotInsured and Suspended.
    """
    rows = Enrolment.objects.filter(resident=resident)
    found = rows.filter(Q(valid_until=None) | Q(valid_until__gt=day), valid_from__lte=day).first()
    if found is not None:
        if found.is_suspended:
            raise Suspended
        return Insured(Scheme[found.scheme.upper()], Group[found.group.upper()])
    if rows.exists() or resident.scheme not in {"employee", "resident"}:
        raise NotInsured
    scheme = Scheme[resident.scheme.upper()]
    return Insured(scheme, _group_by_age(scheme, resident.birth_date, day))


def spans_of(resident_id: UUID) -> QuerySet[Enrolment]:
    """Somebody's enrolments and suspensions, the latest first."""
    return Enrolment.objects.filter(resident=resident_id).order_by("-valid_from")


def resident_numbered(id_number: str) -> Resident:
    """Who has this ID number, the row that is kept where some were merged. Raises NotFound."""
    rows = Resident.objects.filter(id_hash=identity.id_hash(id_number), merged_into=None)
    if (found := rows.first()) is None:
        raise NotFound
    return found


def _group_by_age(scheme: Scheme, born: date | None, day: date) -> Group:
    if born is None:
        return Group.GENERAL
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    if scheme is Scheme.RESIDENT and age < MINOR_BELOW:
        return Group.MINOR
    return Group.RETIRED if scheme is Scheme.EMPLOYEE and age >= RETIRED_FROM else Group.GENERAL
