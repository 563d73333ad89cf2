"""Enrolment, the person's year, claims and what was posted for them, statements, cases of supervision."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.models import new_id
from fenji.kernel.payment.codes import Group, ItemKind, ReferralState, Scheme, Setting
from fenji.kernel.payment.referral_state import FactKind
from fenji.kernel.tiers import Basis

DAYS = Func(F("valid_from"), F("valid_until"), Value("[)"), function="daterange", output_field=DateRangeField())
SCHEMES = [(one.name.lower(), one.name) for one in Scheme]
GROUPS = [(one.name.lower(), one.name) for one in Group]
SETTINGS = [(one.name.lower(), one.name) for one in Setting]


class Enrolment(models.Model):
    """In which scheme and as whom a resident is insured, day by day; a suspension is a row of its own."""

    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="enrolments")
    scheme = models.CharField(max_length=10, choices=SCHEMES)
    group = models.CharField(max_length=12, choices=GROUPS, default="general")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # first day without
    is_suspended = models.BooleanField(default=False)
    source_system = models.CharField(max_length=40, blank=True)
    source_code = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_enrolment_a_day",
                expressions=[("resident", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.scheme} {self.valid_from}"


class Item(models.Model):
    """One item of the insurer's catalogue (药品、诊疗项目、医用耗材目录) while it stands so."""

    code = models.CharField(max_length=30)
    name = models.CharField(max_length=80)
    name_pinyin = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=[(one.name.lower(), one.name) for one in ItemKind])
    item_class = models.CharField(max_length=1, choices=[("a", _("甲类")), ("b", _("乙类")), ("c", _("丙类"))])
    unit = models.CharField(max_length=12, blank=True)
    own_share_permille = models.PositiveSmallIntegerField(null=True)  # of 乙; null: the policy's for the kind
    ceilings = models.JSONField(default=dict)  # pay tier in lower case: 分 for one unit
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    basis = models.CharField(max_length=10, choices=[(b.value, b.name) for b in Basis])
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_entry_an_item_a_day",
                expressions=[("code", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(item_class__in=["a", "b", "c"]), name="item_class_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PersonYear(models.Model):
    """One person's year in one scheme. Its row is locked by whoever settles, so that no ceiling is spent twice."""

    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="payment_years")
    year = models.PositiveSmallIntegerField()
    scheme = models.CharField(max_length=10, choices=SCHEMES)
    opening = models.JSONField(default=dict)  # accumulators brought from another system, as `kernel.payment.person`
    opening_source = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resident", "year", "scheme"], name="one_year_a_scheme")]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.year} {self.scheme}"


class Filing(models.Model):
    """What was filed with the insurer: an emergency, care outside the region, membership of an exempt group."""

    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="filings")
    kind = models.CharField(max_length=16, choices=[(k.value, k.name) for k in FactKind if k is not FactKind.REFERRAL])
    institution = models.ForeignKey("registry.Institution", null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["resident", "filed_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.resident_id}"


class Mode(models.TextChoices):
    """Whether the books follow this claim, or it only checks another system's."""

    OFFICIAL = "official", _("正式结算")
    SHADOW = "shadow", _("比对")


class ClaimState(models.TextChoices):
    SETTLED = "settled", _("已结算")
    REPLACED = "replaced", _("已更正")
    REVERSED = "reversed", _("已冲销")


class Claim(models.Model):
    """One bill as settled. `bill` and `settlement` are the kernel's records; `settlement` is what the books follow."""

    id = models.UUIDField(primary_key=True, default=new_id)
    mode = models.CharField(max_length=8, choices=Mode.choices)
    state = models.CharField(max_length=8, choices=ClaimState.choices, default=ClaimState.SETTLED)
    person_year = models.ForeignKey(PersonYear, on_delete=models.PROTECT, related_name="claims")
    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="claims")
    institution = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="claims")
    department_code = models.CharField(max_length=8, blank=True)  # 诊疗科目
    setting = models.CharField(max_length=12, choices=SETTINGS)
    diagnosis_code = models.CharField(max_length=10, blank=True)
    admitted_at = models.DateTimeField()
    ended_at = models.DateTimeField()  # discharge, or the visit: orders the year

    referral_state = models.PositiveSmallIntegerField(choices=[(int(one), one.name) for one in ReferralState])
    rests_on = models.CharField(max_length=64, blank=True)  # referral or filing that gave the state
    late_by_hours = models.PositiveIntegerField(default=0)  # an emergency filed so long after its time
    chain = models.CharField(max_length=64, blank=True)  # first referral of the chain

    bill = models.JSONField()
    settlement = models.JSONField()
    total_cents = models.BigIntegerField()
    fund_cents = models.BigIntegerField()  # 统筹
    catastrophic_cents = models.BigIntegerField()
    assistance_cents = models.BigIntegerField()
    care_cents = models.BigIntegerField()
    self_cents = models.BigIntegerField()
    forgiven_cents = models.BigIntegerField(default=0)  # what the insurer bears instead of charging the patient later
    flags = models.PositiveSmallIntegerField(default=0)
    rulebook_version = models.CharField(max_length=64)

    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    reason = models.CharField(max_length=200, blank=True)  # of the correction or reversal
    source_system = models.CharField(max_length=40, blank=True)
    source_code = models.CharField(max_length=60, blank=True)  # the hospital's number of the bill
    content_hash = models.CharField(max_length=64)  # what was submitted: the same again is the same claim
    official = models.JSONField(null=True)  # shadow: what the official system settled
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mode", "source_system", "source_code"],
                condition=Q(state="settled") & ~Q(source_code=""),
                name="bill_settled_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    total_cents=F("fund_cents") + F("catastrophic_cents") + F("assistance_cents")
                    + F("care_cents") + F("self_cents")
                ),
                name="claim_adds_up",
            ),
            models.CheckConstraint(condition=Q(ended_at__gte=F("admitted_at")), name="claim_ends_after_start"),
            models.CheckConstraint(
                condition=Q(fund_cents__gte=0, catastrophic_cents__gte=0, assistance_cents__gte=0, care_cents__gte=0,
                            self_cents__gte=0),
                name="no_payer_below_zero",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["person_year", "ended_at"]),
            models.Index(fields=["institution", "ended_at"]),
            models.Index(fields=["resident", "-ended_at"]),
            models.Index(fields=["-ended_at"]),
            models.Index(fields=["-submitted_at"], condition=Q(mode="official"), name="official_latest_first"),
            models.Index(fields=["-submitted_at"], condition=Q(mode="shadow"), name="shadow_latest_first"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ClaimLine(models.Model):
    """One item of a bill with the class it was settled in."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=30, blank=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=8)  # drug, service, material
    item_class = models.CharField(max_length=1)  # a, b, c
    quantity_milli = models.BigIntegerField()  # thousandths of the item's unit
    amount_cents = models.BigIntegerField()
    own_share_cents = models.BigIntegerField(default=0)
    over_ceiling_cents = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "number"], name="claim_line_once")]

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.number}"


class PostingKind(models.TextChoices):
    SETTLEMENT = "settlement", _("结算")
    REVERSAL = "reversal", _("冲销")
    ADJUSTMENT = "adjustment", _("年度重算补差")
    RECOVERY = "recovery", _("违规追回")
    RETURN = "return", _("申诉退还")


class Posting(models.Model):
    """What the books took for a claim, payer by payer. Only ever added; they sum up to what the claim stands at."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="postings")
    institution = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="postings")
    kind = models.CharField(max_length=10, choices=PostingKind.choices)
    at = models.DateTimeField()
    month = models.DateField()  # first day of the month whose statement takes it up
    fund_cents = models.BigIntegerField()
    catastrophic_cents = models.BigIntegerField()
    assistance_cents = models.BigIntegerField()
    care_cents = models.BigIntegerField()
    self_cents = models.BigIntegerField()
    cause = models.UUIDField(null=True)  # the claim or case that made it necessary
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["institution", "month"]),
            models.Index(fields=["month"]),
            models.Index(fields=["claim"]),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.kind}"


class FundMonth(models.Model):
    """A month that is over, summed once: postings are only added to the month that runs. See `actions.summing`."""

    month = models.DateField()
    setting = models.CharField(max_length=12)
    referral_state = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=10)
    bills = models.PositiveIntegerField()  # that had a posting in the month
    total_cents = models.BigIntegerField()
    fund_cents = models.BigIntegerField()
    self_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "setting", "referral_state", "level"], name="month_summed_once")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.setting} {self.referral_state} {self.level}"


class Shortfall(models.Model):
    """A patient would owe more for a bill already settled: the insurer decides who bears it before it is posted."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="shortfalls")
    settlement = models.JSONField()  # what the kernel says now
    self_cents = models.BigIntegerField()  # more for the patient
    cause = models.UUIDField(null=True)
    found_at = models.DateTimeField()
    decision = models.CharField(max_length=10, blank=True)  # patient, fund
    reason = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim"], condition=Q(decision=""), name="one_open_shortfall_a_claim"),
            models.CheckConstraint(condition=Q(decision__in=["", "patient", "fund"]), name="shortfall_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.self_cents}"


class Transfer(models.Model):
    """Money between the fund and an institution: monthly prepayment, what a statement left, the year's clearing."""

    institution = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="transfers")
    kind = models.CharField(max_length=12)  # prepayment, statement, clearing
    month = models.DateField()
    amount_cents = models.BigIntegerField()  # negative: the institution pays back
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "kind", "month"], name="transfer_once")]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.kind} {self.month:%Y-%m}"


class Statement(models.Model):
    """What an institution is owed for a month: the sum of its postings, what was prepaid, what is left."""

    institution = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="statements")
    month = models.DateField()
    postings = models.PositiveIntegerField()
    fund_cents = models.BigIntegerField()
    catastrophic_cents = models.BigIntegerField()
    assistance_cents = models.BigIntegerField()
    care_cents = models.BigIntegerField()
    prepaid_cents = models.BigIntegerField()
    due_cents = models.BigIntegerField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "month"], name="statement_once"),
            models.CheckConstraint(
                condition=Q(
                    due_cents=F("fund_cents") + F("catastrophic_cents") + F("assistance_cents") + F("care_cents")
                    - F("prepaid_cents")
                ),
                name="statement_adds_up",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.institution_id} {self.month:%Y-%m}"


class Case(models.Model):
    """A claim that a rule found odd, as a case: flag, answer, decision, recovery, appeal. Steps are in `CaseStep`."""

    id = models.UUIDField(primary_key=True, default=new_id)
    rule = models.CharField(max_length=30)  # a key of `policies.RULES`
    institution = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="payment_cases")
    claims = models.ManyToManyField(Claim, related_name="cases")
    key = models.CharField(max_length=120, unique=True)  # rule and claims: found once, whoever looks again
    state = models.CharField(max_length=12)  # a key of `policies.CASE_MOVES`
    version = models.PositiveIntegerField(default=1)
    amount_cents = models.BigIntegerField(default=0)  # to be recovered, once decided
    due_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["institution", "state"]), models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.rule} {self.institution_id}"


class CaseStep(models.Model):
    """One step of a case, never changed afterwards."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    version = models.PositiveIntegerField()
    move = models.CharField(max_length=12)
    to_state = models.CharField(max_length=12)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=80)
    at = models.DateTimeField()
    text = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "version"], name="case_step_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.move}"
