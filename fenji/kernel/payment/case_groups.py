"""Groups of diagnoses whose stays need about the same, and two signs that heavier ones are written down than treated.

Coarse on purpose: a hint for a supervisor's question, not a grouper that anybody is paid by.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Code of the group: Chinese and English name, and the categories of ICD-10 it holds, first and last.
GROUPS: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {
    "cancer": ("恶性肿瘤", "cancer", (("C00", "C97"),)),
    "diabetes": ("糖尿病", "diabetes", (("E10", "E14"),)),
    "hypertension": ("高血压", "hypertension", (("I10", "I15"),)),
    "infarction": ("心肌梗死", "myocardial infarction", (("I21", "I22"),)),
    "other_heart": ("其他心脏病", "other heart disease", (("I20", "I20"), ("I23", "I52"))),
    "stroke": ("脑卒中", "stroke", (("I60", "I64"),)),
    "upper_airways": ("上呼吸道感染和支气管炎", "colds and bronchitis", (("J00", "J11"), ("J20", "J22"))),
    "pneumonia": ("肺炎", "pneumonia", (("J12", "J18"),)),
    "copd": ("慢性阻塞性肺疾病和哮喘", "COPD and asthma", (("J40", "J47"),)),
    "biliary": ("胆道和胰腺疾病", "biliary and pancreatic disease", (("K80", "K87"),)),
    "spine": ("脊柱和关节疾病", "spine and joints", (("M00", "M54"),)),
    "kidney_failure": ("肾衰竭", "kidney failure", (("N17", "N19"),)),
    "childbirth": ("妊娠和分娩", "childbirth", (("O00", "O99"),)),
    "injury": ("损伤", "injury", (("S00", "T14"),)),
    "other": ("其他", "other", ()),
}


@dataclass(frozen=True)
class Stay:
    """A stay as these signs look at it: its number, the house and its tier, the group, what it cost in 分."""

    id: str
    house: int
    tier: int
    group: str
    cents: int


@dataclass(frozen=True)
class Cheap:
    """A stay that cost far less than its group's weight leads one to expect at that tier."""

    stay: Stay
    expected_cents: int


@dataclass(frozen=True)
class Rise:
    """A house whose stays have become heavier on the paper: mean weight before and now, in permille."""

    house: int
    before_permille: int
    now_permille: int
    stays: int


def group_of(diagnosis_code: str) -> str:
    category = diagnosis_code[:3].upper()
    for code, (_, _, spans) in GROUPS.items():
        if any(first <= category <= last for first, last in spans):
            return code
    return "other"


def too_cheap(stays: Iterable[Stay], weights: Mapping[str, int], share_permille: int, least: int) -> list[Cheap]:
    """Stays below `share_permille` of what their weight leads one to expect.

    What a weight of 1 costs is the mean over all stays of the tier; a tier with fewer than `least` says nothing.
    """
    by_tier: dict[int, list[Stay]] = {}
    for stay in stays:
        by_tier.setdefault(stay.tier, []).append(stay)
    found = []
    for some in by_tier.values():
        weight = sum(weights[stay.group] for stay in some)
        if len(some) < least or not weight:
            continue
        cents = sum(stay.cents for stay in some)
        for stay in some:
            expected = cents * weights[stay.group] // weight
            if stay.cents * 1000 < expected * share_permille:
                found.append(Cheap(stay, expected))
    return found


def risen(
    before: Iterable[Stay], now: Iterable[Stay], weights: Mapping[str, int], rise_permille: int, least: int
) -> list[Rise]:
    """Houses whose mean weight rose by more than `rise_permille` of what it was, with `least` stays on each side."""
    old, new = _by_house(before, weights), _by_house(now, weights)
    found = []
    for house, heavy in new.items():
        light = old.get(house, [])
        if len(heavy) < least or len(light) < least:
            continue
        was, is_ = sum(light) // len(light), sum(heavy) // len(heavy)
        if is_ * 1000 > was * (1000 + rise_permille):
            found.append(Rise(house, was, is_, len(heavy)))
    return found


def _by_house(stays: Iterable[Stay], weights: Mapping[str, int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for stay in stays:
        found.setdefault(stay.house, []).append(weights[stay.group])
    return found
