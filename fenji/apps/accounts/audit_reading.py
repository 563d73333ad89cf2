"""The audit officer at work: reading and exporting the trail, reviewing emergency readings. Each is itself recorded.

The trail is append-only, so that a review is one more event that names the event reviewed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from fenji.apps.accounts import policies
from fenji.apps.accounts.errors import AlreadyReviewed, NoSuchEvent
from fenji.apps.accounts.models import User
from fenji.apps.common import audit, clock
from fenji.apps.common.errors import Invalid
from fenji.apps.common.models import AuditEvent

EMERGENCY = "resident.emergency_access"
REVIEW = "audit.review"
REVIEW_WITHIN = timedelta(hours=72)
EXPORT_AT_MOST = 100_000  # rows


@dataclass(frozen=True)
class Asked:
    """What is looked for; the span is half-open. `who` is the beginning of a name or a whole username."""

    since: datetime
    until: datetime
    who: str = ""
    resident_id: UUID | None = None
    verb: str = ""

    def as_details(self) -> dict[str, str]:
        """For the audit event of the look itself; the resident stands in a column of its own."""
        span = {"since": f"{localtime(self.since):%Y-%m-%d %H:%M}", "until": f"{localtime(self.until):%Y-%m-%d %H:%M}"}
        return span | {name: given for name, given in (("who", self.who), ("verb", self.verb)) if given}


def read(asked: Asked, *, by: User) -> QuerySet[AuditEvent]:
    """The events asked for, latest first. Raises NotYourOffice."""
    policies.check_may("read_audit", by)
    audit.record("audit.read", None, by=by, resident_id=asked.resident_id, details=asked.as_details())
    return _events(asked)


def export(asked: Asked, *, by: User) -> Iterator[AuditEvent]:
    """The same for a file, at most `EXPORT_AT_MOST` rows."""
    policies.check_may("export_audit", by)
    audit.record("audit.export", None, by=by, resident_id=asked.resident_id, details=asked.as_details())
    return _events(asked)[:EXPORT_AT_MOST].iterator(chunk_size=2000)


def emergencies(*, by: User, since: datetime, open_only: bool = True) -> QuerySet[AuditEvent]:
    """Emergency readings since a time, the oldest first; each with `is_reviewed`."""
    policies.check_may("review_emergency", by)
    audit.record("audit.read_emergencies", None, by=by, details={"since": since.isoformat()})
    found = AuditEvent.objects.filter(verb=EMERGENCY, at__gte=since).annotate(is_reviewed=Exists(_review_of()))
    return (found.filter(is_reviewed=False) if open_only else found).order_by("at", "pk")


def emergencies_waiting(since: datetime) -> int:
    """How many wait for review; a number, no reading."""
    return AuditEvent.objects.filter(~Exists(_review_of()), verb=EMERGENCY, at__gte=since).count()


@transaction.atomic
def review(event_id: int, *, note: str, is_justified: bool, by: User) -> AuditEvent:
    """Say of an emergency reading whether it was justified; once. Raises AlreadyReviewed, NoSuchEvent, Invalid."""
    policies.check_may("review_emergency", by)
    if not note.strip():
        raise Invalid(fields={"note": _("请写明复核意见。")})
    _take_turn(event_id)
    event = AuditEvent.objects.filter(pk=event_id, verb=EMERGENCY).first()
    if event is None:
        raise NoSuchEvent
    if AuditEvent.objects.filter(verb=REVIEW, subject_kind="auditevent", subject_id=str(event_id)).exists():
        raise AlreadyReviewed
    return audit.record(
        REVIEW,
        event,
        by=by,
        at=clock.now(),
        resident_id=event.resident_id,
        reason=note.strip(),
        details={"is_justified": is_justified, "actor_id": event.actor_id},
    )


def _events(asked: Asked) -> QuerySet[AuditEvent]:
    found = AuditEvent.objects.filter(at__gte=asked.since, at__lt=asked.until)
    if asked.who:
        account = User.objects.filter(username=asked.who.lower()).values("pk")
        found = found.filter(Q(actor_name__startswith=asked.who) | Q(actor_id__in=account))
    if asked.resident_id:
        found = found.filter(resident_id=asked.resident_id)
    if asked.verb:
        found = found.filter(verb__startswith=asked.verb)
    return found.order_by("-at", "-pk")


def _review_of() -> QuerySet[AuditEvent]:
    of_this = Cast(OuterRef("pk"), CharField())
    return AuditEvent.objects.filter(verb=REVIEW, subject_kind="auditevent", subject_id=of_this)


def _take_turn(event_id: int) -> None:
    """An audit row cannot be locked (that takes the right to change it), so the turn is an advisory lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"audit.review:{event_id}"])
