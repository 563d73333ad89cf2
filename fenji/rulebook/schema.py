"""What a rulebook may say: every key with its name and the shape of its value.

A key that is not here does not load, so that a slip of the pen is not silently ignored.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from fenji.kernel.reasons import LEVEL_NAMES
from fenji.kernel.referral import STATES, Urgency
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis

ASSUMPTION = "assumption:"


@dataclass(frozen=True)
class DatedValue:
    """One value of one key, in force on `[valid_from, valid_until)`, with where it comes from and how sure that is."""

    key: str
    valid_from: date
    valid_until: date | None
    value: Any  # plain JSON: never changed in place
    source: str  # id of a source of the rulebook, or "assumption: the reason"
    clause: str
    status: Basis

    def covers(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True)
class Source:
    """A document the values rest on."""

    id: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class Shape:
    """What a value must look like, in words and as a test."""

    expected: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Key:
    name: str
    name_en: str
    shape: Shape


def _is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_span(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"hours", "working"}
        and isinstance(value["working"], bool)
        and isinstance(value["hours"], int | float)
        and not isinstance(value["hours"], bool)
        and value["hours"] > 0
        and (value["hours"] * 60) == int(value["hours"] * 60)
    )


def _is_by_urgency(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {u.value for u in Urgency} and all(map(_is_span, value.values()))


def _is_signature(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"role", "own"}
        and value["role"] in {"none", *(r.value for r in Role)}
        and isinstance(value["own"], bool)
    )


def _is_windows(value: Any) -> bool:
    try:
        flat = [time.fromisoformat(moment) for opens, closes in value for moment in (opens, closes)]
    except (TypeError, ValueError):
        return False
    return bool(flat) and all(a < b for a, b in itertools.pairwise(flat))


def one_of(*words: str) -> Shape:
    return Shape("、".join(f'"{word}"' for word in words) + " 之一", lambda value: value in words)


def ordering_of(*words: str) -> Shape:
    return Shape(
        "、".join(f'"{word}"' for word in words) + " 的一个排列",
        lambda value: isinstance(value, list) and sorted(map(str, value)) == sorted(words),
    )


def whole(low: int, high: int, unit: str) -> Shape:
    return Shape(f"{low} 到 {high} 的整数（{unit}）", lambda value: _is_whole(value, low, high))


YES_NO = Shape("true 或 false", lambda value: isinstance(value, bool))
WORDS = Shape("文字列表", lambda value: isinstance(value, list) and all(isinstance(word, str) for word in value))
BY_URGENCY = Shape(
    "routine、urgent、emergency 三项，各为 { hours = 大于零且合整分钟, working = true 或 false }", _is_by_urgency
)
SIGNATURE = Shape('{ role = "none" 或岗位代码, own = true 或 false }', _is_signature)
WINDOWS = Shape('时段列表，如 [["08:00", "12:00"], ["14:30", "17:30"]]，先后有序、互不重叠', _is_windows)
PERMILLE = whole(0, 1000, "千分之几")

LINES = {
    "general": ("普通（全科）门诊", "general clinic"),
    "specialist": ("专科门诊", "specialist clinic"),
    "expert": ("专家门诊", "expert clinic"),
}
ORDER = ("lowest_adequate", "consortium", "nearest")

KEYS: dict[str, Key] = {
    **{
        f"deadlines.{rule.deadline}": Key(
            f"时限：{rule.name}", f"deadline: {state.value.replace('_', ' ')}", BY_URGENCY
        )
        for state, rule in STATES.items()
        if rule.deadline
    },
    "escalation.between_rungs": Key("逐级上报的间隔", "span between rungs of escalation", BY_URGENCY),
    "working_time.hours": Key("工作时间", "working hours", WINDOWS),
    **{
        f"referral.approval.{level.value}": Key(
            f"转出签批：{name}机构", f"signature before sending: {level.value}", SIGNATURE
        )
        for level, (name, _) in LEVEL_NAMES.items()
    },
    "choice.stepwise": Key("须逐级转诊", "one level at a time", YES_NO),
    "referral.insurer_step": Key(
        "转诊须经医保经办机构", "insurer takes part in a referral", one_of("none", "notice", "filing")
    ),
    **{
        f"booking.reserve.{line}": Key(
            f"为基层转诊预留：{name}", f"reserved for referrals from below: {name_en}", PERMILLE
        )
        for line, (name, name_en) in LINES.items()
    },
    "booking.weeks_ahead": Key("提前放号", "places are made ahead", whole(1, 26, "周")),
    "booking.hold": Key("占号保留时间", "how long a place is held", BY_URGENCY),
    "booking.release_hours": Key(
        "开诊前多久把未用的预留号放给公众",
        "unused reserved places go to the public before the clinic",
        whole(0, 336, "小时"),
    ),
    "follow_up.after_up_referral_days": Key(
        "上转后基层随访", "primary care follows up after an upward referral", whole(1, 90, "天")
    ),
    "first_contact.rule": Key("首诊制度", "first contact", one_of("guided", "compulsory", "stepwise", "older_first")),
    "first_contact.tcm_outpatient_counts": Key(
        "中医医院中医门诊计入首诊", "TCM outpatient clinic counts as first contact", YES_NO
    ),
    "first_contact.serious_child_at_tertiary": Key(
        "疑难危重患儿可在三级机构首诊", "a seriously ill child may start at a tertiary institution", YES_NO
    ),
    "first_contact.child_up_to_years": Key("儿科年龄上限", "a child is up to", whole(1, 18, "岁，含")),
    "choice.lowest_adequate": Key("选最低而能胜任者", "the lowest adequate first", YES_NO),
    "choice.consortium": Key("医联体内优先", "own consortium first", YES_NO),
    "choice.nearest": Key("就近", "the nearest first", YES_NO),
    "choice.order": Key("选择机构的先后次序", "order of preferences", ordering_of(*ORDER)),
    "choice.home_first": Key("下转先到签约团队和本镇机构", "downward to the resident's own team and town", YES_NO),
    "choice.emergency_nearest": Key("急诊就近", "an emergency goes to the nearest", YES_NO),
    "choice.same_tier": Key("允许同级转诊", "same-tier referral", YES_NO),
    "choice.exempt_choose_freely": Key("特殊人群自主选择机构", "exempt groups choose freely", YES_NO),
    "choice.exempt_groups": Key("特殊人群范围", "exempt groups", WORDS),
    "choice.recheck_same_institution": Key(
        "同一疾病复查可选同一机构", "a re-check of the same disease may use the same institution", YES_NO
    ),
}
