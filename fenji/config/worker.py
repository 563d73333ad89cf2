"""The worker: runs jobs that the apps deferred, and takes up again those of a worker that died."""

import asyncio

from django.conf import settings
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

CONCURRENCY = 2
DEAD_AFTER_SECONDS = 30  # without a heartbeat; a living worker sends one every 10


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="recover_stalled_jobs", pass_context=False)
async def recover_stalled_jobs(timestamp: int) -> None:
    """Put jobs of dead workers back in the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        await app.job_manager.retry_job(job)


class WorkerConnector(PsycopgConnector):
    """The worker's own connections for fetching jobs; what a job itself defers goes through Django's.

    The stock connector would commit such a job at once: it could run before the transaction that made it, or though
    that was rolled back.
    """

    def get_sync_connector(self) -> BaseConnector:
        return DjangoConnector()


def worker_connector() -> WorkerConnector:
    return WorkerConnector(kwargs=connector_params("default"))


def run_worker() -> None:
    """Run jobs until SIGTERM or Ctrl-C, then finish those under way."""

    if settings.DEMONSTRATION:
        import fenji.config.demonstration_life  # noqa: F401  (its job exists in a demonstration only)

    async def work() -> None:
        async with app.open_async():
            await app.run_worker_async(concurrency=CONCURRENCY, delete_jobs="successful", shutdown_graceful_timeout=8)

    with app.replace_connector(worker_connector()):
        asyncio.run(work())
