"""Who is told what when a referral moves, and who when it does not: addressees from the table, words for each party.

SMS to residents carry no diagnosis. Every notice has a key of its own, so that a repeated job tells nobody twice.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format

from fenji.apps.accounts.models import User
from fenji.apps.notices.actions import Addressee, Brief, Channel, notify
from fenji.apps.referrals import rules
from fenji.apps.referrals.models import Complaint, Referral, Step
from fenji.apps.referrals.queries import first_of
from fenji.apps.registry.models import Department, Institution
from fenji.apps.registry.posts import colleagues_covering, duty_phone, on_duty, people_at, people_of_team, roles_at
from fenji.apps.registry.queries import commissions_above
from fenji.apps.residents.identity import phone_number
from fenji.kernel.referral import STATES, Move, Party, State, Urgency
from fenji.kernel.roles import Role

HEADS = (Role.PRIMARY_HEAD, Role.REFERRAL_OFFICE)

# What a resident reads; everyone at work reads `_desk_words`.
RESIDENT_WORDS = {
    "send": "您的转诊申请已发往{receiver}，编号{number}，接收后会通知您。",
    "reroute": "您的转诊已改往{receiver}，编号{number}，接收后会通知您。",
    "accept": "{receiver}已接收您的转诊{number}，就诊时间另行通知。",
    "refuse": "{receiver}未能接收您的转诊{number}，您的医生正在联系其他医院。",
    "offer": "{receiver}为您的转诊{number}提供了可选时间，请登录或联系医生选择。",
    "schedule": "已预约：{receiver}{department}，{when}，转诊号{number}，请带身份证。",
    "reschedule": "改约：{receiver}{department}，{when}，转诊号{number}，请带身份证。",
    "cancel_appointment": "{receiver}的预约已取消，转诊{number}仍有效，正在为您重新安排。",
    "mark_no_show": "您未按预约到{receiver}就诊（转诊{number}），医生会与您联系。",
    "hand_on": "您的转诊{number}正由{receiver}转往下一家医院，接收前仍由其负责。",
    "reply": "{receiver}已把诊治结果告诉您的家庭医生（转诊{number}）。",
    "return_down": "{receiver}已把您的接续治疗方案转回基层（转诊{number}）。",
    "take_on": "{receiver}已接续您的治疗（转诊{number}），请按时随访。",
    "withdraw": "您的转诊{number}已撤回。",
    "confirm_cancellation": "您的转诊{number}已按申请取消。",
    "keep": "您的转诊{number}没有取消，就诊安排不变。",
}
# What ends the way of a patient who was handed on, or brings news of it.
OUTCOMES = frozenset(
    {"interim_reply", "reply", "return_down", "resume_care", "take_on", "withdraw", "confirm_cancellation",
     "mark_no_show", "close_no_show"}
)  # fmt: skip
RESIDENT_OTHERWISE = "您的转诊{number}有新进展：{state}。"


def announce(referral: Referral, move: Move, *, step: Step, at: datetime) -> None:
    """Tell the parties the table names; who made the move is not told of it."""
    for party in move.tells:
        if party.value == step.party:
            continue
        people = addressees(referral, party, at)
        words = _resident_words(referral, move) if party is Party.RESIDENT else _desk_words(referral, move, step)
        _tell(referral, f"referral.{move.action}", people, words, at=at, key=f"{step.version}:{party.value}")
    tell_first_sender(referral, move, step=step, at=at)


def tell_first_sender(referral: Referral, move: Move, *, step: Step, at: datetime) -> None:
    """A patient was handed on: whoever sent him first hears the outcome of the last house, not only that he went on.

    The notice is about her own referral, where what came back stands.
    """
    first = first_of(referral) if move.action in OUTCOMES else None
    if first is None or State(first.state) is not State.REFERRED_ONWARD:
        return  # until the next house accepted, news comes with her own referral
    what = STATES[State(referral.state)].name
    words = (
        f"续转后的结果：{referral.receiver}，{what}，您发出的转诊 {first.number}（{first.sender} → {first.receiver}）"
    )
    _tell(first, "referral.outcome", _sender(first, at), words, at=at, key=f"{step.version}:{referral.pk}:outcome")


def tell_answer(complaint: Complaint, *, at: datetime) -> None:
    """The resident's complaint was answered: what was answered stands on the referral's page."""
    referral = complaint.referral
    words = f"您对转诊{referral.number}的投诉已有答复，请登录查看。"
    _tell(referral, "complaint.answer", [_resident(referral)], words, at=at, key=f"complaint{complaint.pk}")


def tell_rung(referral: Referral, rung: str, *, at: datetime) -> None:
    """The deadline passed: tell this rung of the ladder, in the duty phone's call list where it is one."""
    state = STATES[State(referral.state)].name
    due = f"，时限 {_when(referral.due_at)}" if referral.due_at else ""
    words = f"转诊 {referral.number}（{referral.sender} → {referral.receiver}）停在“{state}”已超时{due}，请处理。"
    people = _rung(referral, rung, at)
    _tell(referral, "referral.overdue", people, words, at=at, key=f"{referral.version}:rung{referral.escalation}")


def addressees(referral: Referral, party: Party, at: datetime) -> list[Addressee]:
    """The people or inboxes behind a party; someone covering an absent colleague is told too."""
    if party is Party.RESIDENT:
        return [_resident(referral)]
    if party is Party.SENDER:
        return _sender(referral, at)
    if party is Party.APPROVER:
        signature = rules.signature_for(referral, at)
        return _people(people_at(referral.sender_id, rules.day_of(at), roles=[signature.role])) if signature else []
    if referral.receiver_id is None or referral.sent_at is None:
        return []  # what was never sent is no business of the receiver
    department = Addressee(institution_id=referral.receiver_id, department_id=referral.department_id)
    if party is Party.DEPARTMENT and referral.department_id:
        return [department]
    if referral.urgency == Urgency.EMERGENCY:  # office, emergency department and duty phone at once
        return [_office(referral.receiver_id), department, *_duty(referral.receiver_id, at)]
    return [_office(referral.receiver_id)]


def _sender(referral: Referral, at: datetime) -> list[Addressee]:
    """Who wrote it, and who covers; of someone who works there no more, or at the receiver's (paper), the house."""
    writer = referral.sent_by
    if not roles_at(writer, referral.sender_id, rules.day_of(at)):
        return [Addressee(institution_id=referral.sender_id, department_id=referral.sender_department_id)]
    return [Addressee(user_id=person.pk) for person in (writer, *colleagues_covering(writer, at))]


def _resident(referral: Referral) -> Addressee:
    """The resident; without a mobile the sending institution is the one that calls."""
    phone = phone_number(referral.resident)
    return Addressee(resident_id=referral.resident_id, institution_id=referral.sender_id, phone=phone)


def _team_at_sender(referral: Referral, day: date) -> list[User]:
    """The team that sent, without members who work elsewhere only: a village station may not open the referral."""
    if referral.sender_team_id is None:
        return []
    here = set(people_at(referral.sender_id, day).values_list("pk", flat=True))
    return [one for one in people_of_team(referral.sender_team_id, day) if one.pk in here]


def _rung(referral: Referral, rung: str, at: datetime) -> Sequence[Addressee]:
    day = rules.day_of(at)
    if rung == "sending_team":
        return _people(_team_at_sender(referral, day)) or addressees(referral, Party.SENDER, at)
    if rung == "sending_head":
        return _people(people_at(referral.sender_id, day, roles=HEADS)) or addressees(referral, Party.SENDER, at)
    is_senders = STATES[State(referral.state)].owner in {Party.SENDER, Party.APPROVER}
    where = referral.sender_id if is_senders else referral.receiver_id or referral.sender_id
    if Institution.objects.filter(pk=where, valid_until__lte=day).exists():
        return [Addressee(institution_id=one.pk) for one in commissions_above(where)[:1]]  # nobody is there any more
    if rung == "receiving_office":
        return [_office(where)]
    if rung == "receiving_duty_phone":
        return _duty(where, at)
    return [Addressee(institution_id=one.pk) for one in commissions_above(where)[:1]]


def _duty(institution_id: int, at: datetime) -> list[Addressee]:
    office = Department.objects.filter(institution_id=institution_id, is_office=True).first()
    if office is None:
        return [_office(institution_id)]
    person = on_duty(office, at)
    phone = Addressee(
        institution_id=institution_id, department_id=office.pk, channel=Channel.CALL, phone=duty_phone(office)
    )
    return [phone, *([Addressee(user_id=person.pk)] if person else [])]


def _office(institution_id: int) -> Addressee:
    office = (
        Department.objects.filter(institution_id=institution_id, is_office=True).values_list("pk", flat=True).first()
    )
    return Addressee(institution_id=institution_id, department_id=office)


def _people(users: Iterable[object]) -> list[Addressee]:
    return [Addressee(user_id=user.pk) for user in users]  # type: ignore[attr-defined]


def _tell(referral: Referral, kind: str, people: Sequence[Addressee], words: str, *, at: datetime, key: str) -> None:
    cause, once_key = ("referral", str(referral.pk)), f"referral:{referral.pk}:{key}"
    notify(kind, cause=cause, to=people, text=words, at=at, once_key=once_key, brief=_brief(referral))


def _brief(referral: Referral) -> Brief:
    place = referral.booking.place if referral.booking else None
    return Brief(referral.number, str(referral.receiver or ""), _when(place.starts_at) if place else "")


def _resident_words(referral: Referral, move: Move) -> str:
    template = RESIDENT_WORDS.get(move.action, RESIDENT_OTHERWISE)
    place = referral.booking.place if referral.booking else None
    return template.format(
        receiver=referral.receiver or "",
        number=referral.number,
        department=referral.department or "",
        when=_when(place.starts_at) if place else "",
        state=STATES[State(referral.state)].name,
    )


def _desk_words(referral: Referral, move: Move, step: Step) -> str:
    who = f"{step.by_name}：" if step.by_id else ""
    note = f"（{step.note[:60]}）" if step.note else ""
    return f"{who}{move.name}，转诊 {referral.number}，{referral.sender} → {referral.receiver or ''}{note}"


def _when(at: datetime) -> str:
    return date_format(timezone.localtime(at), "n月j日 H:i")
