"""The insurer's part in a referral, where the city gives it one: it is told (notice), or it files (filing)."""

from fenji.apps.notices.actions import Addressee, notify
from fenji.apps.referrals import rules
from fenji.apps.referrals.actions.moving import Act
from fenji.apps.referrals.errors import FilingMissing
from fenji.apps.registry.queries import insurers_above
from fenji.kernel.referral import Direction, Party, Urgency


def tell(act: Act) -> None:
    """Tell the nearest insurer that a patient is received elsewhere; once a referral, and nothing about the patient."""
    referral = act.referral
    if not rules.insurer_takes_part(referral, act.at):
        return
    way = {Direction.UP: "上转", Direction.SAME: "同级转"}[Direction(referral.direction)]
    asks = "，请予备案" if rules.needs_filing(referral, act.at) else ""
    notify(
        "referral.insurer",
        cause=("referral", str(referral.pk)),
        to=[Addressee(institution_id=one.pk) for one in insurers_above(referral.sender_id)[:1]],
        text=f"{way}已接收：转诊 {referral.number}，{referral.sender} → {referral.receiver}{asks}",
        at=act.at,
        once_key=f"referral:{referral.pk}:insurer",
    )


def check_filed(act: Act) -> None:
    """A planned arrival waits for the filing; emergencies never do, nor who was noted as here at the counter."""
    is_planned = act.referral.urgency != Urgency.EMERGENCY and act.party is not Party.CLOCK
    if is_planned and rules.needs_filing(act.referral, act.at) and act.referral.filed_at is None:
        raise FilingMissing
