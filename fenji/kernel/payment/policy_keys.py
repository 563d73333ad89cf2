"""From the rulebook to `PaymentPolicy`: which key each number comes from, its unit and its axes.

`TABLES` is the contract between rulebook and kernel. A value is a number, a yes or no, a word, or a table by the names
of an axis in lower case, one axis inside the other in the order given; a number where a table could stand holds for all
of it, and `other` for every name not given. `{setting}` in a key stands for one key per setting:

    [[payment.ratio.inpatient]]              # axes: scheme, tier
    value.employee = { village = 0, community = 900, secondary = 850, tertiary = 800 }
    value.resident = { tertiary = 600, other = 800 }
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from math import prod
from typing import Any

from fenji.kernel.payment.codes import (
    Band,
    ChainMode,
    Group,
    ItemKind,
    Order,
    PayTier,
    ReferralState,
    Rounding,
    Scheme,
    Setting,
)
from fenji.kernel.payment.policy import NO_CAP, Ints, PaymentPolicy


@dataclass(frozen=True)
class Unit:
    """What the numbers of a table are: bounds, and words that stand for numbers."""

    name: str  # Chinese
    low: int
    high: int
    words: Mapping[str, int] | None = None


CENTS = Unit("分", 0, 10**11)
CAP = Unit("分，或 none", 0, 10**11, {"none": NO_CAP})
PERMILLE = Unit("千分之几", 0, 1000)
PERMILLE_OF_DEDUCTIBLE = Unit("千分之几，可超过一千", 0, 5000)
POINTS = Unit("千分点，可为负", -1000, 1000)
DAYS = Unit("天", 0, 3660)
YES_NO = Unit("true 或 false", 0, 1, {})


def _words(names: type[IntEnum], *only: IntEnum) -> Unit:
    members = only or tuple(names)
    words = {member.name.lower(): int(member) for member in members}
    return Unit("、".join(words) + " 之一", 1, 0, words)


@dataclass(frozen=True)
class Table:
    """One field of the policy: the rulebook key it comes from, its unit, its axes; what it is, Chinese and English."""

    key: str
    name: str
    name_en: str
    unit: Unit
    axes: tuple[type[IntEnum], ...] = ()

    def rulebook_keys(self) -> Iterator[tuple[str, tuple[type[IntEnum], ...]]]:
        """Each rulebook key of this table, and the axes that its value has."""
        if "{setting}" not in self.key:
            yield self.key, self.axes
        else:
            for setting in Setting:  # the first axis of such a table
                yield self.key.format(setting=setting.name.lower()), self.axes[1:]


# fmt: off
TABLES: dict[str, Table] = {
    "rounding": Table(
        "payment.rounding", "金额进位", "rounding to cents", _words(Rounding)),
    "own_share_permille": Table(
        "payment.own_share", "乙类先行自付比例", "own share of class B first", PERMILLE, (Scheme, ItemKind)),
    "deductible_cents": Table(
        "payment.deductible.{setting}", "起付标准", "deductible", CENTS, (Setting, Scheme, PayTier, Order)),
    "deductible_yearly": Table(
        "payment.deductible_rule.yearly", "起付标准按年度累计", "deductible once a year", YES_NO, (Setting,)),
    "deductible_referral_permille": Table(
        "payment.deductible_rule.referral", "起付标准按转诊状态的倍数", "deductible by referral state",
        PERMILLE_OF_DEDUCTIBLE, (ReferralState,)),
    "deductible_chain": Table(
        "payment.deductible_rule.chain", "转诊连续计算起付线", "deductible along a referral chain", _words(ChainMode)),
    "ratio_permille": Table(
        "payment.ratio.{setting}", "支付比例", "ratio", PERMILLE, (Setting, Scheme, PayTier)),
    "ratio_referral_points": Table(
        "payment.ratio_rule.referral", "支付比例按转诊状态增减", "ratio by referral state",
        POINTS, (Setting, PayTier, ReferralState)),
    "ratio_contract_points": Table(
        "payment.ratio_rule.contract", "签约居民支付比例增加", "ratio for contracted residents",
        POINTS, (Setting, PayTier)),
    "ratio_group_points": Table(
        "payment.ratio_rule.group", "支付比例按人员类别增减", "ratio by group of persons",
        POINTS, (Setting, Scheme, Group)),
    "ratio_highest_permille": Table(
        "payment.ratio_rule.highest", "支付比例上限", "highest ratio", PERMILLE),
    "higher_wins": Table(
        "payment.ratio_rule.higher_wins", "就高不就低", "the higher of two rules for compliant care", YES_NO),
    "cap_visit_cents": Table(
        "payment.cap.visit", "单次支付限额", "cap per visit", CAP, (Setting, Scheme, PayTier)),
    "cap_setting_cents": Table(
        "payment.cap.setting_year", "类别年度支付限额", "cap per setting and year", CAP, (Setting, Scheme)),
    "cap_year_cents": Table(
        "payment.cap.year", "统筹基金年度最高支付限额", "cap per year", CAP, (Scheme,)),
    "catastrophic_deductible_cents": Table(
        "payment.catastrophic.deductible", "大病保险起付线", "catastrophic deductible", CAP, (Scheme, Group)),
    "catastrophic_from_cents": Table(
        "payment.catastrophic.bands", "大病保险分段起点（起付线以上）", "catastrophic bands, above the deductible",
        CAP, (Band,)),
    "catastrophic_permille": Table(
        "payment.catastrophic.ratio", "大病保险分段支付比例", "catastrophic ratio by band", PERMILLE, (Group, Band)),
    "catastrophic_cap_cents": Table(
        "payment.catastrophic.cap", "大病保险年度限额", "catastrophic cap per year", CAP, (Scheme,)),
    "catastrophic_counts": Table(
        "payment.catastrophic.counts", "计入大病保险的转诊状态", "states that count to catastrophic",
        YES_NO, (ReferralState,)),
    "assistance_from_cents": Table(
        "payment.assistance.from", "医疗救助起付线", "assistance from", CAP, (Group,)),
    "assistance_permille": Table(
        "payment.assistance.ratio", "医疗救助比例", "assistance ratio", PERMILLE, (Group,)),
    "assistance_cap_cents": Table(
        "payment.assistance.cap", "医疗救助年度限额", "assistance cap per year", CAP, (Group,)),
    "assistance_counts": Table(
        "payment.assistance.counts", "计入医疗救助的转诊状态", "states that count to assistance",
        YES_NO, (ReferralState,)),
    "care_day_cents": Table(
        "payment.long_term_care.day", "长期护理保险日支付额", "long-term care insurance per day", CENTS, (Scheme,)),
    "drug_share_ceiling_permille": Table(
        "payment.ceiling.drug_share", "药占比控制线", "drug share ceiling", PERMILLE, (PayTier,)),
    "cost_ceiling_cents": Table(
        "payment.ceiling.cost", "次均费用控制线", "cost ceiling of a visit or stay", CAP, (Setting, PayTier)),
    "first_contact": Table(
        "payment.referral.first_contact", "视为首诊的级别", "tiers of first contact", YES_NO, (Setting, PayTier)),
    "stepwise": Table(
        "payment.referral.stepwise", "上转须逐级", "upward one tier at a time", YES_NO),
    "referral_valid_days": Table(
        "payment.referral.valid_days", "转诊单有效期", "a referral is valid for", DAYS),
    "emergency_filing_days": Table(
        "payment.referral.emergency_filing_days", "急诊备案期限", "an emergency is filed within", DAYS),
    "late_filing": Table(
        "payment.referral.late_filing", "急诊逾期备案的处理", "an emergency filed late counts as",
        _words(ReferralState, ReferralState.EMERGENCY, ReferralState.UNREFERRED)),
}
# fmt: on

SHAPES = {key: (table.unit, axes) for table in TABLES.values() for key, axes in table.rulebook_keys()}


class WrongValue(ValueError):
    """A value of the rulebook that does not fit its table; the message says where in it and what was expected."""


def build_policy(value_of: Callable[[str], Any]) -> PaymentPolicy:
    """The policy whose rulebook values `value_of` gives by key. Raises WrongValue, and what `value_of` raises."""
    numbers: dict[str, Any] = {}
    for field, table in TABLES.items():
        parts = [flatten(value_of(key), table.unit, axes, key) for key, axes in table.rulebook_keys()]
        flat = tuple(number for part in parts for number in part)
        numbers[field] = flat if table.axes else flat[0]
    _check_bands(numbers["catastrophic_from_cents"])
    return PaymentPolicy(**numbers)


def problem_with(key: str, value: Any) -> str:
    """What is wrong with a value of a rulebook key, in Chinese; empty when it fits. Raises KeyError: no such key."""
    unit, axes = SHAPES[key]
    try:
        flatten(value, unit, axes, key)
    except WrongValue as wrong:
        return str(wrong)
    return ""


def flatten(value: Any, unit: Unit, axes: tuple[type[IntEnum], ...], where: str) -> Ints:
    """A rulebook value as the flat numbers of its axes. Raises WrongValue; `where` is the key, for the message."""
    if not isinstance(value, dict):
        return (_number(value, unit, where),) * prod(len(axis) for axis in axes)
    if not axes:
        raise WrongValue(f"{where}：应为一个值（{unit.name}），不是表")
    names = [member.name.lower() for member in axes[0]]
    if unknown := set(value) - {*names, "other"}:
        raise WrongValue(f"{where}：不认识 {'、'.join(sorted(unknown))}，应为 {'、'.join(names)} 或 other")
    if missing := [name for name in names if name not in value and "other" not in value]:
        raise WrongValue(f"{where}：缺少 {'、'.join(missing)}，补上或写 other")
    parts = (flatten(value.get(name, value.get("other")), unit, axes[1:], f"{where}.{name}") for name in names)
    return tuple(number for part in parts for number in part)


def _number(value: Any, unit: Unit, where: str) -> int:
    if unit is YES_NO:
        if isinstance(value, bool):
            return int(value)
    elif isinstance(value, str):
        if value in (unit.words or {}):
            return (unit.words or {})[value]
    elif isinstance(value, int) and not isinstance(value, bool) and unit.low <= value <= unit.high:
        return value
    bounds = f"，{unit.low} 到 {unit.high}" if unit.low < unit.high and unit is not YES_NO else ""
    raise WrongValue(f"{where}：{value!r} 不对，应为{unit.name}{bounds}")


def _check_bands(bounds: Ints) -> None:
    if bounds[0] != 0 or list(bounds) != sorted(bounds):
        raise WrongValue("payment.catastrophic.bands：第一段从 0 起，各段起点由低到高；不用的段写 none")
