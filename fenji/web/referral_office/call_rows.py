"""The call list made ready to be spoken: whom to telephone, at which number, about which patient.

A patient is named to who takes part in the referral or has the resident in care, and to nobody else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fenji.apps.accounts.models import User
from fenji.apps.notices.models import Notice
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.parties import Acting
from fenji.apps.referrals.queries import WITH_NAMES
from fenji.apps.registry.models import Department
from fenji.apps.registry.posts import duty_phone, on_duty
from fenji.apps.residents.footing import usable
from fenji.apps.residents.models import Resident


@dataclass(frozen=True)
class Call:
    """One call. `department` answers it by `phone`, tonight `on_duty`; without one it is the resident who is told.

    A resident's own number is shown on the resident's page, where reading it is written down.
    """

    notice: Notice
    referral: Referral | None
    resident: Resident | None
    department: Department | None = None
    phone: str = ""
    on_duty: str = ""


def call_rows(notices: Iterable[Notice], user: User, at: datetime) -> list[Call]:
    """The calls in the order of their notices."""
    rows = list(notices)
    referrals = _referrals(rows, user, at)
    residents = _residents([one.resident_id for one in rows if one.resident_id], user, at)
    duties = _duties(rows, at)
    return [_call(one, referrals, residents, duties) for one in rows]


Duty = tuple[Department, str, str]


def _call(
    notice: Notice, referrals: dict[str, Referral], residents: dict[UUID, Resident], duties: dict[int, Duty]
) -> Call:
    referral = referrals.get(notice.cause_id) if notice.cause_kind == "referral" else None
    if notice.resident_id:
        told = residents.get(notice.resident_id) or (referral.resident if referral else None)
        return Call(notice, referral, told)
    patient = referral.resident if referral else None
    if notice.department_id is None or notice.department_id not in duties:
        return Call(notice, referral, patient)
    return Call(notice, referral, patient, *duties[notice.department_id])


def _referrals(rows: Sequence[Notice], user: User, at: datetime) -> dict[str, Referral]:
    """By their ids as text; only those the person takes part in."""
    ids = {found for one in rows if one.cause_kind == "referral" and (found := _uuid(one.cause_id))}
    acting = Acting.now(user, at)
    named = Referral.objects.select_related(*WITH_NAMES, "sender_team").filter(pk__in=ids)
    return {str(referral.pk): referral for referral in named if acting.parties(referral)}


def _residents(ids: Sequence[UUID], user: User, at: datetime) -> dict[UUID, Resident]:
    relations = usable(user, at)
    if relations is None or not ids:
        return {}
    return Resident.objects.in_bulk(relations.filter(resident_id__in=ids).values_list("resident_id", flat=True))


def _duties(rows: Sequence[Notice], at: datetime) -> dict[int, Duty]:
    """Of each department to be called: itself, the number that is answered now, and who answers."""
    ids = {one.department_id for one in rows if one.department_id and not one.resident_id}
    found = Department.objects.select_related("institution").in_bulk(ids)
    return {pk: (unit, duty_phone(unit), getattr(on_duty(unit, at), "name", "")) for pk, unit in found.items()}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
