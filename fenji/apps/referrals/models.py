"""Referrals: where each stands, every step it took, its papers and replies, the plan that comes down again."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.models import new_id
from fenji.kernel.referral import STATES, Direction, State, Urgency

OPEN_STATES = [state.value for state, rule in STATES.items() if rule.is_open]


class Referral(models.Model):
    """One patient on the way from one institution to another. `version` counts every change; writers carry it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=20, unique=True)  # printed and read over the telephone
    direction = models.CharField(max_length=6, choices=[(d.value, d.name) for d in Direction])
    urgency = models.CharField(max_length=10, choices=[(u.value, u.name) for u in Urgency])
    state = models.CharField(max_length=24, choices=[(s.value, STATES[s].name) for s in State])
    version = models.PositiveIntegerField(default=1)
    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="referrals")

    sender = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="referrals_sent")
    sender_department = models.ForeignKey("registry.Department", null=True, on_delete=models.PROTECT, related_name="+")
    sender_team = models.ForeignKey("registry.Team", null=True, on_delete=models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="referrals_written")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(
        "registry.Institution", null=True, on_delete=models.PROTECT, related_name="referrals_received"
    )
    department = models.ForeignKey("registry.Department", null=True, on_delete=models.PROTECT, related_name="referrals")
    department_due_at = models.DateTimeField(null=True)  # the office's own deadline for the department
    physician = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="referrals_in_care"
    )

    due_at = models.DateTimeField(null=True)  # when the owner of the state must have acted; null only when closed
    escalation = models.PositiveSmallIntegerField(default=0)  # rungs already told
    escalate_at = models.DateTimeField(null=True)  # when the next rung is told

    diagnosis_code = models.CharField(max_length=10, blank=True)  # ICD-10
    diagnosis_name = models.CharField(max_length=80)
    specialty = models.CharField(max_length=8, blank=True)  # 诊疗科目 wanted
    slip = models.JSONField(default=dict)  # fields of the 双向转诊单, see referrals.slip
    measures = models.JSONField(default=dict)  # what the criteria read: {"systolic": 186}
    criterion = models.CharField(max_length=60, blank=True)  # the catalogue criterion it met
    choice_code = models.CharField(max_length=20, blank=True)  # why not where the rules prefer: CHOICE_REASONS
    choice_reason = models.CharField(max_length=300, blank=True)  # why this institution, in words
    rulebook_version = models.CharField(max_length=64)
    wishes = models.CharField(max_length=200, blank=True)  # the resident's preference
    consent_at = models.DateTimeField(null=True)
    consent_by = models.CharField(max_length=20, blank=True)  # self, guardian, emergency
    offered_places = models.JSONField(default=list)  # place ids offered to the resident
    booking = models.ForeignKey("booking.Booking", null=True, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    from_paper = models.BooleanField(default=False)  # entered on arrival from a paper slip or walk-in
    filing_number = models.CharField(max_length=40, blank=True)  # 医保备案号, where the city's insurer asks for filing
    filed_at = models.DateTimeField(null=True)
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    state_since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=OPEN_STATES, due_at__isnull=False, escalate_at__isnull=False, closed_at__isnull=True
                )
                | (~Q(state__in=OPEN_STATES) & Q(closed_at__isnull=False, due_at__isnull=True)),
                name="open_has_deadline_closed_has_none",
            ),
            models.CheckConstraint(
                condition=Q(receiver__isnull=False) | Q(state__in=["draft", "cancelled"]), name="sent_has_receiver"
            ),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="not_to_self"),
        ]
        indexes = [
            models.Index(fields=["receiver", "state", "due_at"]),
            models.Index(fields=["sender", "state", "due_at"]),
            models.Index(fields=["resident", "-created_at"]),
            models.Index(fields=["department", "state"]),
            models.Index(fields=["escalate_at"], condition=Q(closed_at__isnull=True), name="referral_escalates"),
            models.Index(fields=["-created_at"]),
            models.Index(fields=["sent_at"], condition=Q(sent_at__isnull=False), name="referral_sent"),
        ]

    def __str__(self) -> str:
        return self.number


class Step(models.Model):
    """One move, never changed afterwards: who, from where, to where, when, why."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="steps")
    version = models.PositiveIntegerField()  # of the referral after the step
    action = models.CharField(max_length=24)
    from_state = models.CharField(max_length=24, blank=True)
    to_state = models.CharField(max_length=24)
    party = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=80)
    institution = models.ForeignKey("registry.Institution", null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_late = models.BooleanField(default=False)  # taken after the deadline of `from_state` had passed
    reason = models.CharField(max_length=40, blank=True)  # code
    note = models.CharField(max_length=1000, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["referral", "version"], name="step_once")]
        indexes = [
            models.Index(fields=["action", "at"]),
            models.Index(fields=["at"], condition=Q(is_late=True), name="step_late"),
        ]

    def __str__(self) -> str:
        return f"{self.referral_id} {self.action}"


class Attachment(models.Model):
    """A photographed paper or result, checked and re-encoded before it is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=80)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Reply(models.Model):
    """What the receiver answers (回转单): interim or final."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="replies")
    is_final = models.BooleanField()
    admission_number = models.CharField(max_length=40, blank=True)  # 住院病案号
    diagnosis_code = models.CharField(max_length=10, blank=True)
    diagnosis_name = models.CharField(max_length=80, blank=True)
    findings = models.TextField(max_length=2000, blank=True)  # 主要检查结果
    treatment = models.TextField(max_length=2000)  # 治疗经过
    advice = models.TextField(max_length=2000, blank=True)  # 下一步治疗方案及康复建议
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.referral_id} {self.at:%Y-%m-%d}"


class CarePlan(models.Model):
    """The continuing plan that goes down with the patient: treatment, rehabilitation, nursing, follow-up dates.

    A draft's may lack parts. `tasks` become follow-ups when it is sent; empty once they were laid out with a plan that
    was handed on.
    """

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="plan")  # the downward referral
    treatment = models.TextField(max_length=2000)
    medicines = models.JSONField(default=list)  # [{"name", "dose", "frequency", "days"}]
    rehabilitation = models.TextField(max_length=2000, blank=True)
    nursing = models.TextField(max_length=2000, blank=True)
    warning_signs = models.TextField(max_length=1000, blank=True)  # come back up when …
    guidance_days = models.PositiveSmallIntegerField(null=True)  # the upper doctor looks in every so many days
    tasks = models.JSONField(default=list)  # [{"due_on", "what"}]
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.referral_id}"


class FollowUp(models.Model):
    """A dated task after a referral: the community team sees the patient, or the upper doctor looks in (guidance).

    `what` is as written in the plan, or one of the two that nobody writes.
    """

    AFTER_REFERRAL, LOOK_IN = "转诊后随访", "随诊指导"

    class Kind(models.TextChoices):
        FOLLOW_UP = "follow_up", _("随访")
        GUIDANCE = "guidance", _("上级随诊指导")

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="follow_ups")
    institution = models.ForeignKey(
        "registry.Institution", on_delete=models.PROTECT, related_name="follow_ups"
    )  # whose task
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.FOLLOW_UP)
    due_on = models.DateField()
    what = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    result = models.CharField(max_length=400, blank=True)
    measures = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["institution", "due_on"], condition=Q(done_at__isnull=True), name="follow_up_due"),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.what}"


class Complaint(models.Model):
    """A resident's complaint about a referral, answered by the office it concerns."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="complaints")
    text = models.CharField(max_length=1000)
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.referral_id} {self.made_at:%Y-%m-%d}"


class FirstContact(models.Model):
    """How a referral, or a booking without one, was judged by the city's rule of first contact when it was made."""

    referral = models.OneToOneField(Referral, null=True, on_delete=models.PROTECT, related_name="first_contact")
    booking = models.OneToOneField("booking.Booking", null=True, on_delete=models.PROTECT, related_name="first_contact")
    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=12)  # guided, compulsory, stepwise, older_first
    counts = models.BooleanField()  # it is a first contact as the rule wants it
    code = models.CharField(max_length=20)  # the ground, see kernel.first_contact
    text = models.CharField(max_length=120)  # the ground in words, as it was told
    text_en = models.CharField(max_length=120)
    source_title = models.CharField(max_length=200, blank=True)
    clause = models.CharField(max_length=300, blank=True)
    basis = models.CharField(max_length=10, blank=True)  # stated, unverified, assumed
    rulebook_version = models.CharField(max_length=64)
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(referral__isnull=False) ^ Q(booking__isnull=False), name="first_contact_of_one"
            )
        ]
        indexes = [models.Index(fields=["judged_at"])]

    def __str__(self) -> str:
        return f"{self.code} {'+' if self.counts else '-'}"
