"""Tells a referral that its appointment changed: a job deferred in the same transaction, one after another.

Referrals stand above booking, so they are called by the task's name and get nothing but ids; the task reads the rest.
"""

from procrastinate.contrib.django import app

from fenji.apps.booking.models import Booking

TASK = "referrals.appointment_changed"


def tell(booking: Booking, change: str) -> None:
    """Defer the job when the booking serves a referral; `change` is booked, moved, cancelled, expired, arrived
    or no_show."""
    if booking.referral_id is None:
        return
    app.configure_task(TASK, lock=f"referral:{booking.referral_id}").defer(
        referral_id=str(booking.referral_id), booking_id=str(booking.id), change=change
    )
