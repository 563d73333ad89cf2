"""Every key a rulebook may hold, by what it is about. Here: names and shapes. Not here: any value of any city."""

from fenji.rulebook.keys import booking, contract, cost_control, medicines, payment, provider, referral, stays
from fenji.rulebook.schema import Key

# A chapter is the first word of its keys; the order is that of reading.
CHAPTERS: dict[str, tuple[str, str]] = {
    "contract": ("家庭医生签约", "Family-doctor contracts"),
    "first_contact": ("首诊", "First contact"),
    "choice": ("选择机构", "Choice of institution"),
    "referral": ("转诊程序", "Referral procedure"),
    "deadlines": ("时限", "Deadlines"),
    "escalation": ("逐级上报", "Escalation"),
    "working_time": ("工作时间", "Working hours"),
    "booking": ("号源", "Places"),
    "stays": ("床位", "Beds"),
    "day_surgery": ("日间手术", "Day surgery"),
    "follow_up": ("随访", "Follow-up"),
    "medicines": ("用药", "Medicines"),
    "payment": ("医保待遇", "What insurance pays"),
    "provider": ("付给机构", "How institutions are paid"),
    "cost_control": ("控费", "Cost control"),
}
KEYS: dict[str, Key] = {
    key: rule
    for module in (contract, referral, booking, stays, medicines, payment, provider, cost_control)
    for key, rule in module.KEYS.items()
}

__all__ = ["CHAPTERS", "KEYS"]
