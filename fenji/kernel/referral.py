"""The referral as one table: its states, who must act in each, and every move from one to another.

Starts from the referral states that HL7 BSeR harmonises with IHE 360X (created, accepted, declined, scheduled,
unattended, appointment cancelled, completed, cancellation requested, cancelled) and adds what a Chinese city needs:
the sending side's approval, questions, handing on, arrival, the record, interim replies, and the way down with a plan.

`STATES` and `MOVES` are the law; actions, buttons, deadlines, notices and the diagram in the documents follow them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    SAME = "same"


class Urgency(StrEnum):
    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Party(StrEnum):
    """Who acts, seen from the referral."""

    SENDER = "sender"  # clinician or team of the sending institution
    APPROVER = "approver"  # who signs for the sending institution
    OFFICE = "office"  # coordination office of the receiving institution
    DEPARTMENT = "department"  # clinicians of the receiving institution
    RESIDENT = "resident"  # or who acts for the resident
    CLOCK = "clock"  # the system: time passed, or a linked referral moved


class State(StrEnum):
    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    SENT = "sent"
    AWAITING_INFORMATION = "awaiting_information"
    REFUSED = "refused"
    HANDING_ON = "handing_on"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    NO_SHOW = "no_show"
    CANCELLATION_REQUESTED = "cancellation_requested"
    ARRIVED = "arrived"
    IN_CARE = "in_care"
    REPLIED = "replied"
    RETURNED = "returned"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFERRED_ONWARD = "referred_onward"


@dataclass(frozen=True)
class StateRule:
    """What a state means: its owner while open, the deadline's name in the rulebook, the next rungs if it passes.

    `escalate` lists who is told: the first rung at the deadline, the next after each span the rulebook gives.
    """

    name: str  # Chinese
    owner: Party | None  # None: closed
    deadline: str = ""  # key in the rulebook's deadlines
    escalate: tuple[str, ...] = ()
    bser: str = ""  # code of HL7 BSeR's Task business status

    @property
    def is_open(self) -> bool:
        return self.owner is not None


# Rungs of escalation: the owner's own head or duty phone first, the commission's coordinators last.
SENDING = ("sending_team", "sending_head", "county_commission")
RECEIVING = ("receiving_office", "receiving_duty_phone", "county_commission")

STATES: dict[State, StateRule] = {
    State.DRAFT: StateRule("草稿", Party.SENDER, "draft", SENDING),
    State.AWAITING_APPROVAL: StateRule("待本院签批", Party.APPROVER, "approval", SENDING),
    State.SENT: StateRule("待接收", Party.OFFICE, "review", RECEIVING, "2.0"),
    State.AWAITING_INFORMATION: StateRule("待补充资料", Party.SENDER, "information", SENDING, "2.0"),
    State.REFUSED: StateRule("未接收，待改转", Party.SENDER, "reroute", SENDING, "4.0"),
    State.HANDING_ON: StateRule("续转中", Party.OFFICE, "hand_on", RECEIVING, "3.0"),
    State.ACCEPTED: StateRule("已接收，待预约", Party.OFFICE, "schedule", RECEIVING, "3.0"),
    State.SCHEDULED: StateRule("已预约", Party.OFFICE, "appointment", RECEIVING, "5.1.1"),
    State.APPOINTMENT_CANCELLED: StateRule("预约已取消，待改约", Party.OFFICE, "rebook", RECEIVING, "5.1.3"),
    State.NO_SHOW: StateRule("未到诊，待联系", Party.SENDER, "contact", SENDING, "5.1.2"),
    State.CANCELLATION_REQUESTED: StateRule("申请取消", Party.OFFICE, "cancellation", RECEIVING, "5.2"),
    State.ARRIVED: StateRule("已到诊", Party.DEPARTMENT, "care", RECEIVING, "5.1.1"),
    State.IN_CARE: StateRule("诊治中", Party.DEPARTMENT, "reply", RECEIVING, "5.1.1"),
    State.REPLIED: StateRule("已回复，待确认", Party.SENDER, "acknowledge", SENDING, "5.1.4"),
    State.RETURNED: StateRule("下转中", Party.DEPARTMENT, "handover", RECEIVING, "5.1.4"),
    State.COMPLETED: StateRule("已完成", None, bser="7.0"),
    State.CANCELLED: StateRule("已取消", None, bser="6.0"),
    State.REFERRED_ONWARD: StateRule("已续转", None, bser="6.0"),
}


@dataclass(frozen=True)
class Move:
    """One row of the table: an action, where it may start, where it leads, who may take it, what it needs.

    An empty `start` makes a new referral; `to=None` leaves the state as it is (a note, an assignment).
    `needs` names fields that must be given; `only` and `never` restrict to directions or urgencies; `tells` lists
    the parties who get a notice; `restarts` gives the owner of the state a fresh deadline though the state stays.
    """

    action: str
    name: str  # Chinese, on the button
    start: tuple[State, ...]
    to: State | None
    by: tuple[Party, ...]
    needs: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    tells: tuple[Party, ...] = ()
    restarts: bool = False


S, P = State, Party
BEFORE_ANSWER = (S.AWAITING_APPROVAL, S.SENT, S.AWAITING_INFORMATION, S.REFUSED)
BEFORE_ARRIVAL = (S.ACCEPTED, S.SCHEDULED, S.APPOINTMENT_CANCELLED, S.NO_SHOW)
AT_RECEIVER = (S.SENT, *BEFORE_ARRIVAL, S.ARRIVED, S.IN_CARE)
OPEN = tuple(state for state, rule in STATES.items() if rule.is_open)

# fmt: off
MOVES: tuple[Move, ...] = (
    # --- the sending side
    Move("draft", "填写转诊单", (), S.DRAFT, (P.SENDER,)),
    Move("edit", "修改", (S.DRAFT,), None, (P.SENDER,)),
    Move("discard", "作废草稿", (S.DRAFT,), S.CANCELLED, (P.SENDER,)),
    Move("ask_approval", "提交签批", (S.DRAFT,), S.AWAITING_APPROVAL, (P.SENDER,),
         never=("emergency",), tells=(P.APPROVER,)),
    Move("approve", "签批同意", (S.AWAITING_APPROVAL,), S.SENT, (P.APPROVER,), tells=(P.OFFICE, P.SENDER)),
    Move("send_back", "退回修改", (S.AWAITING_APPROVAL,), S.DRAFT, (P.APPROVER,),
         needs=("note",), tells=(P.SENDER,)),
    Move("send", "发出转诊", (S.DRAFT,), S.SENT, (P.SENDER,), tells=(P.OFFICE, P.RESIDENT)),
    Move("answer", "补充资料", (S.AWAITING_INFORMATION,), S.SENT, (P.SENDER,),
         needs=("note",), tells=(P.OFFICE,)),
    Move("reroute", "改转其他机构", (S.REFUSED,), S.SENT, (P.SENDER,),
         needs=("institution",), tells=(P.OFFICE, P.RESIDENT)),
    Move("withdraw", "撤回", BEFORE_ANSWER, S.CANCELLED, (P.SENDER, P.RESIDENT),
         needs=("reason",), tells=(P.SENDER, P.OFFICE, P.RESIDENT)),
    Move("request_cancellation", "申请取消", BEFORE_ARRIVAL, S.CANCELLATION_REQUESTED, (P.SENDER, P.RESIDENT),
         needs=("reason",), tells=(P.OFFICE, P.SENDER)),
    Move("send_record", "补传病历资料", (S.SENT, *BEFORE_ARRIVAL, S.ARRIVED, S.IN_CARE), None, (P.SENDER,),
         needs=("note",), tells=(P.OFFICE, P.DEPARTMENT)),
    Move("close_no_show", "联系后结束", (S.NO_SHOW,), S.CANCELLED, (P.SENDER,),
         needs=("reason",), tells=(P.OFFICE,)),
    Move("acknowledge", "确认收到结果", (S.REPLIED,), S.COMPLETED, (P.SENDER,), tells=(P.RESIDENT,)),
    # --- the receiving office
    Move("enter_paper", "补录纸质转诊", (), S.ARRIVED, (P.OFFICE, P.DEPARTMENT), tells=(P.SENDER,)),
    Move("accept", "接收", (S.SENT,), S.ACCEPTED, (P.OFFICE,), tells=(P.SENDER, P.RESIDENT)),
    Move("ask", "要求补充资料", (S.SENT,), S.AWAITING_INFORMATION, (P.OFFICE,),
         needs=("note",), never=("emergency",), tells=(P.SENDER,)),
    Move("refuse", "不接收", (S.SENT,), S.REFUSED, (P.OFFICE,),
         needs=("reason",), never=("emergency",), tells=(P.SENDER, P.RESIDENT)),
    Move("assign", "分派科室", AT_RECEIVER, None, (P.OFFICE,),
         needs=("department",), tells=(P.DEPARTMENT,), restarts=True),
    Move("offer", "提供可选号源", (S.ACCEPTED, S.APPOINTMENT_CANCELLED), None, (P.OFFICE,),
         needs=("places",), tells=(P.RESIDENT,), restarts=True),
    Move("schedule", "预约", (S.ACCEPTED, S.APPOINTMENT_CANCELLED, S.NO_SHOW), S.SCHEDULED,
         (P.OFFICE, P.SENDER, P.RESIDENT, P.CLOCK), needs=("place",), tells=(P.RESIDENT, P.SENDER)),
    Move("decline_offer", "所列时间都不合适", (S.ACCEPTED, S.APPOINTMENT_CANCELLED), None, (P.RESIDENT, P.SENDER),
         needs=("note",), tells=(P.OFFICE,), restarts=True),
    Move("reschedule", "改约", (S.SCHEDULED,), S.SCHEDULED, (P.OFFICE, P.SENDER, P.RESIDENT, P.CLOCK),
         needs=("place",), tells=(P.RESIDENT, P.SENDER)),
    Move("cancel_appointment", "取消预约", (S.SCHEDULED,), S.APPOINTMENT_CANCELLED,
         (P.OFFICE, P.SENDER, P.RESIDENT, P.CLOCK), needs=("reason",), tells=(P.OFFICE, P.SENDER, P.RESIDENT)),
    Move("mark_no_show", "未到诊", (S.SCHEDULED,), S.NO_SHOW, (P.OFFICE, P.DEPARTMENT, P.CLOCK),
         tells=(P.SENDER, P.RESIDENT)),
    Move("confirm_cancellation", "同意取消", (S.CANCELLATION_REQUESTED,), S.CANCELLED, (P.OFFICE,),
         tells=(P.SENDER, P.RESIDENT)),
    Move("keep", "不取消，继续", (S.CANCELLATION_REQUESTED,), S.ACCEPTED, (P.OFFICE,),
         needs=("note",), tells=(P.SENDER, P.RESIDENT)),
    Move("arrive", "登记到诊", (S.SENT, *BEFORE_ARRIVAL, S.CANCELLATION_REQUESTED), S.ARRIVED,
         (P.OFFICE, P.DEPARTMENT, P.CLOCK), tells=(P.SENDER,)),
    Move("hand_on", "续转上级或他院", (S.SENT, *BEFORE_ARRIVAL, S.ARRIVED, S.IN_CARE), S.HANDING_ON,
         (P.OFFICE, P.DEPARTMENT), needs=("institution", "reason"), tells=(P.SENDER, P.RESIDENT)),
    Move("take_back", "收回续转", (S.HANDING_ON,), S.ACCEPTED, (P.OFFICE, P.DEPARTMENT, P.CLOCK),
         needs=("note",), tells=(P.SENDER,)),
    Move("next_accepted", "下一家已接收", (S.HANDING_ON,), S.REFERRED_ONWARD, (P.CLOCK,),
         tells=(P.SENDER, P.RESIDENT)),
    # --- the receiving department
    Move("start_care", "接诊", (S.ARRIVED,), S.IN_CARE, (P.DEPARTMENT,)),
    Move("interim_reply", "阶段性回复", (S.ARRIVED, S.IN_CARE), None, (P.DEPARTMENT,),
         needs=("reply",), tells=(P.SENDER,), restarts=True),
    Move("reply", "诊治结束并回复", (S.ARRIVED, S.IN_CARE), S.REPLIED, (P.DEPARTMENT,),
         needs=("reply",), only=("up", "same"), tells=(P.SENDER, P.RESIDENT)),
    Move("return_down", "下转回基层", (S.ARRIVED, S.IN_CARE), S.RETURNED, (P.DEPARTMENT,),
         needs=("reply", "plan", "institution"), only=("up", "same"), tells=(P.SENDER, P.RESIDENT)),
    Move("plan_received", "基层已接续", (S.RETURNED,), S.COMPLETED, (P.CLOCK,), tells=(P.DEPARTMENT, P.SENDER)),
    Move("resume_care", "下转未成，继续诊治", (S.RETURNED,), S.IN_CARE, (P.CLOCK, P.DEPARTMENT),
         needs=("note",), tells=(P.SENDER,)),
    Move("take_on", "接续管理", (S.ARRIVED, S.IN_CARE), S.COMPLETED, (P.DEPARTMENT, P.OFFICE),
         only=("down",), tells=(P.SENDER, P.RESIDENT)),
    # --- anyone, at any time
    Move("complain", "投诉", OPEN, None, (P.RESIDENT,), needs=("note",), tells=(P.OFFICE, P.SENDER)),
    Move("escalate", "超时上报", OPEN, None, (P.CLOCK,)),
)
# fmt: on

BY_ACTION: dict[str, Move] = {move.action: move for move in MOVES}


# Coded reasons of the moves that need one; none ends a referral in silence.
REASONS: dict[str, dict[str, str]] = {
    "refuse": {
        "out_of_scope": "超出本院诊疗范围",
        "below_level": "可在基层或下级医院诊治",
        "no_capacity": "无号源或床位",  # not while a place is free
        "isolation": "需专门隔离条件",
        "duplicate": "重复转诊",
    },
    "hand_on": {
        "out_of_scope": "超出本院诊疗范围",
        "no_capacity": "无床位或设备",
        "worse": "病情加重，需更高级别医院",
        "resident_wish": "居民要求",
    },
    "withdraw": {
        "improved": "病情好转",
        "resident_declined": "居民不愿转诊",
        "went_elsewhere": "居民已自行就诊",
        "wrong_entry": "填写有误",
        "taken_back": "上一家机构收回",
    },
    "cancel_appointment": {
        "resident_wish": "居民要求改期",
        "clinic_closed": "医院停诊",
        "physician_away": "医生临时不能出诊",
        "hospital": "医院取消了号源",
    },
    "close_no_show": {
        "improved": "病情好转",
        "resident_declined": "居民不愿再去",
        "went_elsewhere": "居民已在别处就诊",
        "not_reached": "多次联系未果",
    },
}
REASONS["request_cancellation"] = {
    code: REASONS["withdraw"][code] for code in ("improved", "resident_declined", "went_elsewhere")
}
# Why not where the city's rules prefer: asked only of who sends elsewhere (E4: outside the consortium with reason).
CHOICE_REASONS = {
    "capability": "首选机构没有所需的专科或设备",
    "sooner": "首选机构等候太久",
    "continuity": "此病一直在所选机构诊治",
    "nearer": "所选机构离居民住处更近",
    "resident_wish": "居民要求",
}
CHOOSING = ("send", "ask_approval", "reroute", "return_down")
REASONS |= dict.fromkeys(CHOOSING, CHOICE_REASONS)


def moves_from(state: State, *, direction: Direction, urgency: Urgency) -> list[Move]:
    """The rows of the table that apply to a referral in `state`, whoever asks."""
    marks = {direction.value, urgency.value}
    return [
        move
        for move in MOVES
        if state in move.start and not marks & set(move.never) and (not move.only or marks & set(move.only))
    ]
