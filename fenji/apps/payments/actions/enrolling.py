"""In which scheme and as whom somebody is insured, entered from the insurer's own register."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.payments.models import Enrolment
from fenji.apps.residents.models import Resident


@dataclass(frozen=True)
class Told:
    """One span of somebody's insurance; `valid_until` is the first day without, None while it goes on."""

    scheme: str
    group: str
    valid_from: date
    valid_until: date | None = None
    is_suspended: bool = False


@transaction.atomic
def enrol(resident_id: UUID, told: Told, *, source: str, by: User | None) -> tuple[Enrolment, bool, bool]:
    """Enter a span; the one from the same day is corrected, an earlier one that went on ends the day this begins.

    Returns it, and whether it is new and whether it changed. Bills settled before stay as they were. Raises NotFound,
    Invalid where it would overlap another span.
    """
    resident = Resident.objects.select_for_update().filter(pk=resident_id).first()
    if resident is None:
        raise NotFound
    if told.valid_until is not None and told.valid_until <= told.valid_from:
        raise Invalid(fields={"valid_until": _("止日须晚于起日。")})
    rows = Enrolment.objects.filter(resident=resident)
    found = rows.filter(valid_from=told.valid_from).first() or Enrolment(resident=resident, source_system=source)
    _end_before(rows, told)
    _check_free(rows.exclude(pk=found.pk), told)
    is_new = found.pk is None
    is_changed = is_new or any(getattr(found, name) != value for name, value in vars(told).items())
    if is_changed:
        for name, value in vars(told).items():
            setattr(found, name, value)
        found.save()
        audit.record(
            "enrolment.set", found, by=by, at=clock.now(), resident_id=resident.pk,
            details={"scheme": told.scheme, "from": told.valid_from.isoformat(), "suspended": told.is_suspended},
        )  # fmt: skip
    return found, is_new, is_changed


def _end_before(rows: QuerySet[Enrolment], told: Told) -> None:
    for earlier in rows.filter(valid_from__lt=told.valid_from, valid_until=None):
        earlier.valid_until = told.valid_from
        earlier.save(update_fields=["valid_until"])


def _check_free(others: QuerySet[Enrolment], told: Told) -> None:
    overlapping = others.filter(Q(valid_until=None) | Q(valid_until__gt=told.valid_from))
    if told.valid_until is not None:
        overlapping = overlapping.filter(valid_from__lt=told.valid_until)
    other = overlapping.order_by("valid_from").first()
    if other is not None:
        words = _("与 %(day)s 起的参保记录重叠：请填写止日，或先改那一段。") % {"day": other.valid_from.isoformat()}
        raise Invalid(fields={"valid_from": words})
