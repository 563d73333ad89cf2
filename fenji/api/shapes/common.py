"""Shapes that all contexts share: bounded numbers, strict dates, errors, pages."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

LARGEST = 2**63 - 1
RowId = Annotated[int, Field(ge=1, le=LARGEST)]  # in addresses, where everything is text
Ref = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]  # in bodies
Flag = Annotated[bool, Field(strict=True)]
PageNumber = Annotated[int, Field(ge=1, le=1000)]
Code = Annotated[str, Field(max_length=60)]


def _day(value: Any) -> Any:
    """Only 2026-01-05: neither a number of seconds nor a time is a day."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("expected a date such as 2026-01-05")
    return value


def _moment(value: Any) -> Any:
    """Only with a date, a time and an offset."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}[Tt ].*([Zz]|[+-]\d{2}:?\d{2})$", value):
        raise ValueError("expected a time with its offset such as 2026-01-05T08:00:00+08:00")
    return value


def _sensible(moment: datetime) -> datetime:
    if not 1900 <= moment.year <= 2200:
        raise ValueError("out of range")
    return moment


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[datetime, BeforeValidator(_moment), AfterValidator(_sensible)]


class In(Schema):
    """A body: what is not declared is refused, so that nothing can be smuggled into a row."""

    model_config = ConfigDict(extra="forbid")


class PlaceShown(Schema):
    """A free place, as it is offered."""

    id: int
    number: int
    starts_at: datetime
    ends_at: datetime
    pool: str
    line: str
    department_id: int
    physician: str


class Error(Schema):
    """Why a call was refused: a stable code, what is wrong, what to do, and the fields at fault by name."""

    code: str
    message: str
    remedy: str = ""
    fields: dict[str, str] = {}
    alternatives: list[PlaceShown] = []


class Done(Schema):
    """The act is done; `count` is how many rows it concerned."""

    count: int = 1


# What a call may be answered besides its success.
READ = (400, 401, 403, 404, 413, 422, 429)
WRITE = (*READ, 409)
MOVE = (*WRITE, 412, 428)


def answers(status: int, shape: Any, refusals: tuple[int, ...] = READ) -> dict[int, Any]:
    """The documented answers of an operation."""
    return {status: shape, **dict.fromkeys(sorted(refusals), Error)}
