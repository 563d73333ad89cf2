"""Whether a physician can hold a clinic: works in that house, and holds no other at that time."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.booking import rules
from fenji.apps.booking.models import Session
from fenji.apps.registry.posts import people_at

Span = tuple[datetime, datetime]  # half-open


def one_at_a_time(physician_ids: Iterable[int | None]) -> None:
    """Two who enter clinics of one physician wait for each other, so that those cannot overlap unseen."""
    named = {one for one in physician_ids if one is not None}
    if named:
        list(User.objects.select_for_update(no_key=True).filter(pk__in=named).order_by("pk"))


def fault_of(physician_id: int | None, institution_id: int, span: Span, beside: Iterable[Span] = ()) -> str:
    """What stands in the way of a clinic over `span`, in words; `beside` are the physician's others not yet written."""
    if physician_id is None:
        return ""
    starts_at, ends_at = span
    if not people_at(institution_id, rules.day_of(starts_at)).filter(pk=physician_id).exists():
        return _("该机构没有这位在任医生。")
    held = Session.objects.filter(
        physician_id=physician_id, closed_at=None, handed_back_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    if held.exists() or any(begun < ends_at and ended > starts_at for begun, ended in beside):
        return _("该医生同一时间已有另一场门诊。")
    return ""
