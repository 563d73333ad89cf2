"""In which scheme and as whom somebody is insured, entered from the insurer's own register."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.locks import patience
from fenji.apps.payments.actions.insurance import follow_enrolment
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


@dataclass(frozen=True)
class Enrolled:
    """The span, whether it is new or has changed, and how many bills of its time were settled anew."""

    span: Enrolment
    is_new: bool
    is_changed: bool
    bills: int = 0


def enrol(resident_id: UUID, told: Told, *, source: str, by: User | None) -> Enrolled:
    """Enter a span; the one from the same day is corrected, an earlier one that went on ends the day this begins.

    A suspension with an end only interrupts the span that went on. Bills of its time settled before are settled anew.
    Raises NotFound, Invalid where it would overlap another span.
    """
    with patience():
        found, is_new, is_changed = _enter(resident_id, told, source, by)
        if not is_changed:
            return Enrolled(found, is_new, is_changed)
        bills = follow_enrolment(resident_id, told.valid_from, by=by, at=clock.now())
        return Enrolled(found, is_new, is_changed, bills)


def _enter(resident_id: UUID, told: Told, source: str, by: User | None) -> tuple[Enrolment, bool, bool]:
    resident = Resident.objects.select_for_update().filter(pk=resident_id).first()
    if resident is None:
        raise NotFound
    if told.valid_until is not None and told.valid_until <= told.valid_from:
        raise Invalid(fields={"valid_until": _("止日须晚于起日。")})
    rows = Enrolment.objects.filter(resident=resident)
    interrupted = rows.filter(valid_from__lte=told.valid_from, valid_until=None).first()
    resumed = _resumed(interrupted, told, source) if interrupted else None
    found = rows.filter(valid_from=told.valid_from).first() or Enrolment(resident=resident, source_system=source)
    _end_before(rows, told)
    _check_free(rows.exclude(pk=found.pk), told)
    is_new = found.pk is None
    is_changed = is_new or any(getattr(found, name) != value for name, value in vars(told).items())
    if is_changed:
        for name, value in vars(told).items():
            setattr(found, name, value)
        found.save()
        if resumed is not None:
            resumed.save()
        audit.record(
            "enrolment.set", found, by=by, at=clock.now(), resident_id=resident.pk,
            details={"scheme": told.scheme, "from": told.valid_from.isoformat(), "suspended": told.is_suspended},
        )  # fmt: skip
    return found, is_new, is_changed


def _resumed(interrupted: Enrolment, told: Told, source: str) -> Enrolment | None:
    """What was before a suspension goes on after it; a row not saved yet."""
    if not told.is_suspended or interrupted.is_suspended or told.valid_until is None:
        return None
    return Enrolment(
        resident_id=interrupted.resident_id, scheme=interrupted.scheme, group=interrupted.group,
        valid_from=told.valid_until, source_system=source,
    )  # fmt: skip


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
