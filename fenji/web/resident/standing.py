"""Where a referral stands, in the words one would use to the patient: what is the case, what comes next, until when."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import STATES, Direction, Party, State, Urgency
from fenji.web.presenters.dates import day_words, full_date_words, local, moment_words
from fenji.web.presenters.names import full_name
from fenji.web.resident.visit import proof_words

Words = str | Promise
Road = tuple[tuple[Words, frozenset[State]], ...]


@dataclass(frozen=True)
class Standing:
    """`what` is printed large; `until` is when whoever has it must have acted, "" where no time binds."""

    what: str
    then: str
    until: str = ""
    is_late: bool = False
    is_my_turn: bool = False
    is_visit: bool = False  # to be gone to: with what to bring
    is_emergency: bool = False


# State: what is the case, what comes next. {receiver} and {sender} are institutions.
PLAIN: dict[State, tuple[Words, Words]] = {
    State.DRAFT: (
        gettext_lazy("您的医生正在修改转诊单"),
        gettext_lazy("改好后重新发出，届时会通知您。"),
    ),
    State.AWAITING_APPROVAL: (
        gettext_lazy("转诊单已写好，等{sender}负责人签字"),
        gettext_lazy("签字后发往{receiver}，届时会通知您。"),
    ),
    State.SENT: (
        gettext_lazy("转诊已发往{receiver}，等对方答复"),
        gettext_lazy("{receiver}接收后会通知您就诊时间，您现在不用做什么。"),
    ),
    State.AWAITING_INFORMATION: (
        gettext_lazy("{receiver}请您的医生补充资料"),
        gettext_lazy("资料补好后，{receiver}接着答复。如果要再做检查，您的医生会联系您。"),
    ),
    State.REFUSED: (
        gettext_lazy("{receiver}这次没能接收"),
        gettext_lazy("您的医生正在为您改转别的医院，定了会通知您。"),
    ),
    State.HANDING_ON: (
        gettext_lazy("{receiver}正在为您联系下一家医院"),
        gettext_lazy("下一家接收以前，仍由{receiver}负责您。"),
    ),
    State.ACCEPTED: (
        gettext_lazy("{receiver}已接收您，还没定时间"),
        gettext_lazy("您可以自己选时间，也可以等医院安排。"),
    ),
    State.SCHEDULED: (
        gettext_lazy("{when} 到{receiver}{department}就诊，请带{proof}"),
        gettext_lazy("到了先到转诊服务台或挂号处报转诊号。"),
    ),
    State.APPOINTMENT_CANCELLED: (
        gettext_lazy("原来的预约取消了，转诊仍然有效"),
        gettext_lazy("请另选一个时间，或等医院重新安排。"),
    ),
    State.NO_SHOW: (
        gettext_lazy("您没有按预约到{receiver}就诊"),
        gettext_lazy("还想去，请重新选时间；不去了，请告诉您的医生。医生也会联系您。"),
    ),
    State.CANCELLATION_REQUESTED: (
        gettext_lazy("已向{receiver}申请取消转诊"),
        gettext_lazy("医院同意后转诊就结束；改变主意，请打电话告诉医院。"),
    ),
    State.ARRIVED: (
        gettext_lazy("您已到{receiver}，等待接诊"),
        gettext_lazy("请留意叫号。"),
    ),
    State.IN_CARE: (
        gettext_lazy("{receiver}正在为您诊治"),
        gettext_lazy("诊治结束后，结果会发给您的医生，您在这里也能看到。"),
    ),
    State.REPLIED: (
        gettext_lazy("诊治结束，结果已发给{sender}"),
        gettext_lazy("您的医生看过后会安排随访；请按结果里的嘱咐做。"),
    ),
    State.RETURNED: (
        gettext_lazy("{receiver}已把后续治疗转回基层"),
        gettext_lazy("基层接手以前，有问题仍可以找{receiver}。"),
    ),
    State.COMPLETED: (gettext_lazy("这次转诊已经完成"), gettext_lazy("有不舒服，请先找您的家庭医生。")),
    State.CANCELLED: (gettext_lazy("这次转诊已经取消"), gettext_lazy("还需要时，请您的医生重新转诊。")),
    State.REFERRED_ONWARD: (
        gettext_lazy("已由下一家医院接收"),
        gettext_lazy("后面的情况请看下一份转诊。"),
    ),
}

# Where the way differs: nobody waits for a time in an emergency, nor on the way back home.
EMERGENCY = (
    gettext_lazy("请马上去{receiver}急诊科"),
    gettext_lazy("对方已收到通知，不用预约，直接去急诊。病情加重或没有车，请打 120。"),
)
DOWNWARD: dict[State, tuple[Words, Words]] = {
    State.SENT: (
        gettext_lazy("{sender}请{receiver}接着为您治疗"),
        gettext_lazy("{receiver}会联系您。治疗方案在下面，请照着做。"),
    ),
    State.ACCEPTED: (
        gettext_lazy("请到{receiver}接着治疗"),
        gettext_lazy("不用预约，工作时间直接去。治疗方案在下面。"),
    ),
    State.ARRIVED: (
        gettext_lazy("您已到{receiver}"),
        gettext_lazy("医生看过治疗方案后，会和您说好怎样随访。"),
    ),
    State.IN_CARE: (
        gettext_lazy("{receiver}正在为您治疗"),
        gettext_lazy("医生会和您说好怎样随访。"),
    ),
    State.COMPLETED: (
        gettext_lazy("{receiver}接着为您治疗和随访"),
        gettext_lazy("请按下面的方案吃药，按日期随访。"),
    ),
}
CHOOSING = frozenset({State.ACCEPTED, State.APPOINTMENT_CANCELLED, State.NO_SHOW})
NO_TIME_BINDS = frozenset({State.SCHEDULED, State.ARRIVED, State.IN_CARE})  # the visit has its own time

S = State
# The stages of each road: the word under the dot, and the states in which one is there.
UP_ROAD: Road = (
    (gettext_lazy("发出"), frozenset({S.DRAFT, S.AWAITING_APPROVAL})),
    (gettext_lazy("医院接收"), frozenset({S.SENT, S.AWAITING_INFORMATION, S.REFUSED, S.HANDING_ON})),
    (gettext_lazy("约时间"), CHOOSING | {S.CANCELLATION_REQUESTED}),
    (gettext_lazy("就诊"), frozenset({S.SCHEDULED, S.ARRIVED, S.IN_CARE})),
    (gettext_lazy("结果"), frozenset({S.REPLIED, S.RETURNED})),
)
EMERGENCY_ROAD: Road = (
    (gettext_lazy("发出"), frozenset({S.DRAFT, S.AWAITING_APPROVAL})),
    (
        gettext_lazy("到院"),
        CHOOSING | {S.SENT, S.AWAITING_INFORMATION, S.REFUSED, S.HANDING_ON, S.CANCELLATION_REQUESTED, S.SCHEDULED},
    ),
    (gettext_lazy("救治"), frozenset({S.ARRIVED, S.IN_CARE})),
    (gettext_lazy("结果"), frozenset({S.REPLIED, S.RETURNED})),
)
DOWN_ROAD: Road = (
    (gettext_lazy("转回"), frozenset({S.DRAFT, S.AWAITING_APPROVAL})),
    (gettext_lazy("基层接收"), frozenset({S.SENT, S.AWAITING_INFORMATION, S.REFUSED, S.HANDING_ON})),
    (gettext_lazy("到基层"), CHOOSING | {S.SCHEDULED, S.CANCELLATION_REQUESTED}),
    (gettext_lazy("随访"), frozenset({S.ARRIVED, S.IN_CARE, S.REPLIED, S.RETURNED})),
)
ROADS = (UP_ROAD, EMERGENCY_ROAD, DOWN_ROAD)


def standing(referral: Referral, at: datetime) -> Standing:
    """What to tell the resident about the referral at the time `at`."""
    state = State(referral.state)
    what, then = _plain(referral, state)
    names = _names(referral, at)
    is_visit = state is State.SCHEDULED
    return Standing(
        what=str(what).format(**names),
        then=str(then).format(**names),
        until=_until(referral, state, at),
        is_late=bool(referral.due_at and referral.due_at <= at),
        is_my_turn=uses_choice(referral) and (state in CHOOSING - {State.ACCEPTED} or bool(referral.offered_places)),
        is_visit=is_visit or _is_to_be_gone_to(referral, state),
        is_emergency=_is_on_the_way(referral, state),
    )


def uses_choice(referral: Referral) -> bool:
    """Whether the resident has a time to choose in this state: not in an emergency, nor on the way down."""
    waits = referral.direction != Direction.DOWN and referral.urgency != Urgency.EMERGENCY
    return waits and State(referral.state) in CHOOSING


def road(referral: Referral) -> tuple[list[str], int]:
    """The stages of the whole way and the one reached, counted from 1; ([], 0) for a way that ended elsewhere."""
    state = State(referral.state)
    if state in {State.CANCELLED, State.REFERRED_ONWARD}:
        return [], 0
    stages = DOWN_ROAD if referral.direction == Direction.DOWN else UP_ROAD
    if referral.urgency == Urgency.EMERGENCY and stages is UP_ROAD:
        stages = EMERGENCY_ROAD
    reached = next((place for place, (_word, states) in enumerate(stages, 1) if state in states), len(stages) + 1)
    return [str(word) for word, _states in stages], reached


def visit_words(starts_at: datetime, at: datetime) -> str:
    """ "11月24日 周二 09:00"; what is near is said first: "明天 11月24日 周二 09:00"."""
    here, today = local(starts_at), local(at).date()
    day = here.date()
    full = full_date_words(day, today=today)
    near = day_words(day, today=today)
    return f"{full if near == full else f'{near} {full}'} {here:%H:%M}"


def _plain(referral: Referral, state: State) -> tuple[Words, Words]:
    if _is_on_the_way(referral, state):
        return EMERGENCY
    if uses_choice(referral) and referral.offered_places:
        return _("{receiver}请您选一个就诊时间"), _("点“选择就诊时间”，挑一个方便的。都不合适，也请告诉医院。")
    if referral.direction == Direction.DOWN:
        return DOWNWARD.get(state, PLAIN[state])
    return PLAIN[state]


def _is_on_the_way(referral: Referral, state: State) -> bool:
    return referral.urgency == Urgency.EMERGENCY and state in {State.SENT, State.ACCEPTED}


def _is_to_be_gone_to(referral: Referral, state: State) -> bool:
    return referral.direction == Direction.DOWN and state is State.ACCEPTED


def _names(referral: Referral, at: datetime) -> dict[str, str]:
    place = referral.booking.place if referral.booking else None
    department = full_name(referral.department)
    where = referral.department.location if referral.department else ""
    return {
        "sender": full_name(referral.sender),
        "receiver": full_name(referral.receiver),
        "department": _("%(name)s（%(where)s）") % {"name": department, "where": where} if where else department,
        "when": visit_words(place.starts_at, at) if place else "",
        "proof": proof_words(referral.resident, local(at).date()),
    }


def _until(referral: Referral, state: State, at: datetime) -> str:
    """When whoever has it must have acted; of a time that passed, that it was pressed."""
    owner = STATES[state].owner
    if referral.due_at is None or owner is None or state in NO_TIME_BINDS or _is_on_the_way(referral, state):
        return ""
    if referral.due_at <= at:
        return _("已超过规定的时间，系统已催办；您也可以打下面的电话问。")
    words = {"when": moment_words(referral.due_at, at=at), "who": _who(referral, owner)}
    if uses_choice(referral) and referral.offered_places:
        return _("请在 %(when)s 前选好；没选的，医院会联系您。") % words
    return _("最迟 %(when)s 由%(who)s办好，超过会自动催办。") % words


def _who(referral: Referral, owner: Party) -> str:
    house = referral.sender if owner in {Party.SENDER, Party.APPROVER} else referral.receiver
    return full_name(house)
