"""What an SMS may say: that something happened, where and when to be, and the code that opens the status.

It is built from fixed words and three harmless facts, so that no diagnosis, department, medicine or result can get in.
"""

from dataclasses import dataclass

from django.conf import settings

from fenji.apps.common.free_text import ID_NUMBER, MOBILE

SMS_LENGTH = 70  # characters of one Chinese SMS (UCS-2)
SIGNATURE = "【分级诊疗】"

HEADLINES = {
    "referral.send": "您的转诊已发出",
    "referral.reroute": "您的转诊已改投医院",
    "referral.accept": "您的转诊已被接收",
    "referral.refuse": "您的转诊需改投其他医院，医生正在联系",
    "referral.offer": "请选择就诊时间",
    "referral.schedule": "就诊已约好",
    "referral.reschedule": "就诊时间已改",
    "referral.cancel_appointment": "预约已取消，正在重新安排",
    "referral.mark_no_show": "您未按时就诊，医生会联系您",
    "referral.return_down": "后续治疗已转回基层",
    "complaint.answer": "您的投诉已有答复",
    "booking.booked": "预约成功",
    "booking.moved": "因停诊，预约已改期",
    "booking.cancelled": "因停诊，预约已取消，请另约",
    "referral.bed": "已为您预留床位",
    "waiting.offered": "候补有号了，请尽快答复",
    "waiting.ended": "候补已结束",
    "examination.booked": "检查已约好",
    "examination.cancelled": "检查已取消，请不要前往",
    "examination.result": "检查结果已出",
    "examination.to_rebook": "因停诊，检查要另约，医生会联系您",
    "surgery.reserved": "已为您预留日间手术时间，请先到院评估",
    "surgery.released": "日间手术时间已取消，医院会另行通知",
    "account.opened": "您的账号已开通，非本人办理请联系该机构",
}
OTHERWISE = "您的就诊安排有新进展"


@dataclass(frozen=True)
class Brief:
    """The facts an SMS may name: the number of the referral or booking, the institution, day and time in words."""

    code: str = ""
    institution: str = ""
    when: str = ""


def sms(kind: str, brief: Brief) -> str:
    """At most 70 characters; what is too much is left out from the back, never the code."""
    headline = HEADLINES.get(kind, OTHERWISE)
    place = "，".join(part for part in (brief.institution, brief.when) if part)
    code = f"编号{brief.code}，凭编号和出生日期可查进度" if brief.code else "请登录或联系家庭医生查看"
    tries = [
        f"{SIGNATURE}{headline}：{place}。{code}：{settings.PUBLIC_URL}" if place else "",
        f"{SIGNATURE}{headline}：{place}。{code}。" if place else "",
        f"{SIGNATURE}{headline}：{brief.when}。{code}。" if brief.when else "",
        f"{SIGNATURE}{headline}。{code}。",
        f"{SIGNATURE}{headline}。" + (f"编号{brief.code}。" if brief.code else ""),
    ]
    return next((text for text in tries if text and len(text) <= SMS_LENGTH), tries[-1][:SMS_LENGTH])


def check_no_numbers(text: str) -> None:
    """Raise ValueError when a text holds a mobile or ID number: those never stand in a notice."""
    if ID_NUMBER.search(text) or MOBILE.search(text):
        raise ValueError("a notice must not hold a telephone or ID number")
