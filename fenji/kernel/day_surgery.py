"""Day surgery (日间手术): its states, the checklist before, and the check by which a patient goes home the same day.

The checklist and the five signs of the discharge check follow common practice (a post-anaesthetic discharge score of
ten points); a hospital's own list may add to them but leave none out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class SurgeryState(StrEnum):
    REQUESTED = "requested"
    ASSESSED = "assessed"
    BOOKED = "booked"
    OPERATED = "operated"
    DISCHARGED = "discharged"
    FOLLOWED = "followed"
    UNFIT = "unfit"
    ADMITTED = "admitted"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class StateRule:
    name: str  # Chinese
    next: frozenset[str]

    @property
    def is_open(self) -> bool:
        return bool(self.next)


STATES: dict[SurgeryState, StateRule] = {
    SurgeryState.REQUESTED: StateRule("待术前评估", frozenset({"assessed", "unfit", "cancelled"})),
    SurgeryState.ASSESSED: StateRule("评估合格，待排手术", frozenset({"booked", "unfit", "cancelled"})),
    SurgeryState.BOOKED: StateRule("已排手术", frozenset({"booked", "operated", "cancelled"})),
    SurgeryState.OPERATED: StateRule("术后观察", frozenset({"discharged", "admitted"})),
    SurgeryState.DISCHARGED: StateRule("已出院，随访中", frozenset({"followed"})),
    SurgeryState.FOLLOWED: StateRule("随访完成", frozenset()),
    SurgeryState.UNFIT: StateRule("不宜日间手术", frozenset()),
    SurgeryState.ADMITTED: StateRule("已转住院", frozenset()),
    SurgeryState.CANCELLED: StateRule("已取消", frozenset()),
}
# The states whose owner has a deadline of the rulebook's; a booked one is due when its theatre time is over.
DEADLINES: dict[SurgeryState, str] = {
    SurgeryState.REQUESTED: "assess",
    SurgeryState.ASSESSED: "book",
    SurgeryState.BOOKED: "operate",
    SurgeryState.OPERATED: "discharge",
}


@dataclass(frozen=True)
class Item:
    """A question of the checklist; `must` is the answer without which there is no day surgery."""

    name: str
    must: bool = True


CHECKLIST: dict[str, Item] = {
    "asa": Item("麻醉分级（ASA）一、二级，或稳定的三级"),
    "tests": Item("术前检查齐全，结果无禁忌"),
    "chronic_stable": Item("合并的慢性病控制平稳"),
    "no_infection": Item("近两周无呼吸道感染、发热"),
    "medicines_told": Item("已交代术前停药与继续用药"),
    "fasting_told": Item("已交代禁食禁饮"),
    "companion": Item("术后 24 小时有成人陪护"),
    "near": Item("住处一小时内可到能急救的医院"),
    "consent": Item("手术与麻醉同意书已签"),
}

# Each sign scores 0, 1 or 2.
SIGNS: dict[str, str] = {
    "vitals": "生命体征",
    "activity": "活动能力",
    "nausea": "恶心呕吐",
    "pain": "疼痛",
    "bleeding": "出血",
}
LOWEST_SIGN = 1  # nobody goes home with a sign at zero, whatever the sum


def missing(checklist: Mapping[str, bool]) -> list[str]:
    """Items of the checklist nobody has answered."""
    return [code for code in CHECKLIST if code not in checklist]


def against(checklist: Mapping[str, bool]) -> list[str]:
    """Items whose answer speaks against a day surgery."""
    return [code for code, item in CHECKLIST.items() if checklist.get(code) is not item.must and code in checklist]


def score(signs: Mapping[str, int]) -> int:
    """The sum of the five signs. Raises ValueError unless each is there and 0, 1 or 2."""
    if set(signs) != set(SIGNS) or any(value not in (0, 1, 2) for value in signs.values()):
        raise ValueError("each of the five signs scores 0, 1 or 2")
    return sum(signs.values())


def may_go_home(signs: Mapping[str, int], *, passing: int) -> bool:
    """Whether a patient may go home today: enough points in all, and no sign at zero."""
    return score(signs) >= passing and min(signs.values()) >= LOWEST_SIGN
