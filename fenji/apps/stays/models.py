"""Resources with names, the stays upon them, and the movements by which a hospital says what happened in its wards."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.models import new_id
from fenji.kernel.stays import LIVING, Event, ResourceKind, StayState

KIND_NAMES = {
    ResourceKind.BED: _("床位"), ResourceKind.THEATRE: _("手术间"), ResourceKind.RECOVERY: _("复苏位"),
    ResourceKind.EQUIPMENT: _("设备"),
}  # fmt: skip
STATE_NAMES = {
    StayState.HELD: _("占床"), StayState.RESERVED: _("已预留"), StayState.OCCUPIED: _("在床"),
    StayState.CLEANING: _("清洁中"), StayState.BLOCKED: _("停用"), StayState.LEFT: _("已离床"),
    StayState.DONE: _("已结束"), StayState.CANCELLED: _("已取消"), StayState.EXPIRED: _("占床过期"),
}  # fmt: skip
EVENT_NAMES = {
    Event.ADMIT: _("入院"), Event.TRANSFER: _("转床"), Event.DISCHARGE: _("出院"), Event.EXPECT: _("预计出院"),
    Event.CLEAN: _("清洁完毕"), Event.BLOCK: _("停用"), Event.UNBLOCK: _("恢复使用"), Event.CANCEL: _("撤销"),
}  # fmt: skip


def _span(from_field: str, until_field: str) -> Func:
    return Func(F(from_field), F(until_field), Value("[)"), function="tstzrange", output_field=DateTimeRangeField())


class Ward(models.Model):
    """A nursing unit (病区) of a department, or the place where theatres and equipment stand."""

    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="wards")
    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="wards")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    sex = models.PositiveSmallIntegerField(default=0)  # GB/T 2261.1: 1 men, 2 women; 0 both
    closed_from = models.DateTimeField(null=True)
    closed_until = models.DateTimeField(null=True)  # null with closed_from set: until further notice
    closed_reason = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "code"], name="ward_code_once"),
            models.CheckConstraint(condition=Q(sex__in=[0, 1, 2]), name="ward_sex_code"),
            models.CheckConstraint(
                condition=Q(closed_until__isnull=True) | Q(closed_until__gt=F("closed_from")), name="ward_closed_span"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Resource(models.Model):
    """One thing with a name: this bed, this theatre, this CT. Its row is the lock of all that lies on it."""

    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="resources")
    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="resources")
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="resources")
    kind = models.CharField(max_length=10, choices=[(kind.value, name) for kind, name in KIND_NAMES.items()])
    code = models.CharField(max_length=40)  # as the hospital names it in its messages
    name = models.CharField(max_length=60)
    sex = models.PositiveSmallIntegerField(default=0)  # of a room within a ward for both
    is_isolation = models.BooleanField(default=False)
    used_from = models.DateField()
    used_until = models.DateField(null=True)  # the first day it is no longer in use

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "kind", "code"], name="resource_code_once"),
            models.CheckConstraint(condition=Q(sex__in=[0, 1, 2]), name="resource_sex_code"),
            models.CheckConstraint(
                condition=Q(used_until__isnull=True) | Q(used_until__gte=F("used_from")), name="resource_used_span"
            ),
        ]
        indexes = [models.Index(fields=["ward", "kind", "code"])]

    def __str__(self) -> str:
        return self.name


class HandOver(models.Model):
    """While it stands, the platform alone reserves the resource (交出); the hospital's own people do not."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="handed_over")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)  # null: until it is handed back
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")), name="hand_over_span"
            ),
            ExclusionConstraint(
                name="handed_over_once",
                expressions=[
                    ("resource", RangeOperators.EQUAL), (_span("from_at", "until_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.resource_id} {self.from_at:%Y-%m-%d}"


class Stay(models.Model):
    """Somebody, or a reason, on a resource over [from_at, until_at). How it moves is in `kernel.stays.NEXT`.

    `until_at` is what nobody else may have: for a patient in bed the expected discharge, or a while from now once
    that has passed. Ward, institution and kind repeat the resource's.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="stays")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="stays")
    institution = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="stays")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=[(state.value, name) for state, name in STATE_NAMES.items()])
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    resident = models.ForeignKey("residents.Resident", null=True, on_delete=models.PROTECT, related_name="stays")
    sex = models.PositiveSmallIntegerField(default=0)
    needs_isolation = models.BooleanField(default=False)
    referral_id = models.UUIDField(null=True)
    bundle_id = models.UUIDField(null=True)
    episode = models.CharField(max_length=40, blank=True)  # 住院号, once admitted
    requested_at = models.DateTimeField(null=True)  # when a bed was asked for: the wait is counted from here
    admitted_at = models.DateTimeField(null=True)  # of the whole episode
    expected_at = models.DateTimeField(null=True)  # discharge, as the ward expects it
    diagnosis_code = models.CharField(max_length=10, blank=True)
    measures = models.JSONField(default=dict)  # what the criteria for going down read
    measured_at = models.DateTimeField(null=True)  # when the ward last wrote them
    reason = models.CharField(max_length=80, blank=True)  # why blocked, why ended
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_at__gte=F("from_at")), name="stay_ends_after_start"),
            models.CheckConstraint(condition=~Q(state="held") | Q(held_until__isnull=False), name="stay_hold_has_end"),
            # The last line of defence: whatever the code does, two living stays never share a resource.
            ExclusionConstraint(
                name="stays_never_overlap",
                expressions=[
                    ("resource", RangeOperators.EQUAL), (_span("from_at", "until_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=[state.value for state in LIVING]),
            ),
            models.UniqueConstraint(
                fields=["institution", "resident"], condition=Q(state="occupied", kind="bed", resident__isnull=False),
                name="resident_in_one_bed",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["ward", "from_at"]),
            models.Index(fields=["institution", "episode"], condition=~Q(episode=""), name="stay_episode"),
            models.Index(fields=["referral_id"], condition=Q(referral_id__isnull=False), name="stay_referral"),
            models.Index(fields=["bundle_id"], condition=Q(bundle_id__isnull=False), name="stay_bundle"),
            models.Index(fields=["resident", "-made_at"]),
            models.Index(fields=["held_until"], condition=Q(state="held"), name="stay_held"),
            models.Index(
                fields=["resource", "from_at"], condition=Q(state__in=[state.value for state in LIVING]),
                name="stay_living",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.resource_id} {self.state}"


class Feed(models.Model):
    """When an institution last said anything of its wards, by messages or by hand; without it nothing is promised."""

    institution = models.OneToOneField("registry.Institution", on_delete=models.CASCADE, related_name="bed_feed")
    by_messages = models.BooleanField(default=False)  # a system sends; else the ward keeps the board by hand
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.institution_id} {self.last_at:%Y-%m-%d %H:%M}"


class Movement(models.Model):
    """One thing that happened in a ward, as told. What lies where is worked out from all of them (`movements`)."""

    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="movements")
    message_id = models.CharField(max_length=80)  # the sender's; the same one again is told once
    event = models.CharField(max_length=10, choices=[(event.value, name) for event, name in EVENT_NAMES.items()])
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()
    episode = models.CharField(max_length=40, blank=True)
    bed = models.ForeignKey(Resource, null=True, on_delete=models.PROTECT, related_name="movements")
    resident = models.ForeignKey("residents.Resident", null=True, on_delete=models.PROTECT, related_name="+")
    sex = models.PositiveSmallIntegerField(default=0)
    diagnosis_code = models.CharField(max_length=10, blank=True)
    until_at = models.DateTimeField(null=True)  # expected discharge, end of a block
    cancels = models.CharField(max_length=80, blank=True)  # the message it takes back
    reason = models.CharField(max_length=80, blank=True)
    content_hash = models.CharField(max_length=64)
    waits_for = models.CharField(max_length=40, blank=True)  # why it has no effect yet; empty: it has
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "message_id"], name="movement_once")]
        indexes = [
            models.Index(fields=["institution", "episode"], condition=~Q(episode=""), name="movement_episode"),
            models.Index(fields=["bed", "happened_at"]),
            models.Index(fields=["institution"], condition=~Q(waits_for=""), name="movement_waiting"),
            models.Index(fields=["institution", "-happened_at"], name="movement_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.event} {self.happened_at:%Y-%m-%d %H:%M}"


class Census(models.Model):
    """What a hospital says lay where at one moment, and how far that is from what we have."""

    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="censuses")
    on = models.DateField()
    taken_at = models.DateTimeField(null=True)  # null: none came that day, which is a difference of its own
    beds = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "on"], name="census_once_a_day")]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.on}"


class Difference(models.Model):
    """One bed on which the hospital and the platform do not agree; listed until somebody says what was wrong."""

    class Kind(models.TextChoices):
        ONLY_THERE = "only_there", _("医院在床，平台空床")
        ONLY_HERE = "only_here", _("平台在床，医院空床")
        OTHER_PATIENT = "other", _("两边住院号不同")
        UNKNOWN_BED = "unknown_bed", _("平台没有这张床")
        WAITING = "waiting", _("消息未能生效")
        TWO_HOUSES = "two_houses", _("同时在两家机构住院")
        NO_CENSUS = "no_census", _("当日未收到在床清单")
        DISPLACED = "displaced", _("预留的床被占用")

    census = models.ForeignKey(Census, null=True, on_delete=models.CASCADE, related_name="differences")
    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="bed_differences")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    bed_code = models.CharField(max_length=40, blank=True)
    theirs = models.CharField(max_length=80, blank=True)
    ours = models.CharField(max_length=80, blank=True)
    stay = models.ForeignKey(Stay, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["institution", "-at"])]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.kind} {self.bed_code}"


class Proposal(models.Model):
    """An inpatient who could go down: put to the ward, with a community institution that has room. Never lost: open
    until the ward answers or the patient has left; past `due_at` the office is told.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待病区答复")
        ACCEPTED = "accepted", _("同意下转")
        DECLINED = "declined", _("暂不下转")
        OVER = "over", _("已离院")

    id = models.UUIDField(primary_key=True, default=new_id)
    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE, related_name="down_proposals")
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="down_proposals")
    stay = models.ForeignKey(Stay, on_delete=models.CASCADE, related_name="down_proposals")
    episode = models.CharField(max_length=40)
    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="+")
    community = models.ForeignKey("registry.Institution", null=True, on_delete=models.CASCADE, related_name="+")
    free_beds = models.PositiveSmallIntegerField(default=0)  # of the community, when it was proposed
    is_stable = models.BooleanField(default=False)
    criterion = models.CharField(max_length=60, blank=True)
    days = models.PositiveSmallIntegerField()  # in hospital so far
    suggested_days = models.PositiveSmallIntegerField(null=True)  # of the disease; null: none is known
    rulebook_version = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    told_late_at = models.DateTimeField(null=True)
    ask_again_at = models.DateTimeField(null=True)  # declined: not before
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=200, blank=True)
    referral_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "episode"], condition=Q(state="open"), name="one_open_proposal_an_episode"
            ),
        ]
        indexes = [
            models.Index(fields=["ward", "state", "due_at"]),
            models.Index(fields=["community", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.ward_id} {self.state}"


class Surgery(models.Model):
    """One day surgery (日间手术) from the assessment to the last call; its states are in `kernel.day_surgery`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    institution = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="day_surgeries")
    department = models.ForeignKey("registry.Department", on_delete=models.PROTECT, related_name="day_surgeries")
    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="day_surgeries")
    referral_id = models.UUIDField(null=True)  # by which the patient came
    state = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=1)
    procedure = models.CharField(max_length=80)
    diagnosis_code = models.CharField(max_length=10, blank=True)
    checklist = models.JSONField(default=dict)  # item: true or false
    checklist_note = models.CharField(max_length=400, blank=True)
    bundle_id = models.UUIDField(null=True)  # theatre and recovery place
    starts_at = models.DateTimeField(null=True)
    operated_at = models.DateTimeField(null=True)
    scores = models.JSONField(default=dict)  # of the discharge check
    discharged_at = models.DateTimeField(null=True)
    down_referral_id = models.UUIDField(null=True)  # the handover to the community
    due_at = models.DateTimeField(null=True)  # when the owner of the state must have acted; null when closed
    told_late_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=80, blank=True)
    requested_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["institution", "state", "due_at"]),
            models.Index(fields=["department", "state"]),
        ]

    def __str__(self) -> str:
        return f"{self.procedure} {self.state}"


class SurgeryCall(models.Model):
    """A telephone call after a day surgery: how the patient is."""

    surgery = models.ForeignKey(Surgery, on_delete=models.CASCADE, related_name="calls")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reached = models.BooleanField(null=True)
    is_well = models.BooleanField(null=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="surgery_call_due")]

    def __str__(self) -> str:
        return f"{self.surgery_id} {self.due_at:%Y-%m-%d}"
