"""What a rulebook says about places: how many are kept for referrals, when they open, how long they are held."""

from fenji.kernel.release import Group
from fenji.rulebook.keys.referral import BY_URGENCY
from fenji.rulebook.schema import Key
from fenji.rulebook.shapes import PERMILLE, Names, by, checked, is_whole, record, simple, whole

LINES: Names = {
    "general": ("普通（全科）门诊", "general clinic"),
    "specialist": ("专科门诊", "specialist clinic"),
    "expert": ("专家门诊", "expert clinic"),
    "examination": ("检查", "examinations"),
}
GROUPS: Names = {
    Group.PRIMARY.value: ("基层机构", "primary institutions"),
    Group.CONSORTIUM.value: ("同一医联体", "the same consortium"),
    Group.CONTRACT.value: ("签约居民", "residents with a contract"),
    Group.ALL.value: ("所有人", "everybody"),
}
LADDERS: Names = {
    "clinic": ("普通、专科门诊和检查", "general and specialist clinics, examinations"),
    "expert": ("专家门诊", "expert clinics"),
}
MOST_HOURS = 26 * 7 * 24
FIXED = {"at_once": ("一直可约", "from the start"), "never": ("不放开", "never")}

OPENING = simple(
    f'"at_once"（一直可约）、"never"（不放开）或 1 到 {MOST_HOURS} 的整数（开诊前小时数）',
    lambda value: value in FIXED if isinstance(value, str) else is_whole(value, 1, MOST_HOURS),
    lambda value, english: (
        FIXED[value][english]
        if isinstance(value, str)
        else f"{value} hours before"
        if english
        else f"开诊前 {value} 小时"
    ),
)
BOUNDS = checked(
    record({"floor": ("下限", "at least", PERMILLE), "ceiling": ("上限", "at most", PERMILLE)}),
    "下限不高于上限",
    lambda value: value["floor"] <= value["ceiling"],
)

KEYS: dict[str, Key] = {
    **{
        f"booking.reserve.{line}": Key(
            f"为基层转诊预留：{name}", f"reserved for referrals from below: {name_en}", PERMILLE
        )
        for line, (name, name_en) in LINES.items()
    },
    **{
        f"booking.reserve_bounds.{line}": Key(
            f"预留比例的上下限：{name}", f"bounds of the reserved share: {name_en}", BOUNDS
        )
        for line, (name, name_en) in LINES.items()
    },
    "booking.reserve_weeks": Key(
        "预留比例按前几周的转诊预约核定", "the share is sized from the last weeks", whole(1, 26, "周", "weeks")
    ),
    **{
        f"booking.release.{code}": Key(
            f"预留号逐级放开：{name}", f"release of reserved places: {name_en}", by(GROUPS, OPENING)
        )
        for code, (name, name_en) in LADDERS.items()
    },
    "booking.weeks_ahead": Key("提前放号", "places are made ahead", whole(1, 26, "周", "weeks")),
    "booking.hold": Key("占号保留时间", "how long a place is held", BY_URGENCY),
    "booking.answer": Key("候补答复时限", "time to answer an offer from the waiting list", BY_URGENCY),
    "booking.offer_ahead_hours": Key(
        "距就诊不足此时间的号不再候补", "places nearer than this are not offered", whole(0, 168, "小时", "hours")
    ),
    "booking.silences": Key(
        "几次未答复后退出候补", "unanswered offers before one leaves the list", whole(1, 10, "次", "times")
    ),
    "booking.stale_hours": Key(
        "医院多久没有消息即不再承诺其号源", "a hospital silent for so long is not promised for",
        whole(1, 720, "小时", "hours"),
    ),
}  # fmt: skip
