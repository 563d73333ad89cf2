"""Tell somebody: one row per addressee and way, carried out of the house by a job deferred in the same transaction."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app

from fenji.apps.accounts.models import User
from fenji.apps.common import audit, sealing
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.common.free_text import fault_in
from fenji.apps.notices import wording
from fenji.apps.notices.adapters import adapter_for
from fenji.apps.notices.errors import AlreadyCalled
from fenji.apps.notices.models import Attempt, Notice
from fenji.apps.notices.policies import Addressee, channels
from fenji.apps.notices.queries import Post, inbox
from fenji.apps.notices.wording import Brief

__all__ = ["Addressee", "Brief", "Channel", "mark_called", "mark_read", "notify"]

Channel = Notice.Channel
CARRIED_OUT = (Channel.SMS, Channel.WECOM)
DELIVER = "notices.deliver"


@transaction.atomic
def notify(
    kind: str,
    *,
    cause: tuple[str, str],
    to: Sequence[Addressee],
    text: str,
    at: datetime,
    once_key: str,
    brief: Brief | None = None,
) -> list[Notice]:
    """Tell everybody in `to`; the same `once_key` tells nobody twice. Returns the notices that are new.

    `text` (at most 400 characters, no ID or mobile number: ValueError) stands on desks and on the resident's page.
    An SMS never carries it: its words come from `kind` and `brief`, see `wording`.
    """
    wording.check_no_numbers(text)
    said = brief or Brief()
    rows = {row.once_key: row for person in to for row in _rows(kind, cause, person, text, at, once_key, said)}
    known = set(Notice.objects.filter(once_key__in=rows).values_list("once_key", flat=True))
    new = [row for key, row in rows.items() if key not in known]
    Notice.objects.bulk_create(new, ignore_conflicts=True)
    made = list(Notice.objects.filter(once_key__in=[row.once_key for row in new]).order_by("pk"))
    for notice in made:
        if notice.channel in CARRIED_OUT:
            defer_delivery(notice.pk)
    return made


@transaction.atomic
def mark_read(notice_ids: Sequence[int], *, posts: Sequence[Post], by: User, at: datetime) -> int:
    """Note that they were read, for everyone who shares the inbox; others' notices are left alone. Returns how many."""
    mine = inbox(by.pk, posts).filter(pk__in=notice_ids, read_at=None).values_list("pk", flat=True)
    return Notice.objects.filter(pk__in=list(mine)).update(state=Notice.State.READ, read_at=at, read_by=by)


@transaction.atomic
def mark_called(notice_id: int, *, reached: bool, note: str = "", by: User, at: datetime) -> Notice:
    """An entry of the call list was called; it stays on the list until somebody was reached. Raises AlreadyCalled."""
    notice = Notice.objects.select_for_update(no_key=True).filter(pk=notice_id, channel=Channel.CALL).first()
    if notice is None:
        raise NotFound
    if notice.state != Notice.State.WAITING:
        raise AlreadyCalled
    if fault := fault_in(note):
        raise Invalid(fields={"note": fault})
    Attempt.objects.create(notice=notice, at=at, adapter="call", succeeded=reached, detail=note[:200])
    if reached:
        notice.state, notice.sent_at, notice.read_by = Notice.State.SENT, at, by
        notice.save(update_fields=["state", "sent_at", "read_by"])
    audit.record("notice.call", notice, by=by, at=at, resident_id=notice.resident_id, details={"reached": reached})
    return notice


def defer_delivery(notice_id: int) -> None:
    """A job with nothing in it but the notice's id; by name, because tasks stand above actions."""
    app.configure_task(DELIVER, lock=f"notice:{notice_id}").defer(notice_id=notice_id)


def address_context(once_key: str) -> str:
    """The place a sealed address is bound to."""
    return f"notice.address:{once_key}"


def _rows(
    kind: str, cause: tuple[str, str], to: Addressee, text: str, at: datetime, once_key: str, brief: Brief
) -> list[Notice]:
    carried = frozenset(channel for channel in CARRIED_OUT if adapter_for(channel) is not None)
    return [_row(kind, cause, to, channel, text, at, once_key, brief) for channel in channels(to, carried=carried)]


def _row(
    kind: str, cause: tuple[str, str], to: Addressee, channel: str, text: str, at: datetime, once_key: str, brief: Brief
) -> Notice:
    key = _key(f"{once_key}:{to.key}:{channel}")
    is_here = channel == Channel.DESK
    return Notice(
        kind=kind, cause_kind=cause[0], cause_id=cause[1], once_key=key, channel=channel, made_at=at,
        user_id=to.user_id, institution_id=to.institution_id, department_id=to.department_id,
        resident_id=to.resident_id,
        text=wording.sms(kind, brief) if channel == Channel.SMS else text[:400],
        address_sealed=sealing.seal(to.phone, context=address_context(key)) if to.phone and not is_here else None,
        state=Notice.State.SENT if is_here else Notice.State.WAITING,
        sent_at=at if is_here else None,
    )  # fmt: skip


def _key(text: str) -> str:
    """The text itself when it fits the column, else its beginning and its hash."""
    return text if len(text) <= 120 else f"{text[:50]}:{hashlib.sha256(text.encode()).hexdigest()}"
