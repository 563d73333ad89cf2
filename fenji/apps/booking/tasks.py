"""What booking does by the clock: holds and offers that ran out, places made ahead, shares, releases, missing lists."""

from datetime import timedelta

from procrastinate.contrib.django import app

from fenji.apps.booking import actions, queries, reconciling, releases, rules, schedules, shares, waiting
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
    """Every night, as far ahead as the rulebook says; who waits is offered the new ones first."""
    made = schedules.make_places(at=clock.now(), rulebook=rulebooks.current()).places
    waiting.serve(at=clock.now())
    return made


@app.periodic(cron="* * * * *")
@app.task(name="booking.serve_waiting", queueing_lock="booking.serve_waiting")
def serve_waiting(timestamp: int) -> int:
    """Every minute: what is free or was not answered in time goes to the next in order."""
    at = clock.now()
    waiting.end_overdue(at=at)
    return waiting.serve(at=at)


@app.periodic(cron="10 * * * *")
@app.task(name="booking.note_releases", queueing_lock="booking.note_releases")
def note_releases(timestamp: int) -> int:
    """Every hour."""
    return releases.note_releases(at=clock.now())


@app.periodic(cron="0 16 * * 0")  # Monday, midnight in China
@app.task(name="booking.size_shares", queueing_lock="booking.size_shares")
def size_shares(timestamp: int) -> int:
    """Every week, in force a week later."""
    return len(shares.size_shares(at=clock.now(), rulebook=rulebooks.current()))


@app.periodic(cron="0 15 * * *")  # eleven at night in China
@app.task(name="booking.note_missing_lists", queueing_lock="booking.note_missing_lists")
def note_missing_lists(timestamp: int) -> int:
    """Every night: hospitals that sent no list of the coming day."""
    at = clock.now()
    return reconciling.note_missing_lists(at=at, day=rules.day_of(at) + timedelta(days=1))


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
