"""What the city's rulebook says about stays: how long things take, when nothing may be promised, how long is enough."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from fenji.apps.common import rulebooks
from fenji.apps.stays.policies import Span
from fenji.kernel.criteria import in_range
from fenji.kernel.working_time import CHINA
from fenji.rulebook.errors import NotInRulebook
from fenji.rulebook.schema import DatedValue

NOON = time(12)
OLDEST = 150  # years: the last row of the rulebook's table ends there


@dataclass(frozen=True)
class Suggested:
    """Days in hospital suggested for a disease, and the value of the rulebook that says so."""

    days: int
    dated: DatedValue


def day_of(at: datetime) -> date:
    return timezone.localtime(at).date()


def span_of_night(at: datetime) -> Span:
    """From now until noon tomorrow: a bed that is free over it could be given to somebody tonight."""
    tomorrow = day_of(at) + timedelta(days=1)
    return Span(at, datetime.combine(tomorrow, NOON, CHINA))


def hold_lasts(at: datetime) -> timedelta:
    return timedelta(hours=_value("stays.hold_hours", at))


def cleaning_takes(at: datetime) -> timedelta:
    return timedelta(minutes=_value("stays.cleaning_minutes", at))


def overrun(at: datetime) -> timedelta:
    """How much longer a bed is kept for who should have left and has not."""
    return timedelta(hours=_value("stays.overrun_hours", at))


def no_show_after(at: datetime) -> timedelta:
    """How long a reserved bed waits for somebody who does not come."""
    return timedelta(hours=_value("stays.no_show_hours", at))


def usual_stay(diagnosis_code: str, age: int | None, at: datetime) -> timedelta:
    """Until a ward says when it expects the discharge: what is suggested for the disease, else the usual."""
    found = suggested_stay(diagnosis_code, age, at)
    return timedelta(days=found.days if found else _value("stays.usual_days", at))


def suggested_stay(diagnosis_code: str, age: int | None, at: datetime) -> Suggested | None:
    """The days suggested for a disease (ICD-10) at an age in years; None where the rulebook names none."""
    try:
        dated = rulebooks.current().value("stays.suggested", on=day_of(at))
    except NotInRulebook:
        return None
    for row in dated.value:
        if not any(in_range(diagnosis_code, codes) for codes in row["codes"]):
            continue
        if age is None and (row["from_age"] or row["to_age"] < OLDEST):
            continue  # the days differ by age, and the age is not known
        if age is None or row["from_age"] <= age <= row["to_age"]:
            return Suggested(row["days"], dated)
    return None


def is_stale(last_at: datetime, *, by_messages: bool, at: datetime) -> bool:
    """Whether what was last said is too old to promise a bed on it."""
    key = "stays.stale_minutes" if by_messages else "stays.stale_minutes_by_hand"
    return at - last_at >= timedelta(minutes=_value(key, at))


def answer_by(at: datetime) -> datetime:
    """When the ward must have answered a proposal to send somebody down."""
    return at + timedelta(hours=_value("stays.proposal_hours", at))


def ask_again(at: datetime) -> datetime:
    return at + timedelta(days=_value("stays.ask_again_days", at))


def theatre_lasts(at: datetime) -> timedelta:
    return timedelta(minutes=_value("day_surgery.theatre_minutes", at))


def recovery_lasts(at: datetime) -> timedelta:
    return timedelta(minutes=_value("day_surgery.recovery_minutes", at))


def surgery_closes(day: date, at: datetime) -> datetime:
    """When day surgery closes on a day: by then everybody has left recovery."""
    return datetime.combine(day, time(_value("day_surgery.closing_hour", at)), CHINA)


def assessed_before(at: datetime) -> timedelta:
    """How long before its start a day surgery asked for from below is assessed at the latest."""
    return timedelta(hours=_value("day_surgery.assess_before_hours", at))


def reminded_before(at: datetime) -> timedelta:
    """How long before the rooms of one not assessed are given back the hospital is reminded."""
    return timedelta(hours=_value("day_surgery.remind_hours", at))


def passing_score(at: datetime) -> int:
    """Points of ten from which a patient may go home on the day."""
    return int(_value("day_surgery.passing_score", at))


def calls_after(at: datetime) -> list[timedelta]:
    """When to call after a day surgery, counted from the discharge."""
    return [timedelta(hours=hours) for hours in _value("day_surgery.call_hours", at)]


def from_below(diagnosis_code: str, at: datetime) -> list[str]:
    """The day surgeries a primary institution may ask for at a diagnosis (ICD-10)."""
    try:
        rows = _value("day_surgery.from_below", at)
    except NotInRulebook:
        return []
    return [
        str(row["procedure"]) for row in rows if any(in_range(diagnosis_code, codes) for codes in row["codes"])
    ]  # fmt: skip


def step_takes(state: str, at: datetime) -> timedelta:
    """How long the owner of a day surgery's state has."""
    return timedelta(hours=_value(f"day_surgery.{state}_hours", at))


def version() -> str:
    return rulebooks.current().hash


def _value(key: str, at: datetime) -> Any:
    return rulebooks.current().value(key, on=day_of(at)).value
