"""The waiting list: who waits for what, in which order, and to whom a freed place was offered."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.models import new_id


class EntryState(models.TextChoices):
    WAITING = "waiting", _("候补中")
    OFFERED = "offered", _("待答复")
    BOOKED = "booked", _("已约到")
    WITHDRAWN = "withdrawn", _("已退出")
    SILENT = "silent", _("多次未答复")
    OVER = "over", _("已过期")


class WaitingEntry(models.Model):
    """Somebody who wants a place of this department in [from_at, until_at); ordered by urgency, then by time."""

    id = models.UUIDField(primary_key=True, default=new_id)
    resident = models.ForeignKey(
        "residents.Resident", on_delete=models.PROTECT, related_name="waiting_entries", db_index=False
    )
    department = models.ForeignKey("registry.Department", on_delete=models.PROTECT, related_name="waiting_entries")
    line = models.CharField(max_length=12, blank=True)  # "": any clinic of the department
    exam_item = models.ForeignKey("booking.ExamItem", null=True, on_delete=models.PROTECT, related_name="+")
    exam_order = models.ForeignKey("booking.ExamOrder", null=True, on_delete=models.PROTECT, related_name="waiting")
    physician = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    referral_id = models.UUIDField(null=True)
    urgency = models.CharField(max_length=10)  # kernel.referral.Urgency
    urgency_rank = models.PositiveSmallIntegerField()  # 0 first
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=EntryState.choices, default=EntryState.WAITING)
    silences = models.PositiveSmallIntegerField(default=0)  # offers let pass without a word
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "resident", "line", "exam_item"],
                condition=Q(state__in=["waiting", "offered"]),
                name="waits_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="waits_until_later"),
        ]
        indexes = [
            models.Index(
                fields=["department", "urgency_rank", "entered_at", "id"],
                condition=Q(state="waiting"),
                name="waiting_in_order",
            ),
            models.Index(fields=["resident", "-entered_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.urgency} {self.state}"


class OfferState(models.TextChoices):
    OPEN = "open", _("待答复")
    ACCEPTED = "accepted", _("已接受")
    DECLINED = "declined", _("已谢绝")
    SILENT = "silent", _("未答复")
    ENDED = "ended", _("已作废")  # the clinic closed, or the entry was withdrawn


class Offer(models.Model):
    """A place kept for one entry until `answer_by`; `passed_over` says whom it went past and why."""

    id = models.UUIDField(primary_key=True, default=new_id)
    entry = models.ForeignKey(WaitingEntry, on_delete=models.CASCADE, related_name="offers")
    booking = models.ForeignKey("booking.Booking", on_delete=models.PROTECT, related_name="offers")
    place = models.ForeignKey("booking.Place", on_delete=models.PROTECT, related_name="offers")
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.OPEN)
    made_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    passed_over = models.JSONField(default=list)  # [{"entry": id, "why": code}], in order of the list

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(state="open"), name="one_offer_at_a_time"),
            models.UniqueConstraint(fields=["place"], condition=Q(state="open"), name="place_offered_once"),
        ]
        indexes = [models.Index(fields=["answer_by"], condition=Q(state="open"), name="offer_open")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.state}"
