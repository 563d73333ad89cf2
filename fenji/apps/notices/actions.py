"""Tell somebody: one row per addressee and way, delivered by a job deferred in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fenji.apps.notices.models import Notice

Channel = Notice.Channel


@dataclass(frozen=True)
class Addressee:
    """A person, the inbox of an institution or department, or a resident. `phone` is given in the clear and sealed here.

    Without a channel: the desk for staff, SMS for a resident with a phone, the call list for one without.
    """

    user_id: int | None = None
    institution_id: int | None = None
    department_id: int | None = None
    resident_id: UUID | None = None
    channel: Notice.Channel | None = None
    phone: str = ""

    @property
    def key(self) -> str:
        return f"u{self.user_id}i{self.institution_id}d{self.department_id}r{self.resident_id}{self.channel or ''}"


def notify(
    kind: str, *, cause: tuple[str, str], to: Sequence[Addressee], text: str, at: datetime, once_key: str
) -> list[Notice]:
    """Write one notice per addressee; the same `once_key` writes none again."""
    rows = [
        Notice(
            kind=kind,
            cause_kind=cause[0],
            cause_id=cause[1],
            once_key=f"{once_key}:{person.key}"[:120],
            text=text[:400],
            user_id=person.user_id,
            institution_id=person.institution_id,
            department_id=person.department_id,
            resident_id=person.resident_id,
            channel=person.channel or Channel.DESK,
            made_at=at,
        )
        for person in to
    ]
    return Notice.objects.bulk_create(rows, ignore_conflicts=True)
