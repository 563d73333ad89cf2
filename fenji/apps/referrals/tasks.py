"""Jobs of the referral loop, run by the worker; each may run twice without harm."""

from uuid import UUID

from procrastinate.contrib.django import app

from fenji.apps.common import clock
from fenji.apps.common.idempotency import forget_old_keys
from fenji.apps.referrals import actions


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="referrals.sweep", name="referrals.sweep", pass_context=False)
def sweep(timestamp: int) -> None:
    """Every minute: whoever is overdue is told, rung by rung; missed appointments are marked."""
    actions.escalate_overdue(at=clock.now())


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="common.forget_old_keys", name="common.forget_old_keys", pass_context=False)
def forget_keys(timestamp: int) -> None:
    """Every night: answers of calls nobody repeats any more are forgotten."""
    forget_old_keys()


@app.task(name="referrals.appointment_changed")
def appointment_changed(referral_id: str, booking_id: str, change: str) -> None:
    """A booking changed without its referral asking (clinic closed, hold ran out): the referral follows."""
    actions.follow_booking(UUID(referral_id), UUID(booking_id), change=change, at=clock.now())
