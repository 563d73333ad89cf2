"""Spans of insurance and suspensions."""

from datetime import date
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from fenji.api.shapes.common import Day, Flag, In
from fenji.apps.payments.actions.enrolling import Enrolled
from fenji.apps.payments.models import Enrolment


class SpanIn(In):
    """One span; `valid_until` is the first day without, null while it goes on. A suspension is a span of its own."""

    scheme: Literal["employee", "resident"]
    group: Literal["general", "retired", "minor", "low_income", "destitute"] = "general"
    valid_from: Day
    valid_until: Day | None = None
    is_suspended: Flag = False
    source: Annotated[str, Field(max_length=40)] = ""


class SpanShown(Schema):
    scheme: str
    group: str
    valid_from: date
    valid_until: date | None
    is_suspended: bool


class SpansShown(Schema):
    items: list[SpanShown]


class EnrolledShown(SpanShown):
    """The span, whether anything changed, and how many bills of its time were settled anew."""

    is_changed: bool
    bills: int


def span_shown(span: Enrolment) -> SpanShown:
    return SpanShown(**_span(span))


def enrolled_shown(done: Enrolled) -> EnrolledShown:
    return EnrolledShown(**_span(done.span), is_changed=done.is_changed, bills=done.bills)


def _span(span: Enrolment) -> dict[str, Any]:
    return {name: getattr(span, name) for name in SpanShown.model_fields}
