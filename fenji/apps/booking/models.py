"""Places and bookings. A place is a row (a numbered slot of a clinic, later an examination time), never a counter."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.models import new_id


class Schedule(models.Model):
    """A clinic's weekly pattern; places are made from it four weeks ahead."""

    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="schedules")
    physician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="schedules"
    )
    line = models.CharField(max_length=12, default="specialist")  # general, specialist, expert (全科、专科、专家)
    weekday = models.PositiveSmallIntegerField()  # 0 Monday … 6 Sunday
    starts = models.TimeField()
    ends = models.TimeField()
    place_minutes = models.PositiveSmallIntegerField()
    reserve_permille = models.PositiveSmallIntegerField(null=True)  # null: the rulebook's share
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    source_system = models.CharField(max_length=40, blank=True)
    source_code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="schedule_ends_after_start"),
            models.CheckConstraint(condition=Q(place_minutes__gt=0), name="place_lasts"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_code"),
            models.UniqueConstraint(
                fields=["source_system", "source_code"], condition=~Q(source_code=""), name="schedule_source_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.weekday} {self.starts:%H:%M}"


class Session(models.Model):
    """One clinic on one day: half-open span of time, open or closed (停诊)."""

    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="sessions")
    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="sessions")
    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="sessions")
    physician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    line = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=80, blank=True)
    source_system = models.CharField(max_length=40, blank=True)  # a hospital's own code of the clinic, for its messages
    source_code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "starts_at"], name="session_once"),
            models.UniqueConstraint(
                fields=["source_system", "source_code"], condition=~Q(source_code=""), name="session_source_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
        ]
        indexes = [models.Index(fields=["department", "starts_at"]), models.Index(fields=["institution", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.department_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Pool(models.TextChoices):
    """For whom a place is kept."""

    REFERRAL = "referral", _("转诊预留")
    PUBLIC = "public", _("公开号源")


class Place(models.Model):
    """One numbered place. Free when `taken_by` is null or its hold ran out; claimed by `booking.claim` alone."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="places")
    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE)
    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE)
    number = models.PositiveSmallIntegerField()
    pool = models.CharField(max_length=10, choices=Pool.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    is_open = models.BooleanField(default=True)  # false once its session is closed
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
        ]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.number}"


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
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="bookings")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="bookings")
    department = models.ForeignKey(
        "registry.Department", on_delete=models.PROTECT, related_name="bookings", db_index=False
    )
    resident = models.ForeignKey(
        "residents.Resident", on_delete=models.PROTECT, related_name="bookings", db_index=False
    )
    referral_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=BookingState.choices)
    held_until = models.DateTimeField(null=True)  # while held: the same as the place's
    is_extended = models.BooleanField(default=False)  # a hold is extended once
    requested_at = models.DateTimeField()  # when care was asked for: the wait is counted from here
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
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
