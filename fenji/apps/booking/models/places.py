"""A place is a row: a numbered slot of a clinic or an examination time, never a counter."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Pool(models.TextChoices):
    """For whom a place is kept. Places reserved in an expert's clinic have a ladder of release of their own."""

    REFERRAL = "referral", _("转诊预留")
    EXPERT = "expert", _("专家号转诊预留")
    PUBLIC = "public", _("公开号源")


class Place(models.Model):
    """One numbered place of a clinic, or one examination time (then with its item, which repeats the session's).

    Free when `taken_by` is null or its hold ran out; claimed by `booking.claim` alone.
    """

    session = models.ForeignKey("booking.Session", on_delete=models.CASCADE, related_name="places")
    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE)
    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE)
    exam_item = models.ForeignKey("booking.ExamItem", null=True, on_delete=models.PROTECT, db_index=False)
    number = models.PositiveSmallIntegerField()
    pool = models.CharField(max_length=10, choices=Pool.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_open = models.BooleanField(default=True)  # false once its session is closed or handed back
    taken_by = models.UUIDField(null=True)  # the booking
    held_until = models.DateTimeField(null=True)  # null with taken_by set: booked for good

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="place_number_once"),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=False) | Q(held_until__isnull=True), name="hold_has_owner"
            ),
        ]
        indexes = [
            # Only what can still be claimed: the first free place stands at the front, however many are booked.
            models.Index(
                fields=["department", "starts_at", "number"],
                condition=Q(is_open=True) & (Q(taken_by__isnull=True) | Q(held_until__isnull=False)),
                name="place_open",
            ),
            models.Index(
                fields=["exam_item", "starts_at"],
                condition=Q(exam_item__isnull=False, is_open=True)
                & (Q(taken_by__isnull=True) | Q(held_until__isnull=False)),
                name="examination_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.number}"
