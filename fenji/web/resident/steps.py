"""What happened, step by step, as the resident is told it; what staff wrote each other stays with them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext

from fenji.apps.referrals import queries
from fenji.apps.referrals.models import Referral, Step
from fenji.kernel.referral import REASONS, Party
from fenji.web.presenters.names import full_name

# Every move of the table is told in these words or stands in UNTOLD (tests compare).
TOLD: dict[str, str | Promise] = {
    "ask_approval": gettext_lazy("医生写好转诊单，请本院负责人签字"),
    "approve": gettext_lazy("负责人签字同意，转诊已发出"),
    "send_back": gettext_lazy("负责人请医生修改转诊单"),
    "send": gettext_lazy("转诊已发出"),
    "answer": gettext_lazy("您的医生补充了资料"),
    "reroute": gettext_lazy("您的医生把转诊改往另一家医院"),
    "withdraw": gettext_lazy("转诊撤回了"),
    "request_cancellation": gettext_lazy("申请取消转诊"),
    "send_record": gettext_lazy("您的医生补送了病历资料"),
    "close_no_show": gettext_lazy("与您联系后，转诊结束"),
    "acknowledge": gettext_lazy("您的医生收到了结果"),
    "enter_paper": gettext_lazy("您带着纸质转诊单到诊"),
    "accept": gettext_lazy("医院接收了您的转诊"),
    "ask": gettext_lazy("医院请您的医生补充资料"),
    "refuse": gettext_lazy("医院这次没能接收"),
    "offer": gettext_lazy("医院请您选择就诊时间"),
    "schedule": gettext_lazy("约好了就诊时间"),
    "decline_offer": gettext_lazy("告诉医院：这些时间都不合适"),
    "reschedule": gettext_lazy("改了就诊时间"),
    "cancel_appointment": gettext_lazy("就诊预约取消了，转诊仍然有效"),
    "mark_no_show": gettext_lazy("没有按预约就诊"),
    "confirm_cancellation": gettext_lazy("医院同意取消"),
    "keep": gettext_lazy("医院没有取消，就诊安排照旧"),
    "arrive": gettext_lazy("您已到诊"),
    "hand_on": gettext_lazy("医院为您联系下一家医院"),
    "take_back": gettext_lazy("下一家没有接成，仍由这家医院负责"),
    "next_accepted": gettext_lazy("下一家医院接收了您"),
    "start_care": gettext_lazy("医生开始为您诊治"),
    "interim_reply": gettext_lazy("医院先回复了目前的情况"),
    "reply": gettext_lazy("诊治结束，结果发给了您的医生"),
    "return_down": gettext_lazy("病情稳定，转回基层接着治疗"),
    "plan_received": gettext_lazy("基层已经接手"),
    "resume_care": gettext_lazy("转回基层没有成，医院继续为您诊治"),
    "take_on": gettext_lazy("基层接着为您治疗和随访"),
    "complain": gettext_lazy("提交了投诉"),
    "escalate": gettext_lazy("超过了规定的时间，系统已催办"),
}
UNTOLD = frozenset({"draft", "edit", "discard", "assign"})  # the doctor's own sheet; who in the house takes the case
NOTES_TOLD = frozenset({"keep"})  # written for the resident: why the hospital did not cancel


@dataclass(frozen=True)
class ToldStep:
    """One line of the timeline: `who` an institution, or the resident's side by name."""

    state: str
    what: str
    at: datetime
    who: str
    note: str


def steps_told(referral: Referral) -> list[ToldStep]:
    """The steps of one referral in order."""
    return [_told(step) for step in queries.steps_of(referral) if step.action in TOLD]


def _told(step: Step) -> ToldStep:
    is_residents = step.party == Party.RESIDENT
    who = step.by_name if is_residents else full_name(step.institution)
    return ToldStep(step.to_state, str(TOLD[step.action]), step.at, who, _note(step, is_residents))


def _note(step: Step, is_residents: bool) -> str:
    """The reason in words, and a note that the resident wrote or that was written for the resident."""
    reason = REASONS.get(step.action, {}).get(step.reason, "")
    note = step.note if is_residents or step.action in NOTES_TOLD else ""
    return "\n".join(part for part in (pgettext("reason", reason) if reason else "", note) if part)
