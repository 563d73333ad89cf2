"""What a rulebook says about beds and day surgery: how long things take, when nothing is promised, what is enough."""

from typing import Any

from fenji.kernel.day_surgery import DEADLINES, STATES
from fenji.rulebook.schema import Key
from fenji.rulebook.shapes import is_whole, record, rows, simple, whole

OLDEST = 150
_CODES = simple(
    '诊断编码范围的列表，如 ["J12-J18", "B37.1"]',
    lambda value: isinstance(value, list) and bool(value) and all(isinstance(code, str) and code for code in value),
    lambda value, english: (", " if english else "、").join(value),
)
_PROCEDURE = simple(
    "1 到 80 字的手术名称",
    lambda value: isinstance(value, str) and 0 < len(value) <= 80,
    lambda value, english: str(value),
)
_AGE = whole(0, OLDEST, "岁", "years")
FROM_BELOW = rows(
    record({"codes": ("诊断", "diagnoses", _CODES), "procedure": ("手术", "procedure", _PROCEDURE)})
)  # fmt: skip
SUGGESTED = rows(
    record({
        "codes": ("诊断", "diagnoses", _CODES), "from_age": ("自", "from", _AGE), "to_age": ("至", "to", _AGE),
        "days": ("住院", "stay", whole(1, 365, "天", "days")),
    }),
)  # fmt: skip


def _are_hours(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(is_whole(one, 1, 24 * 90) for one in value)


CALLS = simple(
    "出院后小时数的列表，由小到大，如 [24, 168]",
    lambda value: _are_hours(value) and value == sorted(set(value)),
    lambda value, english: (", " if english else "、").join(f"{one} {'h' if english else '小时'}" for one in value),
)
MINUTES = whole(1, 24 * 60, "分钟", "minutes")

KEYS: dict[str, Key] = {
    "stays.hold_hours": Key("占床保留时间", "how long a bed is held", whole(1, 168, "小时", "hours")),
    "stays.cleaning_minutes": Key("床位清洁时间", "cleaning takes", MINUTES),
    "stays.overrun_hours": Key(
        "预计出院已过仍在床的，床位再留", "a bed is kept for who should have left", whole(1, 168, "小时", "hours")
    ),
    "stays.no_show_hours": Key(
        "预留床位等候未到的病人", "a reserved bed waits for who does not come", whole(1, 168, "小时", "hours")
    ),
    "stays.usual_days": Key("病区未写预计出院时按住院", "a stay without an expected end", whole(1, 60, "天", "days")),
    "stays.stale_minutes": Key(
        "医院系统多久无消息即不再承诺床位",
        "nothing is promised when a system is silent",
        whole(1, 1440, "分钟", "minutes"),
    ),
    "stays.stale_minutes_by_hand": Key(
        "人工维护的病区多久未核对即不再承诺床位",
        "nothing is promised when a ward kept by hand is silent",
        whole(1, 10080, "分钟", "minutes"),
    ),
    "stays.suggested": Key("建议住院日", "suggested stay", SUGGESTED),
    "stays.proposal_hours": Key("病区答复下转建议", "a ward answers a proposal", whole(1, 168, "小时", "hours")),
    "stays.ask_again_days": Key("暂不下转的，过后再问", "asked again after a refusal", whole(1, 30, "天", "days")),
    "day_surgery.theatre_minutes": Key("日间手术占用手术间", "a day surgery's time in the theatre", MINUTES),
    "day_surgery.recovery_minutes": Key("日间手术占用复苏位", "a day surgery's time in recovery", MINUTES),
    "day_surgery.closing_hour": Key(
        "日间手术室打烊时刻，术后观察须在此前结束", "the day surgery closes; recovery ends before it",
        whole(13, 23, "时", "o'clock"),
    ),
    "day_surgery.passing_score": Key("当日出院评估合格分", "score to go home", whole(1, 10, "分", "points")),
    "day_surgery.assess_before_hours": Key(
        "日间手术最迟在开始前多久完成术前评估，逾期退回手术间",
        "a day surgery is assessed at the latest before its start, or its rooms are given back",
        whole(1, 168, "小时", "hours"),
    ),
    "day_surgery.remind_hours": Key(
        "退回手术间之前多久提醒医院", "the hospital is reminded before the rooms are given back",
        whole(1, 168, "小时", "hours"),
    ),
    "day_surgery.from_below": Key("基层可直接申请的日间手术", "day surgeries asked for from below", FROM_BELOW),
    "day_surgery.call_hours": Key("日间手术后随访电话", "calls after a day surgery", CALLS),
    **{
        f"day_surgery.{name}_hours": Key(
            f"日间手术时限：{STATES[state].name}", f"deadline of a day surgery: {state.value}",
            whole(1, 24 * 90, "小时", "hours"),
        )
        for state, name in DEADLINES.items()
    },
}  # fmt: skip
