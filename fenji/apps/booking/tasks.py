"""What booking does by the clock: overdue holds written down, places made ahead, missed appointments noted."""

from procrastinate.contrib.django import app

from fenji.apps.booking import actions, queries, schedules
from fenji.apps.booking.errors import BookingEnded
from fenji.apps.common import clock, rulebooks


@app.periodic(cron="* * * * *")
@app.task(name="booking.expire_holds", queueing_lock="booking.expire_holds")
def expire_holds(timestamp: int) -> int:
    """Every minute; an overdue hold is free before that already."""
    return actions.expire_holds(at=clock.now())


@app.periodic(cron="30 16 * * *")  # the worker counts in UTC: half past midnight in China
@app.task(name="booking.make_places", queueing_lock="booking.make_places")
def make_places(timestamp: int) -> int:
    """Every night, as far ahead as the rulebook says."""
    return schedules.make_places(at=clock.now(), rulebook=rulebooks.current()).places


@app.periodic(cron="0 18 * * *")
@app.task(name="booking.note_no_shows", queueing_lock="booking.note_no_shows")
def note_no_shows(timestamp: int) -> int:
    """Every night: who was booked without a referral and never arrived. A referral's own clock sees to its own."""
    noted = 0
    for booking_id in queries.unattended(at=clock.now()):
        try:
            actions.mark_no_show(booking_id, by=None, at=clock.now())
        except BookingEnded:
            continue  # arrived or cancelled in the meantime
        noted += 1
    return noted
