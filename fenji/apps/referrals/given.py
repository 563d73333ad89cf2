"""What a person gives with a move: texts, a place, an institution, a reply, a plan. Checked before anything changes."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from fenji.apps.common.errors import Invalid
from fenji.apps.common.free_text import clean_text, fault_in

REPLY_LIMITS = {
    "admission_number": 40,
    "diagnosis_code": 10,
    "diagnosis_name": 80,
    "findings": 2000,
    "treatment": 2000,
    "advice": 2000,
}
PLAN_LIMITS = {"treatment": 2000, "rehabilitation": 2000, "nursing": 2000, "warning_signs": 1000}
MEDICINE_FIELDS = ("name", "dose", "frequency", "days")
MOST_MEDICINES, MOST_TASKS, MOST_MEASURES = 20, 20, 60


@dataclass(frozen=True)
class Task:
    """One dated follow-up of a plan."""

    due_on: date
    what: str


@dataclass(frozen=True)
class Plan:
    """The continuing plan sent down; at least one follow-up, so that nobody goes home unwatched."""

    treatment: str
    tasks: tuple[Task, ...]
    medicines: tuple[dict[str, str], ...] = ()
    rehabilitation: str = ""
    nursing: str = ""
    warning_signs: str = ""
    guidance_days: int | None = None


@dataclass(frozen=True)
class Given:
    """Everything a move may come with; `names()` says what was given."""

    note: str = ""
    reason: str = ""  # code; of a sending why the rules' preference is not followed
    institution: str = ""  # code
    department: int | None = None
    department_due_at: datetime | None = None
    place: int | None = None
    places: tuple[int, ...] = ()
    reply: Mapping[str, str] = field(default_factory=dict)
    plan: Plan | None = None
    form: Mapping[str, Any] = field(default_factory=dict)

    def names(self) -> set[str]:
        return {item.name for item in fields(self) if getattr(self, item.name)}


def clean_note(text: str) -> str:
    return clean_text("note", text, 1000)


def clean_reply(given: Mapping[str, Any]) -> dict[str, str]:
    """A reply's texts; the treatment is what the sender waits for and must be there."""
    return {
        name: clean_text(name, str(given.get(name) or ""), limit, required=name == "treatment")
        for name, limit in REPLY_LIMITS.items()
    }


def clean_plan(given: Mapping[str, Any], *, today: date, complete: bool = True) -> Plan:
    """A plan from plain values: `tasks` is a list of {"due_on", "what"}, `medicines` of {"name", "dose", ...}.

    A draft's need not be `complete`: it may lack the treatment and the follow-ups.
    """
    texts = {
        name: clean_text(name, str(given.get(name) or ""), limit, required=complete and name == "treatment")
        for name, limit in PLAN_LIMITS.items()
    }
    tasks = tuple(_task(row, today) for row in _rows(given, "tasks", MOST_TASKS))
    if complete and not tasks:
        raise Invalid(fields={"tasks": _("请至少安排一次随访。")})
    return Plan(
        tasks=tasks,
        medicines=tuple(_medicine(row) for row in _rows(given, "medicines", MOST_MEDICINES)),
        guidance_days=_guidance_days(given.get("guidance_days")),
        **texts,
    )


def clean_measures(given: Any) -> dict[str, float | bool | str]:
    """Readings and signs by their code; raises Invalid for what cannot be kept or holds somebody's number."""
    if not isinstance(given, Mapping) or len(given) > MOST_MEASURES:
        raise Invalid(fields={"measures": _("指标格式有误。")})
    for name, value in given.items():
        is_known = isinstance(value, (int, str)) or (isinstance(value, float) and math.isfinite(value))
        if not is_known or len(str(value)) > 60 or len(str(name)) > 40:
            raise Invalid(fields={"measures": _("指标格式有误。")})
        if fault := fault_in(f"{name}\n{value}"):
            raise Invalid(fields={"measures": fault})
    return dict(given)


def _rows(given: Mapping[str, Any], name: str, most: int) -> list[Mapping[str, Any]]:
    rows = given.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Invalid(fields={name: _("格式有误。")})
    rows = [row for row in rows if any(str(value or "").strip() for value in row.values())]
    if len(rows) > most:
        raise Invalid(fields={name: _("最多 %(most)d 条。") % {"most": most}})
    return rows


def _task(row: Mapping[str, Any], today: date) -> Task:
    try:
        due_on = row["due_on"] if isinstance(row.get("due_on"), date) else date.fromisoformat(str(row.get("due_on")))
    except ValueError:
        raise Invalid(fields={"tasks": _("随访日期请写成 2026-12-01 的样子。")}) from None
    if due_on < today:
        raise Invalid(fields={"tasks": _("随访日期不能早于今天。")})
    return Task(due_on, clean_text("tasks", str(row.get("what") or ""), 200, required=True))


def _medicine(row: Mapping[str, Any]) -> dict[str, str]:
    texts = {name: clean_text("medicines", str(row.get(name) or ""), 60) for name in MEDICINE_FIELDS}
    if not texts["name"]:
        raise Invalid(fields={"medicines": _("请填写药品名称。")})
    return texts


def _guidance_days(value: Any) -> int | None:
    if value in (None, ""):
        return None
    if not re.fullmatch("[0-9]{1,3}", str(value)) or not 1 <= int(value) <= 365:
        raise Invalid(fields={"guidance_days": _("请填 1 到 365 之间的天数。")})
    return int(value)
