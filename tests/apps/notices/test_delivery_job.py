"""The job itself, run by a worker: delivered after the commit, tried again after a failure."""

from typing import Any
from uuid import uuid4

import pytest
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from fenji.apps.common import clock
from fenji.apps.notices.actions import Addressee, notify
from fenji.apps.notices.models import Notice
from tests.apps.notices.people import MOBILE, gateway

pytestmark = pytest.mark.django_db(transaction=True)


def run_worker() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.mark.parametrize(
    ("answer", "state", "job", "attempts"),
    [((200, '{"code": 0}'), "sent", "succeeded", 1), ((503, "{}"), "waiting", "todo", 1)],
)
def test_a_worker_carries_the_notice_out_or_tries_again_later(
    answer: tuple[int, str], state: str, job: str, attempts: int, settings: Any
) -> None:
    with gateway(answer) as server:
        settings.SMS_URL, settings.SMS_KEY = server.url, "k"
        now = clock.now()
        to = [Addressee(resident_id=uuid4(), phone=MOBILE)]
        notify("referral.accept", cause=("referral", "1"), to=to, text="转诊已接收", at=now, once_key="k")
        run_worker()
    sms = Notice.objects.get(channel="sms")
    done = ProcrastinateJob.objects.get(task_name="notices.deliver", args={"notice_id": sms.pk})
    assert (sms.state, sms.attempts.count()) == (state, attempts)
    assert done.status == job
    if job == "todo":
        assert done.scheduled_at is not None
        assert done.scheduled_at > now
