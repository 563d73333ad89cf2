"""The worker: runs jobs that the apps deferred, and takes up again those of a worker that died."""

import asyncio

from procrastinate.contrib.django import app

CONCURRENCY = 2
DEAD_AFTER_SECONDS = 30  # without a heartbeat; a living worker sends one every 10


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="recover_stalled_jobs", pass_context=False)
async def recover_stalled_jobs(timestamp: int) -> None:
    """Put jobs of dead workers back in the queue."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS):
        await app.job_manager.retry_job(job)


def run_worker() -> None:
    """Run jobs until SIGTERM or Ctrl-C, then finish those under way."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]

    async def work() -> None:
        async with app.open_async():
            await app.run_worker_async(concurrency=CONCURRENCY, delete_jobs="successful", shutdown_graceful_timeout=8)

    with app.replace_connector(connector):
        asyncio.run(work())
