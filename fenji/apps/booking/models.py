"""Places and bookings. A place is a row (a numbered slot of a clinic session, later an examination time), never a counter."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from fenji.apps.common.models import new_id


class Schedule(models.Model):
    """A clinic's weekly pattern; places are made from it four weeks ahead."""

    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="schedules")
    physician = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="schedules")
    line = models.CharField(max_length=12, default="specialist")  # general, specialist, expert (全科、专科、专家)
    weekday = models.PositiveSmallIntegerField()  # 0 Monday … 6 Sunday
    starts = models.TimeField()
    ends = models.TimeField()
    place_minutes = models.PositiveSmallIntegerField()
    reserve_permille = models.PositiveSmallIntegerField(null=True)  # null: the rulebook's share for referrals from below
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


class Session(models.Model):
    """One clinic on one day: half-open span of time, open or closed (停诊)."""

    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="sessions")
    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="sessions")
    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="sessions")
    physician = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="sessions")
    line = models.CharField(max_length=12)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "starts_at"], name="session_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
        ]
        indexes = [models.Index(fields=["department", "starts_at"]), models.Index(fields=["institution", "starts_at"])]


class Pool(models.TextChoices):
    """For whom a place is kept."""

    REFERRAL = "referral", "转诊预留"
    PUBLIC = "public", "公开号源"


class Place(models.Model):
    """One numbered place. Free when `taken_by` is null or its hold has run out; claimed by one statement (`booking.claim`)."""

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
            models.CheckConstraint(condition=Q(taken_by__isnull=False) | Q(held_until__isnull=True), name="hold_has_owner"),
        ]
        indexes = [
            models.Index(fields=["department", "pool", "starts_at"], condition=Q(is_open=True), name="place_open"),
            models.Index(fields=["institution", "starts_at"], condition=Q(is_open=True), name="place_open_institution"),
            models.Index(fields=["taken_by"], condition=Q(taken_by__isnull=False), name="place_taken"),
        ]


class BookingState(models.TextChoices):
    HELD = "held", "占号"
    BOOKED = "booked", "已预约"
    ARRIVED = "arrived", "已到诊"
    NO_SHOW = "no_show", "爽约"
    CANCELLED = "cancelled", "已取消"
    EXPIRED = "expired", "占号过期"


class Booking(models.Model):
    """A resident's claim on a place; `cause` names the referral it serves (plain id: referrals stand above booking)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="bookings")
    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="bookings")
    referral_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=BookingState.choices)
    held_until = models.DateTimeField(null=True)
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
        ]
        indexes = [
            models.Index(fields=["resident", "-made_at"]),
            models.Index(fields=["referral_id"], condition=Q(referral_id__isnull=False), name="booking_referral"),
        ]
