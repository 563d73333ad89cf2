"""The form a referral is written on: what is asked, what is checked, how it fills the row."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from fenji.apps.common.errors import Invalid
from fenji.apps.common.free_text import clean_text
from fenji.apps.referrals.exam_wishes import clean_examinations
from fenji.apps.referrals.given import Plan, clean_measures, clean_plan
from fenji.apps.referrals.models import Referral
from fenji.apps.referrals.rules import day_of
from fenji.apps.referrals.slip import clean_slip
from fenji.apps.referrals.wishes import Wish, clean_wish
from fenji.apps.registry.models import Department, Institution
from fenji.apps.registry.queries import department_for
from fenji.kernel.referral import CHOICE_REASONS, Direction, Urgency

CONSENTS = ("self", "guardian", "emergency")


@dataclass(frozen=True)
class ReferralForm:
    """A checked form. `place` is the id of the slot the resident chose, held when the referral is sent."""

    direction: Direction
    urgency: Urgency
    diagnosis_code: str
    diagnosis_name: str
    specialty: str
    institution: Institution | None
    department: Department | None
    place: int | None
    criterion: str
    choice_code: str
    choice_reason: str
    wishes: str
    consent_by: str
    slip: dict[str, str] = field(default_factory=dict)
    measures: dict[str, float | bool | str] = field(default_factory=dict)
    plan: Plan | None = None  # what goes down with the patient; a downward referral is not sent without
    wish: Wish | None = None  # a day surgery, taken with the sending
    examinations: tuple[int, ...] | None = None  # items, their times booked with the sending


def clean_form(given: Mapping[str, Any], *, complete: bool, at: datetime) -> ReferralForm:
    """Check a form; a draft may lack what a sent referral must have. Raises Invalid with all faults at once."""
    faults: dict[str, str] = {}

    def attempt(read: Any) -> Any:
        try:
            return read()
        except Invalid as invalid:
            faults.update(invalid.fields)
            return None

    slip = given.get("slip") or {}
    cleaned = {
        "direction": attempt(lambda: _code(given, "direction", Direction, Direction.UP)),
        "urgency": attempt(lambda: _code(given, "urgency", Urgency, Urgency.ROUTINE)),
        "diagnosis_code": attempt(lambda: clean_text("diagnosis_code", _text(given, "diagnosis_code"), 10)),
        "diagnosis_name": attempt(
            lambda: clean_text("diagnosis_name", _text(given, "diagnosis_name"), 80, required=True)
        ),
        "specialty": attempt(lambda: clean_text("specialty", _text(given, "specialty"), 8)),
        "institution": attempt(lambda: _institution(given, complete)),
        "place": attempt(lambda: _number(given, "place")),
        "criterion": attempt(lambda: clean_text("criterion", _text(given, "criterion"), 60)),
        "choice_code": attempt(lambda: _choice_code(given)),
        "choice_reason": attempt(lambda: clean_text("choice_reason", _text(given, "choice_reason"), 300)),
        "wishes": attempt(lambda: clean_text("wishes", _text(given, "wishes"), 200)),
        "consent_by": attempt(lambda: _consent(given, complete)),
        "slip": attempt(lambda: clean_slip(_mapping("slip", slip), complete=complete)),
        "wish": attempt(lambda: clean_wish(given)),
        "examinations": attempt(lambda: clean_examinations(given)),
        "measures": attempt(lambda: clean_measures(given.get("measures") or {})),
    }
    cleaned["plan"] = attempt(lambda: _plan(given, cleaned["direction"], complete, at))
    cleaned["department"] = attempt(
        lambda: _department(given, cleaned["institution"], cleaned["specialty"] or "", cleaned["urgency"], at)
    )
    if faults:
        raise Invalid(fields=faults)
    return ReferralForm(**cleaned)


def fill(referral: Referral, form: ReferralForm, at: datetime) -> None:
    """Write a checked form into the row."""
    for name in (
        "direction",
        "urgency",
        "diagnosis_code",
        "diagnosis_name",
        "specialty",
        "criterion",
        "choice_code",
        "choice_reason",
        "wishes",
        "slip",
        "measures",
        "department",
    ):
        setattr(referral, name, getattr(form, name))
    referral.receiver = form.institution
    if form.consent_by:
        referral.consent_at, referral.consent_by = at, form.consent_by


def receiving_department(
    institution: Institution, specialty: str, *, emergency: bool, at: datetime
) -> Department | None:
    """The department that takes a case: emergency, that of the specialty, or none (the office decides)."""
    if emergency:
        return institution.departments.filter(is_emergency=True, valid_until__isnull=True).first()
    return department_for(institution.pk, specialty, day_of(at)) if specialty else None


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, (str, int, float)):
        raise Invalid(fields={name: _("格式有误。")})
    return str(value or "")


def _mapping(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Invalid(fields={name: _("格式有误。")})
    return value


def _code(given: Mapping[str, Any], name: str, codes: type[Direction] | type[Urgency], default: Any) -> Any:
    try:
        return codes(_text(given, name) or default)
    except ValueError:
        raise Invalid(fields={name: _("请从列出的选项中选择。")}) from None


def _choice_code(given: Mapping[str, Any]) -> str:
    code = _text(given, "choice_code")
    if code and code not in CHOICE_REASONS:
        raise Invalid(fields={"choice_code": _("请从列出的原因中选择。")})
    return code


def _number(given: Mapping[str, Any], name: str) -> int | None:
    text = _text(given, name)
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,18}", text):
        raise Invalid(fields={name: _("请从列出的选项中选择。")})
    return int(text)


def _institution(given: Mapping[str, Any], complete: bool) -> Institution | None:
    code = _text(given, "institution")
    found = (
        Institution.objects.filter(code=code, valid_until__isnull=True).first() if code and "\x00" not in code else None
    )
    if found is None and (code or complete):
        raise Invalid(fields={"institution": _("请选择接收机构。")})
    return found


def _department(
    given: Mapping[str, Any], institution: Institution | None, specialty: str, urgency: Urgency | None, at: datetime
) -> Department | None:
    number = _number(given, "department")
    if institution is None:
        return None
    if number is None:
        return receiving_department(institution, specialty, emergency=urgency is Urgency.EMERGENCY, at=at)
    found = institution.departments.filter(pk=number).first()
    if found is None:
        raise Invalid(fields={"department": _("这个科室不属于所选机构。")})
    return found


def _consent(given: Mapping[str, Any], complete: bool) -> str:
    by = _text(given, "consent_by")
    if by not in CONSENTS and (by or complete):
        raise Invalid(fields={"consent_by": _("请记录居民本人或监护人是否同意。")})
    return by


def _plan(given: Mapping[str, Any], direction: Direction | None, complete: bool, at: datetime) -> Plan | None:
    """Nobody is sent down without a plan; upward there is none."""
    if direction is not Direction.DOWN or not (complete or given.get("plan")):
        return None
    try:
        return clean_plan(_mapping("plan", given.get("plan") or {}), today=day_of(at), complete=complete)
    except Invalid as invalid:
        raise Invalid(fields={f"plan.{name}": words for name, words in invalid.fields.items()}) from None
