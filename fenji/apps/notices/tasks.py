"""Carrying notices out, tried again at growing intervals; what lost its job is taken up again."""

from datetime import timedelta

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from fenji.apps.common import clock
from fenji.apps.notices import delivery
from fenji.apps.notices.actions import CARRIED_OUT, DELIVER, defer_delivery
from fenji.apps.notices.errors import DeliveryFailed
from fenji.apps.notices.models import Notice

# 5 s, 25 s, 2 min, 10 min, 52 min: past the usual trouble of a gateway, still on the same day.
AGAIN = RetryStrategy(max_attempts=delivery.MOST_ATTEMPTS, exponential_wait=5, retry_exceptions={DeliveryFailed})
FORGOTTEN = timedelta(hours=3)  # longer than all tries take


@app.task(name=DELIVER, retry=AGAIN)
def deliver(notice_id: int) -> bool:
    """One try; procrastinate calls again after DeliveryFailed."""
    return delivery.deliver(notice_id)


@app.periodic(cron="17 * * * *")
@app.task(name="notices.take_up", queueing_lock="notices.take_up")
def take_up(timestamp: int) -> int:
    """Every hour: notices still waiting long after their last try should have been, whose job was lost."""
    lost = Notice.objects.filter(
        state=Notice.State.WAITING, channel__in=CARRIED_OUT, made_at__lt=clock.now() - FORGOTTEN
    ).values_list("pk", flat=True)
    for notice_id in lost[:500]:
        defer_delivery(notice_id)
    return len(lost[:500])
