"""What every figure means, once: the words a reader sees and the condition that counts, which cannot drift apart.

`where` and `among` are SQL conditions on the relation `facts` (see `facts`): a tile, the weekly trend, the table of
institutions and the list behind a figure all use the same ones. `docs/reference/indicators.md` is written from here.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import get_language


class Unit(StrEnum):
    COUNT = "count"  # referrals, or receipts: one for every institution a referral was put before
    SHARE = "share"  # permille of `among`
    HOURS = "hours"  # median


class Side(StrEnum):
    """Whose figure it is in the table of institutions."""

    SENDER = "sender"
    RECEIVER = "receiver"


@dataclass(frozen=True)
class Words:
    """Chinese and English of one text."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if (get_language() or "").startswith("en") else self.zh


@dataclass(frozen=True)
class Definition:
    """One figure. `meaning` says what counts; `base` of what a share or median is taken, empty for a count."""

    code: str
    name: Words
    meaning: Words
    base: Words
    source: str
    unit: Unit
    side: Side
    where: str = ""  # empty: not read from `facts` but from the present state, see `present`
    among: str = ""
    span: str = ""  # SQL interval, for HOURS

    @property
    def condition(self) -> str:
        """The rows the list behind the figure shows: what a share or count counts, what a median is taken of."""
        return " AND ".join(f"({part})" for part in (self.among, self.where) if part)

    @property
    def rest(self) -> str:
        """The rows of a share's base that do not meet it."""
        return f"({self.among}) AND NOT ({self.where})"


NONE = Words("", "")
UP_DOWN, PUBLISHED, GREEN = "Y 二(七)2", "D 六·青海", "Y 二(七)2；D 共识二1"
ANSWERED = "answered_at IS NOT NULL"
PLANNED = "NOT from_paper AND urgency <> 'emergency'"

SENT = tuple(
    Definition(
        f"sent_{code}",
        Words(name, name_en),
        Words(f"期内发出的{zh}转诊单，按首次发出的时间计", f"Referrals {en} first sent in the period"),
        NONE, UP_DOWN, Unit.COUNT, Side.SENDER, f"is_last AND direction = '{code}'",
    )
    for code, name, name_en, zh, en in (
        ("up", "上转", "Sent up", "向上", "upward"),
        ("down", "下转", "Sent down", "向下", "downward"),
        ("same", "同级转", "Sent to the same tier", "同级", "to the same tier"),
    )
)  # fmt: skip

RECEIVED = tuple(
    Definition(
        f"received_{code}",
        Words(f"接到{name}", f"Received, {en}"),
        Words(
            f"送到本机构的{name}转诊单（含改转而来和补录的纸质转诊）",
            f"Referrals {en} put before the institution, rerouted and paper ones included",
        ),
        NONE, PUBLISHED, Unit.COUNT, Side.RECEIVER, f"direction = '{code}'",
    )
    for code, name, en in (("up", "上转", "upward"), ("down", "下转", "downward"))
)  # fmt: skip

ANSWERS = (
    Definition(
        "accepted", Words("接收", "Accepted"),
        Words("接收、直接收诊或续转的转诊单", "Referrals the receiver accepted, received at once or handed on"),
        NONE, PUBLISHED, Unit.COUNT, Side.RECEIVER, f"{ANSWERED} AND NOT refused",
    ),
    Definition(
        "refused", Words("未接收", "Refused"),
        Words("接收机构以代码原因退回的转诊单", "Referrals the receiver refused with a coded reason"),
        NONE, PUBLISHED, Unit.COUNT, Side.RECEIVER, "refused",
    ),
    Definition(
        "refused_share", Words("未接收率", "Share refused"),
        Words("其中被退回的", "Those refused"), Words("已答复的转诊单", "Referrals answered"),
        UP_DOWN, Unit.SHARE, Side.RECEIVER, "refused", ANSWERED,
    ),
    Definition(
        "on_time", Words("按时答复率", "Answered in time"),
        Words("未曾超过接收时限即答复的", "Answered before the deadline had passed"),
        Words("已答复的，加上超时仍未答复的；不含纸质补录", "Answered, or overdue without an answer; none on paper"),
        UP_DOWN, Unit.SHARE, Side.RECEIVER, "NOT is_late", f"NOT from_paper AND ({ANSWERED} OR is_late)",
    ),
    Definition(
        "answered_late", Words("逾期答复", "Answered late"),
        Words("答复时已超过接收时限", "Answered after the deadline for the answer had passed"),
        NONE, PUBLISHED, Unit.COUNT, Side.RECEIVER, f"{ANSWERED} AND is_late",
    ),
    Definition(
        "unanswered", Words("逾期未答复", "No reply"),
        Words("超过接收时限，至今或至撤回时没有答复", "Past the deadline without an answer until now or withdrawal"),
        NONE, PUBLISHED, Unit.COUNT, Side.RECEIVER, f"NOT ({ANSWERED}) AND is_late",
    ),
)  # fmt: skip

WAITS = (
    Definition(
        "to_answer", Words("发出到答复", "Sending to answer"),
        Words("从送到接收机构至其答复的小时数（自然时），取中位数", "Median clock hours from delivery to the answer"),
        Words("已答复的非急诊转诊单；不含纸质补录", "Answered, no emergencies, none on paper"),
        UP_DOWN, Unit.HOURS, Side.RECEIVER, ANSWERED, PLANNED, "answered_at - put_at",
    ),
    Definition(
        "to_appointment", Words("发出到预约时间", "Sending to appointment"),
        Words("从首次发出至就诊预约时间的小时数，取中位数", "Median clock hours from sending to the time booked"),
        Words("有预约的非急诊转诊单", "With an appointment, no emergencies"),
        GREEN, Unit.HOURS, Side.RECEIVER, "is_last AND appointment_at IS NOT NULL", PLANNED, "appointment_at - sent_at",
    ),
    Definition(
        "to_arrival", Words("发出到到诊", "Sending to arrival"),
        Words("从首次发出至登记到诊的小时数，取中位数", "Median clock hours from sending to arrival"),
        Words("已到诊的非急诊转诊单；不含纸质补录", "Arrived, no emergencies, none on paper"),
        GREEN, Unit.HOURS, Side.RECEIVER, "is_last AND arrived_at IS NOT NULL", PLANNED, "arrived_at - sent_at",
    ),
)  # fmt: skip

OUTCOMES = (
    Definition(
        "no_show", Words("爽约率", "No-show rate"),
        Words("曾被记为未到诊的", "Ever marked as not having come"),
        Words("有预约且已到诊的，加上被记未到诊的转诊单", "Arrived with an appointment, or marked as not having come"),
        UP_DOWN, Unit.SHARE, Side.RECEIVER, "missed", "booked AND (missed OR arrived_at IS NOT NULL)",
    ),
    Definition(
        "returned_with_plan", Words("带方案转回率", "Returned with a plan"),
        Words(
            "已下转且附接续治疗、康复、护理方案的",
            "Sent down again with a plan of treatment, rehabilitation and nursing",
        ),
        Words("诊治结束的上转和同级转诊单", "Upward and same-tier referrals whose treatment ended"),
        UP_DOWN, Unit.SHARE, Side.RECEIVER, "has_plan", "is_last AND direction <> 'down' AND replied_at IS NOT NULL",
    ),
)  # fmt: skip

NON_COMPLIANT = (
    Definition(
        "skipped_tier", Words("越级上转", "Skipped a tier"),
        Words(
            "非急诊，直接转到高两级及以上且与本机构无帮扶、集团或医联体关系的机构；须逐级转诊的城市不论有无关系",
            "No emergency, sent two tiers up or more to an institution without a tie to the sender; where the city"
            " refers one level at a time a tie excuses nothing",
        ),
        NONE, PUBLISHED, Unit.COUNT, Side.SENDER, "is_last AND skips",
    ),
    Definition(
        "below_level", Words("不应上转", "Could stay below"),
        Words(
            "接收机构以“可在基层或下级医院诊治”退回的上转",
            "Sent up and refused as treatable at the lower tier",
        ),
        NONE, PUBLISHED, Unit.COUNT, Side.SENDER, "direction = 'up' AND refused AND reason = 'below_level'",
    ),
)  # fmt: skip

PRESENT = (
    Definition(
        "overdue", Words("当前超时", "Overdue now"),
        Words(
            "未结束且已过处理时限的转诊单，计在应办的一方",
            "Open referrals past their deadline, counted with whoever must act",
        ),
        NONE, "Y 二(七)2", Unit.COUNT, Side.RECEIVER,
    ),
    Definition(
        "follow_ups", Words("随访按时完成率", "Follow-ups in time"),
        Words("在到期日或之前完成的", "Done on or before the day due"),
        Words("期内到期的随访和上级随诊指导", "Follow-ups and guidance due in the period, until today"),
        UP_DOWN, Unit.SHARE, Side.RECEIVER,
    ),
    Definition(
        "undelivered", Words("通知未送达", "Notices not delivered"),
        Words(
            "发送失败，或发出一刻钟仍未送达的短信、企业微信和电话",
            "Messages and calls that failed, or still wait after a quarter of an hour",
        ),
        NONE, "Y 二(七)2", Unit.COUNT, Side.SENDER,
    ),
)  # fmt: skip

FROM_FACTS = (*SENT, *RECEIVED, *ANSWERS, *WAITS, *OUTCOMES, *NON_COMPLIANT)
DEFINITIONS = (*FROM_FACTS, *PRESENT)
BY_CODE = {definition.code: definition for definition in DEFINITIONS}
