"""What a rulebook says about paying: one key for each table of the payment kernel, with the words of its axes."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from fenji.kernel.payment import policy_keys as kernel
from fenji.kernel.payment.codes import (
    Band,
    Group,
    ItemKind,
    Order,
    PayTier,
    ReferralState,
    Scheme,
    Setting,
)
from fenji.rulebook.schema import Key
from fenji.rulebook.shapes import YES_NO, Fault, Names, Shape, checked, percent, yuan

AXES: dict[type[IntEnum], dict[IntEnum, tuple[str, str]]] = {
    Scheme: {Scheme.EMPLOYEE: ("职工医保", "employees"), Scheme.RESIDENT: ("居民医保", "residents")},
    Setting: {
        Setting.OUTPATIENT: ("普通门诊", "outpatient"),
        Setting.CHRONIC: ("门诊慢性病", "chronic outpatient"),
        Setting.SPECIAL: ("门诊特定病种", "special disease"),
        Setting.INPATIENT: ("住院", "inpatient"),
        Setting.DAY_SURGERY: ("日间手术", "day surgery"),
    },
    PayTier: {
        PayTier.VILLAGE: ("村卫生站", "village station"),
        PayTier.COMMUNITY: ("镇（社区）和一级", "township, community, primary"),
        PayTier.SECONDARY: ("二级", "secondary"),
        PayTier.TERTIARY: ("三级", "tertiary"),
    },
    Order: {
        Order.FIRST: ("第一次", "first"),
        Order.SECOND: ("第二次", "second"),
        Order.LATER: ("第三次起", "third and later"),
    },
    ReferralState: {
        ReferralState.FIRST_CONTACT: ("首诊", "first contact"),
        ReferralState.REFERRED: ("经转诊", "referred"),
        ReferralState.EMERGENCY: ("急诊", "emergency"),
        ReferralState.EXEMPT: ("特殊人群自主选择", "exempt"),
        ReferralState.UNREFERRED: ("未经转诊", "unreferred"),
        ReferralState.OUT_OF_REGION: ("异地已备案", "out of region, filed"),
        ReferralState.OUT_OF_REGION_UNFILED: ("异地未备案", "out of region, not filed"),
    },
    Group: {
        Group.GENERAL: ("普通人员", "general"),
        Group.RETIRED: ("退休人员", "retired"),
        Group.MINOR: ("未成年人和学生", "minors and students"),
        Group.LOW_INCOME: ("低保对象", "low income"),
        Group.DESTITUTE: ("特困人员", "destitute"),
    },
    ItemKind: {
        ItemKind.DRUG: ("药品", "drugs"),
        ItemKind.SERVICE: ("诊疗项目", "services"),
        ItemKind.MATERIAL: ("医用耗材", "materials"),
    },
    Band: {
        Band.I: ("第一段", "band I"),
        Band.II: ("第二段", "band II"),
        Band.III: ("第三段", "band III"),
        Band.IV: ("第四段", "band IV"),
    },
}
WORDS: Names = {  # by name: members of different axes are equal as numbers
    "none": ("不设", "none"),
    "anew": ("每次重新计算", "anew each time"),
    "difference": ("上转补差额，下转不再计", "upward the difference, downward none"),
    "waived": ("转诊后不再计", "none after a referral"),
    "down": ("舍去分以下", "cut off below the cent"),
    "half_up": ("四舍五入到分", "half up to the cent"),
    "up": ("分以下进一", "up to the cent"),
    **{member.name.lower(): names for member, names in AXES[ReferralState].items()},
}


def _points(number: int) -> tuple[str, str]:
    if number == 0:
        return "不变", "unchanged"
    sign, size = "−" if number < 0 else "+", percent(abs(number)).removesuffix("%")
    return f"{sign}{size} 个百分点", f"{sign}{size} points"


UNIT_WORDS: dict[str, Callable[[int], tuple[str, str]]] = {
    kernel.CENTS.name: lambda number: (f"{yuan(number)} 元", f"{yuan(number)} yuan"),
    kernel.CAP.name: lambda number: (f"{yuan(number)} 元", f"{yuan(number)} yuan"),
    kernel.PERMILLE.name: lambda number: (percent(number), percent(number)),
    kernel.PERMILLE_OF_DEDUCTIBLE.name: lambda number: (percent(number), percent(number)),
    kernel.POINTS.name: _points,
    kernel.DAYS.name: lambda number: (f"{number} 天", f"{number} days"),
}


def shape_of(unit: kernel.Unit, axes: tuple[type[IntEnum], ...]) -> Shape:
    """The shape of a value that the kernel flattens over `axes`; the kernel itself judges it."""

    def fault(value: Any) -> Fault | None:
        try:
            kernel.flatten(value, unit, axes, "")
        except kernel.WrongValue as error:
            where, _, expected = str(error).partition("：")
            return Fault(where.lstrip("."), expected)
        return None

    choices: tuple[Any, ...] = ()
    if not axes:
        choices = (True, False) if unit is kernel.YES_NO else tuple(unit.words or ()) if unit.low > unit.high else ()
    return Shape(_expected(unit, axes), fault, lambda value, english: _words(value, unit, axes, english), choices)


def _expected(unit: kernel.Unit, axes: tuple[type[IntEnum], ...]) -> str:
    bounds = f"{unit.low} 到 {unit.high} 的整数，" if unit.low < unit.high and unit is not kernel.YES_NO else ""
    if not axes:
        return f"{bounds}{unit.name}"
    each = " 再按 ".join("、".join(member.name.lower() for member in axis) for axis in axes)
    return f"{bounds}{unit.name}；或按 {each} 分列的表，其余写 other"


def _words(value: Any, unit: kernel.Unit, axes: tuple[type[IntEnum], ...], english: bool) -> str:
    if not isinstance(value, dict):
        return _plain(value, unit, english)
    names = {member.name.lower(): words for member, words in AXES[axes[0]].items()}
    names["other"] = ("其余", "others")
    if set(value) == {"other"}:
        return _words(value["other"], unit, axes[1:], english)
    parts = [(names[code][english], _words(value[code], unit, axes[1:], english)) for code in names if code in value]
    is_nested = any(isinstance(inner, dict) for inner in value.values())
    if not is_nested:
        return (", " if english else "，").join(f"{name} {text}" for name, text in parts)
    if len(axes) == 2:
        return ("; " if english else "；").join(f"{name}{': ' if english else '：'}{text}" for name, text in parts)
    return ("; " if english else "；").join(f"{name}【{text}】" for name, text in parts)


def _plain(value: Any, unit: kernel.Unit, english: bool) -> str:
    if isinstance(value, bool):
        return YES_NO.words(value, english)
    if isinstance(value, str):
        return WORDS[value][english]
    return UNIT_WORDS[unit.name](value)[english]


# One rule, once: what the kernel asks for under the first name stands in the rulebook under the second.
SAME_AS = {"payment.referral.stepwise": "choice.stepwise"}


def _keys() -> dict[str, Key]:
    found = {}
    for table in kernel.TABLES.values():
        for key, axes in table.rulebook_keys():
            names = (table.name, table.name_en)
            if axes != table.axes:
                setting = AXES[Setting][Setting[key.rpartition(".")[2].upper()]]
                names = (f"{table.name}：{setting[0]}", f"{table.name_en}: {setting[1]}")
            found[key] = Key(*names, shape_of(table.unit, axes))
    for elsewhere in SAME_AS:
        del found[elsewhere]
    by_tier = shape_of(kernel.CENTS, (PayTier,))  # no rule of payment: the example on which an estimate rests
    found["payment.usual_bill.outpatient"] = Key("次均费用：门诊（估算用）", "usual bill: outpatient visit", by_tier)
    found["payment.usual_bill.inpatient"] = Key("次均费用：住院（估算用）", "usual bill: stay", by_tier)
    bands = found["payment.catastrophic.bands"]
    rising = checked(bands.shape, "第一段从 0 起，各段起点由低到高，不用的段写 none", _rises_from_zero)
    return found | {"payment.catastrophic.bands": Key(bands.name, bands.name_en, rising)}


def _rises_from_zero(value: Any) -> bool:
    bounds = kernel.flatten(value, kernel.CAP, (Band,), "")
    return bounds[0] == 0 and list(bounds) == sorted(bounds)


KEYS: dict[str, Key] = _keys()
