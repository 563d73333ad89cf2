"""Notices: what had to be told to whom, by which way, and whether it arrived."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One message to one addressee. The text never holds an ID number; the address is sealed.

    A notice without `user`, `institution` or `resident_id` does not exist: someone is always told. With a resident and
    an institution both, the resident is told and the institution is who tells (its call list).
    """

    class Channel(models.TextChoices):
        DESK = "desk", _("工作台")
        SMS = "sms", _("短信")
        WECOM = "wecom", _("企业微信")
        CALL = "call", _("电话名单")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已送达")
        FAILED = "failed", _("未送达")
        READ = "read", _("已读")

    kind = models.CharField(max_length=40)  # "referral.accepted", "referral.overdue"
    cause_kind = models.CharField(max_length=20)
    cause_id = models.CharField(max_length=64)
    once_key = models.CharField(max_length=120, unique=True)  # a repeated job makes no second notice
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="notices")
    institution_id = models.BigIntegerField(null=True)
    department_id = models.BigIntegerField(null=True)
    resident_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address_sealed = models.BinaryField(null=True)
    text = models.CharField(max_length=400)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=False)
                | models.Q(institution_id__isnull=False)
                | models.Q(resident_id__isnull=False),
                name="someone_is_told",
            )
        ]
        indexes = [
            models.Index(fields=["user", "state"]),
            models.Index(fields=["institution_id", "department_id", "state"]),
            models.Index(fields=["resident_id", "-made_at"]),
            models.Index(fields=["cause_kind", "cause_id"]),
            models.Index(
                fields=["channel", "made_at"],
                condition=models.Q(state__in=["waiting", "failed"]),
                name="notice_undelivered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.state}"


class Attempt(models.Model):
    """One try to deliver a notice."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    adapter = models.CharField(max_length=20)
    succeeded = models.BooleanField()
    detail = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.notice_id} {self.adapter} {'+' if self.succeeded else '-'}"
