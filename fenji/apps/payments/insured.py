"""In which scheme and as whom somebody is insured on a day."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from fenji.apps.payments.errors import NotInsured, Suspended
from fenji.apps.payments.models import Enrolment
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


def _group_by_age(scheme: Scheme, born: date | None, day: date) -> Group:
    if born is None:
        return Group.GENERAL
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    if scheme is Scheme.RESIDENT and age < MINOR_BELOW:
        return Group.MINOR
    return Group.RETIRED if scheme is Scheme.EMPLOYEE and age >= RETIRED_FROM else Group.GENERAL
