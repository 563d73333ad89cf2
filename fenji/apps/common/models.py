"""Rows every app needs: the audit trail, keys of repeated calls, the rulebook's versions and changes."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from fenji.kernel.tiers import Basis


class AuditEvent(models.Model):
    """One act on or one reading of the record. Append-only: the application's database user may only insert and read.

    Actor and subject are plain ids, so that this table hangs on no other and outlives them.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)  # null: the clock or a person without an account
    actor_name = models.CharField(max_length=80)
    institution_id = models.BigIntegerField(null=True)  # the post the actor acted from
    verb = models.CharField(max_length=60)  # "referral.accept", "resident.read"
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    resident_id = models.UUIDField(null=True)
    relation = models.CharField(max_length=60, blank=True)  # the care relation a reading rested on
    reason = models.CharField(max_length=400, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["resident_id", "-at"]),
            models.Index(fields=["actor_id", "-at"]),
            models.Index(fields=["subject_kind", "subject_id"]),
            models.Index(fields=["-at"]),
            models.Index(fields=["-at"], condition=models.Q(verb="resident.emergency_access"), name="audit_emergency"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb}"


class IdempotencyKey(models.Model):
    """A call made once: its key, what was asked (hashed), what was answered. Kept 48 hours, never partitioned."""

    key = models.CharField(max_length=80)
    actor_id = models.BigIntegerField()
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)  # null: still under way
    answer = models.JSONField(null=True)  # never holds an ID or phone number in the clear
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "key"], name="idempotency_key_once_per_actor")]
        indexes = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return self.key


class RulebookVersion(models.Model):
    """A city's policy as it stood: immutable, named by the hash of its content."""

    hash = models.CharField(primary_key=True, max_length=64)
    city = models.CharField(max_length=40)
    content = models.TextField()  # canonical JSON, so that the hash can be checked
    loaded_at = models.DateTimeField()
    is_current = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city"], condition=models.Q(is_current=True), name="one_current_rulebook")
        ]

    def __str__(self) -> str:
        return f"{self.city} {self.hash[:8]}"


class PolicyChange(models.Model):
    """A new dated value of one rule: drafted by one person, decided by another; approved, it is part of a version."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待批准")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")
        WITHDRAWN = "withdrawn", _("已撤回")

    city = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    value = models.JSONField()
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)  # first day no longer in force
    ground = models.CharField(max_length=200)  # title of the document, or the reason of an assumption
    clause = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=[(basis.value, basis.value) for basis in Basis])
    why = models.CharField(max_length=400)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    drafted_by_id = models.BigIntegerField()  # a plain id, as in the audit trail
    drafted_by_name = models.CharField(max_length=80)
    drafted_at = models.DateTimeField()
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=400, blank=True)  # of who decided
    version = models.CharField(max_length=64, blank=True)  # hash of the version that the approval made

    class Meta:
        indexes = [models.Index(fields=["city", "state", "-drafted_at"])]
        constraints = [
            models.CheckConstraint(
                name="policy_change_needs_a_second_person",
                condition=~models.Q(state__in=["approved", "refused"])
                | ~models.Q(decided_by_id=models.F("drafted_by_id")),
            ),
            models.CheckConstraint(
                name="policy_change_is_waiting_or_decided",
                condition=models.Q(state="waiting", decided_at=None, decided_by_id=None, version="")
                | models.Q(state="approved", decided_at__isnull=False, decided_by_id__isnull=False, version__gt="")
                | models.Q(
                    state__in=["refused", "withdrawn"],
                    decided_at__isnull=False,
                    decided_by_id__isnull=False,
                    version="",
                ),
            ),
            models.CheckConstraint(
                name="policy_change_ends_after_it_begins",
                condition=models.Q(until_on=None) | models.Q(until_on__gt=models.F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.from_on} {self.state}"


def new_id() -> uuid.UUID:
    """A random id for rows that appear in addresses."""
    return uuid.uuid4()
