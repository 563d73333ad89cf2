"""Examinations ordered from elsewhere: what was asked, when it is done, what came of it, who has read that."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from fenji.apps.common.models import new_id


class ExamOrder(models.Model):
    """One examination ordered for a resident. Its time is the booking that names it; a moved one names it again."""

    id = models.UUIDField(primary_key=True, default=new_id)
    resident = models.ForeignKey(
        "residents.Resident", on_delete=models.PROTECT, related_name="exam_orders", db_index=False
    )
    item = models.ForeignKey("booking.ExamItem", on_delete=models.PROTECT, related_name="orders")
    referral_id = models.UUIDField(null=True)  # the referral it belongs to, if any
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ordered_from = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="exams_ordered")
    ordered_at = models.DateTimeField()
    question = models.CharField(max_length=300)  # what the orderer wants to know
    cancelled_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=80, blank=True)
    reported_at = models.DateTimeField(null=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    findings = models.TextField(blank=True)
    conclusion = models.CharField(max_length=400, blank=True)
    attachment = models.CharField(max_length=200, blank=True)  # where the hospital keeps picture or report
    is_critical = models.BooleanField(default=False)  # 危急值: must be acted on at once
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reported_at__isnull=True) | ~Q(conclusion=""), name="result_has_conclusion"
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(reported_at__isnull=False), name="read_what_is_reported"
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-ordered_at"]),
            models.Index(fields=["ordered_from", "-ordered_at"]),
            models.Index(fields=["item", "-ordered_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.resident_id}"
