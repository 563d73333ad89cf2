"""What beds do by the clock. Each may run twice without harm."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from fenji.apps.common import clock
from fenji.apps.stays import actions, going_down, movements, reconciliation, surgery, unassessed


@app.periodic(cron="* * * * *")
@app.task(name="stays.expire_holds", queueing_lock="stays.expire_holds")
def expire_holds(timestamp: int) -> int:
    """Every minute; an overdue hold is free before that already."""
    return actions.expire_holds(at=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="stays.extend_overruns", queueing_lock="stays.extend_overruns")
def extend_overruns(timestamp: int) -> int:
    """Every ten minutes: who should have left and has not keeps the bed a while longer."""
    return movements.extend_overruns(at=clock.now())


@app.periodic(cron="5 * * * *")
@app.task(name="stays.release_no_shows", queueing_lock="stays.release_no_shows")
def release_no_shows(timestamp: int) -> int:
    """Every hour: beds kept for somebody who did not come."""
    return actions.release_no_shows(at=clock.now())


@app.periodic(cron="30 22 * * *")  # the worker counts in UTC: half past six in the morning in China
@app.task(name="stays.propose_going_down", queueing_lock="stays.propose_going_down")
def propose_going_down(timestamp: int) -> int:
    """Every morning: inpatients who could go down are put to their wards."""
    return going_down.propose(at=clock.now())


@app.periodic(cron="*/15 * * * *")
@app.task(name="stays.tell_late", queueing_lock="stays.tell_late")
def tell_late(timestamp: int) -> int:
    """Every quarter of an hour: whoever has not answered in time is told, one rung higher."""
    at = clock.now()
    return going_down.tell_late(at=at) + surgery.tell_late(at=at)


@app.periodic(cron="*/10 * * * *")
@app.task(name="stays.mind_assessments", queueing_lock="stays.mind_assessments")
def mind_assessments(timestamp: int) -> int:
    """Every ten minutes: day surgeries nobody assesses; the hospital is reminded, then their rooms are given back."""
    at = clock.now()
    return unassessed.remind(at=at) + unassessed.give_back(at=at)


@app.periodic(cron="0 1 * * *")  # nine in the morning in China: yesterday's lists should have come
@app.task(name="stays.note_missing_lists", queueing_lock="stays.note_missing_lists")
def note_missing_lists(timestamp: int) -> int:
    """Every morning: houses that sent no list of their patients the day before."""
    at = clock.now()
    return reconciliation.note_missing(on=timezone.localdate(at) - timedelta(days=1), at=at)
