"""Jobs of the registry, run by the worker; each may run twice without harm."""

from procrastinate.contrib.django import app

from fenji.apps.common import clock
from fenji.apps.registry import rota


@app.periodic(cron="41 2 * * *")
@app.task(queueing_lock="registry.repeat_rota", name="registry.repeat_rota", pass_context=False)
def repeat_rota(timestamp: int) -> None:
    """Every night: no office runs out of people on duty because nobody entered the coming weeks."""
    rota.repeat(clock.now())
