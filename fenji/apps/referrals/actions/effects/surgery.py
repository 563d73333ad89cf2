"""The day surgery asked for with a referral: given up when the patient does not come by it."""

from fenji.apps.referrals.actions.moving import Act
from fenji.apps.stays import surgery_ahead


def give_up(act: Act) -> None:
    """Theatre and recovery place are free again."""
    reason = str(act.given.note or act.move.name)
    surgery_ahead.give_up(act.referral.pk, act.referral.resident_id, reason, by=act.by, at=act.at)
