"""Bookings: who has which place, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.models import new_id


class BookingState(models.TextChoices):
    HELD = "held", _("占号")
    BOOKED = "booked", _("已预约")
    ARRIVED = "arrived", _("已到诊")
    NO_SHOW = "no_show", _("爽约")
    CANCELLED = "cancelled", _("已取消")
    EXPIRED = "expired", _("占号过期")


class Booking(models.Model):
    """A resident's claim on a place; `referral_id` names the referral it serves (a plain id: referrals stand above).

    How it moves from state to state is in `booking.policies.NEXT`. Session and department repeat the place's, for the
    constraint and for measuring waits.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.ForeignKey("booking.Place", on_delete=models.PROTECT, related_name="bookings")
    session = models.ForeignKey("booking.Session", on_delete=models.PROTECT, related_name="bookings")
    department = models.ForeignKey(
        "registry.Department", on_delete=models.PROTECT, related_name="bookings", db_index=False
    )
    resident = models.ForeignKey(
        "residents.Resident", on_delete=models.PROTECT, related_name="bookings", db_index=False
    )
    referral_id = models.UUIDField(null=True)
    exam_order = models.ForeignKey("booking.ExamOrder", null=True, on_delete=models.PROTECT, related_name="bookings")
    state = models.CharField(max_length=10, choices=BookingState.choices)
    held_until = models.DateTimeField(null=True)  # while held: the same as the place's
    is_extended = models.BooleanField(default=False)  # a hold is extended once
    requested_at = models.DateTimeField()  # when care was asked for: the wait is counted from here
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True)  # made on paper at `made_at`, entered here then
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=80, blank=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        constraints = [
            # The last line of defence: whatever the code does, a place has one living booking.
            models.UniqueConstraint(
                fields=["place"], condition=Q(state__in=["booked", "arrived", "no_show"]), name="place_booked_once"
            ),
            models.UniqueConstraint(
                fields=["session", "resident"],
                condition=Q(state__in=["held", "booked", "arrived"]),
                name="resident_once_a_session",
            ),
            models.UniqueConstraint(
                fields=["exam_order"],
                condition=Q(exam_order__isnull=False, state__in=["held", "booked", "arrived"]),
                name="examination_ordered_once",
            ),
            models.CheckConstraint(condition=~Q(state="held") | Q(held_until__isnull=False), name="hold_has_end"),
        ]
        indexes = [
            models.Index(fields=["resident", "-made_at"]),
            models.Index(fields=["department", "-made_at"]),
            models.Index(fields=["referral_id"], condition=Q(referral_id__isnull=False), name="booking_referral"),
            models.Index(fields=["held_until"], condition=Q(state="held"), name="booking_held"),
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.state}"
