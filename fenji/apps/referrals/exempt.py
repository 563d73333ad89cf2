"""Groups that choose their institution freely (特殊人群), as far as age or diagnosis tells: the city names which.

Being disabled or poor is kept nowhere yet: of these nobody is taken to be.
"""

from collections.abc import Callable
from datetime import date

from fenji.apps.common import rulebooks
from fenji.apps.residents.models import Resident

Test = Callable[[int | None, str, int], bool]  # age in years, ICD-10 code, oldest child


def _by_diagnosis(*beginnings: str) -> Test:
    return lambda age, code, child: code.startswith(beginnings)


GROUPS: dict[str, Test] = {
    "elderly_65": lambda age, code, child: age is not None and age >= 65,
    "child": lambda age, code, child: age is not None and age <= child,
    "pregnant": _by_diagnosis("O", "Z33", "Z34", "Z35", "Z39"),
    "hypertension": _by_diagnosis("I10", "I11", "I12", "I13", "I15"),
    "diabetes": _by_diagnosis("E10", "E11", "E12", "E13", "E14"),
    "tuberculosis": _by_diagnosis("A15", "A16", "A17", "A18", "A19"),
    "severe_mental": _by_diagnosis("F20", "F22", "F25", "F31", "F72", "F73", "G40.8"),
}


def is_exempt(age: int | None, diagnosis_code: str, day: date) -> bool:
    """Whether the city lets this patient choose freely; that it does at all says `choice.exempt_choose_freely`."""
    rulebook = rulebooks.current()
    child = int(rulebook.value("first_contact.child_up_to_years", on=day).value)
    named = rulebook.value("choice.exempt_groups", on=day).value
    return any(GROUPS[group](age, diagnosis_code, child) for group in named if group in GROUPS)


def age_of(resident: Resident, day: date) -> int | None:
    """Completed years; None where the birth date is not known."""
    born = resident.birth_date
    return None if born is None else day.year - born.year - ((day.month, day.day) < (born.month, born.day))
