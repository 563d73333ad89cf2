"""Notices on the caller's desk, and spreadsheets sent in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from fenji.api.shapes.common import In, Ref
from fenji.apps.notices.models import Notice
from fenji.exchange.models import Upload


class ReadIn(In):
    ids: Annotated[list[Ref], Field(min_length=1, max_length=200)]


class NoticeShown(Schema):
    id: int
    kind: str
    cause_kind: str
    cause_id: str
    text: str
    made_at: datetime
    read_at: datetime | None


class NoticesShown(Schema):
    items: list[NoticeShown]
    unread: int


class FaultShown(Schema):
    row: int
    column: str
    reason: str


class UploadShown(Schema):
    """An import: received → checked or refused → confirmed → loaded or refused. The worker does long files."""

    id: UUID
    kind: str
    system: str
    state: str
    rows: int
    done: int
    new: int
    changed: int
    fault_count: int
    faults: list[FaultShown]
    at: datetime
    loaded_at: datetime | None


def notice_shown(one: Notice) -> NoticeShown:
    return NoticeShown.model_validate(one, from_attributes=True)


def upload_shown(one: Upload) -> UploadShown:
    return UploadShown.model_validate(one, from_attributes=True)
