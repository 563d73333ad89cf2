"""The people cared for: who they are, under which names they are known, who may see them and why."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.models import new_id


class IdKind(models.TextChoices):
    """What proves a resident's identity."""

    MAINLAND = "mainland", _("居民身份证")
    BIRTH = "birth", _("出生医学证明")
    PASSPORT = "passport", _("护照")
    HMT = "hmt", _("港澳台居民证件")
    MOTHER = "mother", _("母亲身份")  # a newborn known by its mother
    UNKNOWN = "unknown", _("身份不明")


class Resident(models.Model):
    """A person. ID and phone are sealed; equality is looked up by keyed hash (`common.sealing`)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    # Collation C: one index serves beginnings (LIKE 'chen%') and order, on every server.
    name = models.CharField(max_length=60, db_collation="C")
    name_pinyin = models.CharField(max_length=120, db_collation="C")  # "chen xiao ming": sorts and searches
    name_initials = models.CharField(max_length=20, db_collation="C")  # "cxm"
    sex = models.PositiveSmallIntegerField()  # GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated
    birth_date = models.DateField(null=True)
    id_kind = models.CharField(max_length=10, choices=IdKind.choices)
    id_sealed = models.BinaryField(null=True)
    id_hash = models.BinaryField(null=True, max_length=32)
    tail_hash = models.BinaryField(null=True, max_length=32)  # name with the ID number's last four
    is_verified = models.BooleanField(default=False)  # identity checked against a document
    phone_sealed = models.BinaryField(null=True)
    phone_hash = models.BinaryField(null=True, max_length=32)
    card_number = models.CharField(max_length=24, unique=True)  # health card; random, tells nothing
    town = models.ForeignKey("registry.Region", null=True, on_delete=models.PROTECT)
    address = models.CharField(max_length=120, blank=True)
    scheme = models.CharField(max_length=20, blank=True)  # resident, employee, none, other
    mother = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="newborns")
    is_deceased = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")
    source_system = models.CharField(max_length=40, blank=True)
    source_code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["id_kind", "id_hash"],
                condition=models.Q(id_hash__isnull=False, merged_into__isnull=True),
                name="identity_once",
            ),
            models.UniqueConstraint(
                fields=["source_system", "source_code"],
                condition=~models.Q(source_code=""),
                name="resident_source_once",
            ),
            models.CheckConstraint(condition=models.Q(sex__in=[0, 1, 2, 9]), name="sex_code"),
        ]
        indexes = [
            models.Index(fields=["id_hash"]),
            models.Index(fields=["tail_hash"]),
            models.Index(fields=["phone_hash"]),
            models.Index(fields=["name_pinyin", "id"], name="resident_pinyin"),
            models.Index(fields=["name_initials"], name="resident_initials"),
            models.Index(fields=["birth_date", "name_initials"], name="resident_birth"),  # duplicate candidates
            models.Index(
                fields=["-created_at"],
                condition=models.Q(merged_into__isnull=True) & ~models.Q(id_kind="mainland"),
                name="resident_without_mainland_id",  # the rows that can be somebody's second
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Merge(models.Model):
    """Two rows are one person: the link, who made it and why; undone by setting `undone_at`."""

    kept = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="merges_kept")
    merged = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="merges_merged")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.kept_id}"


class ResidentAccount(models.Model):
    """Whose page an account opens: the resident's own, or that of a child or parent it acts for."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resident_accounts")
    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="accounts")
    relation = models.CharField(max_length=12, default="self")  # self, child, parent, spouse, other
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "resident"], name="resident_account_once")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.resident_id} ({self.relation})"


class CareRelationKind(models.TextChoices):
    CONTRACT = "contract", _("家庭医生签约")
    VISIT = "visit", _("本次就诊")
    REFERRAL_SENT = "referral_sent", _("转出机构")
    REFERRAL_RECEIVED = "referral_received", _("接收机构")
    EMERGENCY = "emergency", _("紧急查阅")


class CareRelation(models.Model):
    """Who may see a resident, since when and why. A place of work holds it, not a person, except in emergency reading.

    `cause_kind` and `cause_id` name the contract, referral or visit that gave it.
    """

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="relations")
    institution = models.ForeignKey("registry.Institution", on_delete=models.CASCADE)
    department = models.ForeignKey("registry.Department", null=True, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=20, choices=CareRelationKind.choices)
    cause_kind = models.CharField(max_length=20)
    cause_id = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)
    # The resident's `name_pinyin` once more: an institution's residents are listed and searched in order by one index.
    resident_pinyin = models.CharField(max_length=120, db_collation="C")

    class Meta:
        indexes = [
            models.Index(fields=["institution", "resident_pinyin", "resident"], name="relation_by_name"),
            models.Index(fields=["resident", "institution"]),
            models.Index(fields=["institution", "kind", "from_at"]),
            models.Index(fields=["cause_kind", "cause_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} → {self.resident_id} ({self.kind})"


def visit_id() -> str:
    """The cause of a visit's care relation until visits have rows of their own."""
    return uuid.uuid4().hex
