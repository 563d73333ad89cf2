"""The audit trail: every change and every reading of personal data, written in the transaction it belongs to."""

from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models

from fenji.apps.common import clock, rows
from fenji.apps.common.masking import masked, masked_within
from fenji.apps.common.models import AuditEvent

# Set per request by the web's middleware, so that one click can be followed through all its rows.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def record(
    verb: str,
    subject: models.Model | None,
    *,
    by: Any,
    at: datetime | None = None,
    resident_id: UUID | None = None,
    institution_id: int | None = None,
    relation: str = "",
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one event. `by` is the acting account, or None for the clock; `subject` is None where there is no row.

    `reason` and `details` are not meant to hold an ID or phone number; one that got there is masked.
    """
    made = event(
        verb, subject, by=by, at=at or clock.now(), resident_id=resident_id, institution_id=institution_id,
        relation=relation, reason=reason, details=details,
    )  # fmt: skip
    rows.insert(made)
    return made


def event(
    verb: str, subject: models.Model | None, *, by: Any, at: datetime, resident_id: UUID | None = None,
    institution_id: int | None = None, relation: str = "", reason: str = "", details: dict[str, Any] | None = None,
) -> AuditEvent:  # fmt: skip
    """The same not yet written, for who writes it along with its subject (`rows.insert`)."""
    return AuditEvent(
        at=at,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "系统",
        institution_id=institution_id,
        verb=verb,
        subject_kind=(subject._meta.model_name or "") if subject else "",
        subject_id=str(subject.pk) if subject else "",
        resident_id=resident_id,
        relation=relation,
        reason=masked(reason)[:400],
        request_id=request_id.get(),
        details=masked_within(details or {}),
    )
