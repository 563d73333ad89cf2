"""Long files, gone through by the worker; each job may run twice without harm."""

from uuid import UUID

from procrastinate.contrib.django import app

from fenji.apps.common import clock
from fenji.exchange import actions


@app.task(name="exchange.check", retry=3)
def check(upload_id: str) -> None:
    """The dry run of a file."""
    actions.check(UUID(upload_id))


@app.task(name="exchange.load", retry=3)
def load(upload_id: str) -> None:
    """The load of a confirmed file."""
    actions.load(UUID(upload_id))


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="exchange.forget_old_files", name="exchange.forget_old_files", pass_context=False)
def forget_old_files(timestamp: int) -> None:
    """Every hour: files that nobody confirmed within a day are taken away."""
    actions.forget_old_files(clock.now())
