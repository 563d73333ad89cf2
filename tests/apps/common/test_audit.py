"""One event says who, what, whose, when, on what footing and in which request."""

from uuid import uuid4

import pytest

from fenji.apps.common import audit
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db


def test_an_event_holds_all_it_was_told(clock: Frozen) -> None:
    by, resident = person(), uuid4()
    token = audit.request_id.set("abc123")
    audit.record(
        "resident.read", by, by=by, resident_id=resident, institution_id=7, relation="contract", reason="复诊",
        details={"purpose": "care"},
    )  # fmt: skip
    audit.request_id.reset(token)
    found = AuditEvent.objects.values().get()
    del found["id"]
    assert found == {
        "at": clock.at, "actor_id": by.pk, "actor_name": by.name, "institution_id": 7, "verb": "resident.read",
        "subject_kind": "user", "subject_id": str(by.pk), "resident_id": resident, "relation": "contract",
        "reason": "复诊", "request_id": "abc123", "details": {"purpose": "care"},
    }  # fmt: skip


def test_the_clock_is_an_actor_with_a_name() -> None:
    event = audit.record("referral.escalate", None, by=None)
    assert (event.actor_id, event.actor_name, event.subject_kind, event.subject_id) == (None, "系统", "", "")


def test_numbers_of_people_are_masked_in_reason_and_details() -> None:
    audit.record("x", None, by=None, reason="44170219900101123X", details={"a": ["13800138000"]})
    kept = str(AuditEvent.objects.values().get())
    assert "44170219900101123X" not in kept
    assert "13800138000" not in kept


def test_a_long_reason_is_cut_not_refused() -> None:
    assert len(audit.record("x", None, by=None, reason="因" * 1000).reason) == 400
