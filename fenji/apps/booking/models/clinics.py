"""When care is offered: weekly patterns, the clinics and examination times of a day, what is examined."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Line(models.TextChoices):
    """What kind of session it is."""

    GENERAL = "general", _("普通门诊")
    SPECIALIST = "specialist", _("专科门诊")
    EXPERT = "expert", _("专家门诊")
    EXAMINATION = "examination", _("检查")


EXAM_OF_ITEM = Q(line=Line.EXAMINATION, exam_item__isnull=False) | (
    ~Q(line=Line.EXAMINATION) & Q(exam_item__isnull=True)
)


class ExamItem(models.Model):
    """An examination a department does: ordered by its code, with what the resident must do beforehand."""

    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="exam_items")
    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="exam_items")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    preparation = models.CharField(max_length=300, blank=True)  # told to the resident: fasting, what to bring
    equipment = models.CharField(max_length=60, blank=True)  # kind of equipment it needs, as the hospital names it
    minutes = models.PositiveSmallIntegerField(default=15)
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "code"], name="exam_item_once"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="examination_lasts"),
        ]

    def __str__(self) -> str:
        return self.name


class Schedule(models.Model):
    """A weekly pattern of a clinic, or of the times of one examination; places are made from it four weeks ahead."""

    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="schedules")
    physician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="schedules"
    )
    line = models.CharField(max_length=12, choices=Line.choices, default=Line.SPECIALIST)
    exam_item = models.ForeignKey(ExamItem, null=True, on_delete=models.PROTECT, related_name="schedules")
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
            models.CheckConstraint(condition=EXAM_OF_ITEM, name="schedule_examines_an_item"),
            models.UniqueConstraint(
                fields=["source_system", "source_code"], condition=~Q(source_code=""), name="schedule_source_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.weekday} {self.starts:%H:%M}"


class Session(models.Model):
    """One clinic on one day, or the times of one examination: half-open span of time, open or closed (停诊)."""

    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="sessions")
    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="sessions")
    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="sessions")
    physician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    line = models.CharField(max_length=12, choices=Line.choices)
    exam_item = models.ForeignKey(ExamItem, null=True, on_delete=models.PROTECT, related_name="sessions")
    block = models.ForeignKey(  # handed over by a hospital; null: kept here
        "booking.Block", null=True, on_delete=models.PROTECT, related_name="sessions"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=80, blank=True)
    handed_back_at = models.DateTimeField(null=True)  # from here on nothing of it is booked by us
    said_at = models.DateTimeField(null=True)  # hospital's time of the last message obeyed: what is older comes late
    source_system = models.CharField(max_length=40, blank=True)  # a hospital's own code of the clinic, for its messages
    source_code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "starts_at"], name="session_once"),
            models.UniqueConstraint(
                fields=["source_system", "source_code"], condition=~Q(source_code=""), name="session_source_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(condition=EXAM_OF_ITEM, name="session_examines_an_item"),
        ]
        indexes = [models.Index(fields=["department", "starts_at"]), models.Index(fields=["institution", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.department_id} {self.starts_at:%Y-%m-%d %H:%M}"
